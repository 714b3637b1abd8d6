"""Makes a new folder that appears whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ModelError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` that takes its name when all went well. Raises `ModelError`."""
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise ModelError(f"{out}: exists already, expected a new folder; choose another name")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise _unwritten(out, error) from None
    try:
        yield partial
        partial.chmod(0o755)
        partial.replace(out)
    except OSError as error:
        raise _unwritten(out, error) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_room(folder: Path, what: str, needed: int) -> None:
    """Raise `ModelError` unless `needed` bytes and some more are free where `folder` lies."""
    needed += 64 << 20
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise ModelError(
            f"{folder}: {what} needs {needed / 1e9:.1f} GB, free are {free / 1e9:.1f}; make room"
        )


def _unwritten(out: Path, error: OSError) -> ModelError:
    return ModelError(
        f"{out}: not written ({error.strerror or error}); free some space or choose another"
    )
