"""Checksums of models that can be had again."""

import hashlib
from pathlib import Path

PATIENCE = 600.0
"""Seconds to wait for another program that is writing the same model."""


def digest(file: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
