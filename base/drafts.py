"""What is being written, under a fixed name beside its target, locked while its writer lives."""

import errno
import hashlib
import os
import shutil
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

PATIENCE = 2.0
"""Seconds to wait for another program that is writing the same file."""


def draft_of(target: Path) -> Path:
    """Where `target` lies while it is being written."""
    name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    return target.with_name(f".paotuan-{name}.part")


@cache
def sweep(folder: Path) -> None:
    """Delete, once in a run, what killed writers have left in a folder."""
    with suppress(OSError):
        for draft in folder.glob(".paotuan-*.part"):
            with suppress(OSError):
                _delete(draft)


def _delete(draft: Path) -> None:
    held = os.open(draft, os.O_RDONLY)
    try:
        if _lock(held):
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
    finally:
        os.close(held)


def sync(path: Path, flags: int) -> None:
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def claim(draft: Path, private: bool) -> int:
    """Open a draft that nobody else writes; what is in it is of a writer that is gone."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    until = time.monotonic() + PATIENCE
    while True:
        held = os.open(draft, flags, 0o600 if private else 0o666)
        if _lock(held) and _is_still(held, draft):
            os.ftruncate(held, 0)
            if private and sys.platform != "win32":
                os.fchmod(held, 0o600)
            return held
        os.close(held)
        _wait(until, draft)


def claim_folder(draft: Path) -> int | None:
    """Make a draft that is a folder; the descriptor by which it is locked, where that can be."""
    until = time.monotonic() + PATIENCE
    while True:
        with suppress(FileExistsError):
            draft.mkdir()
        if sys.platform == "win32":
            return None
        held = os.open(draft, os.O_RDONLY)
        if _lock(held) and _is_still(held, draft):
            for rest in draft.iterdir():
                shutil.rmtree(rest) if rest.is_dir() else rest.unlink()
            return held
        os.close(held)
        _wait(until, draft)


def _wait(until: float, draft: Path) -> None:
    if time.monotonic() > until:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), os.fspath(draft))
    time.sleep(0.01)


def _is_still(held: int, path: Path) -> bool:
    """Whether an open file still has its name: another program may just have used it up."""
    try:
        return os.path.samestat(os.fstat(held), path.stat())
    except OSError:
        return False


if sys.platform == "win32":

    def _lock(held: int) -> bool:
        """An open file cannot be deleted or replaced there: that is lock enough."""
        return True

else:
    import fcntl

    def _lock(held: int) -> bool:
        """Whether the file is ours alone until it is closed, also where locks are not known."""
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            return error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
        return True
