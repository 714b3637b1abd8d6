"""Makes a new folder for what a model is converted to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from base.errors import KnownError
from base.messages import _
from base.writing import new_folder as drafted_folder
from base.writing import reason


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` that takes its name when all went well. Raises `KnownError`."""
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise KnownError(
            _("{out}: exists already, expected a new folder; choose another name", out=out)
        )
    try:
        with drafted_folder(out) as partial:
            yield partial
    except OSError as error:
        raise KnownError(_("{out}: not written: {error}", out=out, error=reason(error))) from None
    except SafetensorError as error:
        raise KnownError(
            _("{out}: not written: {error}; make room, then try again", out=out, error=error)
        ) from None


def check_room(folder: Path, what: str, needed: int) -> None:
    """Raise `KnownError` unless `needed` bytes and some more are free where `folder` lies."""
    needed += 64 << 20
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise KnownError(
            _(
                "{folder}: {what} needs {needed:.1f} GB, free are {free:.1f}; make room",
                folder=folder,
                what=what,
                needed=needed / 1e9,
                free=free / 1e9,
            )
        )
