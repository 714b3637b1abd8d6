"""The files of a session as such: their lock, who may read them, and what killed programs left."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from base.drafts import sweep
from base.errors import KnownError
from base.folders import sessions_folder
from base.messages import _
from base.writing import reason

_NAMED = re.compile(r"\d{8}-\d{6}-")
"""How the files of a session are called."""


class InUse(KnownError):
    """Another program holds the lock."""


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """The errors of the system become one line for a person, a `KnownError`."""
    try:
        yield
    except OSError as error:
        raise KnownError(
            _("{path}: cannot be written or read: {reason}", path=path, reason=reason(error))
        ) from error


def tidy(folder: Path) -> None:
    """Delete what programs that were killed have left in a folder of sessions, and nothing else:
    files that were not whole yet, and locks of sessions that never began."""
    sweep(folder)
    try:
        names = set(os.listdir(folder))
    except OSError:
        return
    for name in names:
        path, journal = folder / name, folder / f"{name.removesuffix('.lock')}.jsonl"
        if path.suffix != ".lock" or not _NAMED.match(name) or journal.name in names:
            continue
        with suppress(OSError, KnownError):
            if not path.stat().st_size:
                lock = held_lock(journal)
                if not journal.exists():
                    delete(path)
                lock.release()


def held_lock(path: Path) -> FileLock:
    """Hold the session of the journal `path`. Raises `KnownError` where another program does."""
    file = path.with_suffix(".lock")
    lock = FileLock(file, thread_local=False, mode=0o600)
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise InUse(
                _("{path}: open in another paotuan; close that one first", path=path.name)
            ) from None
        if file.exists():
            return lock
        lock.release()  # another program has just deleted it with what a killed one left


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into; that of all sessions is made so again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder == sessions_folder():
        tighten(folder, 0o700)


def tighten(path: Path, mode: int = 0o600) -> None:
    """Let only the owner read what others could; what is not ours stays as it is."""
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)


def private_opener(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def delete(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
