"""Checksums of models that can be had again."""

import hashlib
from pathlib import Path

BLOCK = 1 << 20
PATIENCE = 600.0
"""Seconds to wait for another program that is writing the same model."""


def digest(file: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal."""
    checksum = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            checksum.update(block)
    return checksum.hexdigest()
