"""Checkpoints of a run: which of them is whole, and adapters put in place in one step."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.writing import reason

FOLDER = "checkpoints"
WHOLE = "whole"
"""A file that is written last; a checkpoint without it was cut off."""


def mark_whole(checkpoint: Path) -> None:
    """Say that everything of this checkpoint is on the disk."""
    for file in checkpoint.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    (checkpoint / WHOLE).touch()


def last_whole(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end; those cut off are deleted."""
    whole: list[tuple[int, Path]] = []
    for path in folder.glob("checkpoint-*"):
        step = path.name.rpartition("-")[2]
        if not (path / WHOLE).is_file():
            shutil.rmtree(path)
        elif step.isdecimal():
            whole.append((int(step), path))
    return max(whole)[1] if whole else None


def put_in_place(folder: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a new folder, then move its files into `folder`, each in one step."""
    new = folder / ".new"
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        write(new)
        for file in sorted(new.iterdir()):
            os.replace(file, folder / file.name)
        new.rmdir()
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise KnownError(
            _(
                "{folder}: the adapter could not be written: {error}; what was there is "
                "unchanged, and the same command goes on from it",
                folder=folder,
                error=reason(error),
            )
        ) from error
