"""Whether the disk has room for what is to be written."""

import shutil
from pathlib import Path

from base.errors import KnownError
from base.messages import _


def check_room(folder: Path, what: str, needed: int) -> None:
    """Raise `KnownError` unless `needed` bytes and some more are free where `folder` lies."""
    needed += 64 << 20
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise KnownError(
            _(
                "{folder}: {what} needs {needed:.1f} GB, and {free:.1f} GB are free; make room",
                folder=folder,
                what=what,
                needed=needed / 1e9,
                free=free / 1e9,
            )
        )
