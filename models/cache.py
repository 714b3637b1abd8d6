"""The folder of models that can be had again, and the checksums of what lies there."""

import hashlib
from pathlib import Path

import platformdirs

BLOCK = 1 << 20
PATIENCE = 600.0
"""Seconds to wait for another program that is writing the same model."""


def cache_folder() -> Path:
    """Where models lie that can be had again."""
    return Path(platformdirs.user_cache_dir("paotuan")) / "models"


def digest(file: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal."""
    checksum = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            checksum.update(block)
    return checksum.hexdigest()
