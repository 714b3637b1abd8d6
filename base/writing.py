"""The one way files are written: whole or not at all, never over what is read, nothing left behind.

What is being written lies beside its target under a fixed name, and is locked while its writer
lives; what a killed writer has left is deleted by the next one in that folder.
"""

import errno
import hashlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from base.filenames import folded

UTF8 = ("utf-8", "surrogatepass")
PATIENCE = 2.0
"""Seconds to wait for another program that is writing the same file."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REMEDIES = {
    **dict.fromkeys(FULL, "make room, then try again"),
    errno.ENOENT: "make its folder first",
    errno.ENOTDIR: "name a file in a folder",
    errno.EISDIR: "name a file in it",
    errno.ENOTEMPTY: "name another folder",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.EBUSY: "let the other one end",
    errno.ENXIO: "nobody reads this pipe; start its reader first",
    errno.ELOOP: "a link that cannot be followed is in the way; name another file",
}
_ELSE = "mend the permissions, or name another place"


class Unwritten(OSError):
    """A file that could not be written: `strerror` says why and what to do, `filename` which."""


def reason(error: OSError) -> str:
    """Why the system refused, and what to do about it."""
    if isinstance(error, Unwritten):
        return error.strerror or ""
    return f"{error.strerror or error}; {_REMEDIES.get(error.errno or 0, _ELSE)}"


def check_inputs(target: Path, inputs: Iterable[str | Path]) -> None:
    """Raise `Unwritten` where `target` is one of the files that are read, by whatever name."""
    for one in inputs:
        if is_same(target, Path(one)):
            raise Unwritten(
                errno.EEXIST, "is read from; name another file to write", os.fspath(target)
            )


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, here or where case is no difference."""
    with suppress(OSError, ValueError):
        if one.samefile(other):
            return True
    with suppress(OSError, RuntimeError, ValueError):
        one, other = one.resolve(), other.resolve()
    return one.parent == other.parent and folded(one.name) == folded(other.name)


@contextmanager
def replaced(
    target: Path, inputs: Iterable[str | Path], private: bool = False
) -> Iterator[BinaryIO]:
    """A file that takes the place of `target` when all of it was written, and else vanishes.

    `inputs` are the files that what is written is made of. A link is followed; into a device or a
    pipe is written as it comes. Raises `Unwritten`.
    """
    if _is_file(target):
        with (
            drafted(target, inputs, private) as draft,
            _told(target, draft),
            draft.open("r+b") as file,
        ):
            yield file
        return
    with _told(target, target), open(target, "wb", opener=_unwaiting) as file:
        yield file


@contextmanager
def drafted(target: Path, inputs: Iterable[str | Path], private: bool = False) -> Iterator[Path]:
    """The path of an empty file that takes the place of `target` as `replaced` does it."""
    check_inputs(target, inputs)
    if _is_file(target) and os.path.islink(target):
        target = target.resolve()
    draft = draft_of(target)
    with _told(target, draft):
        sweep(target.parent)
        held = _claim(draft, private)
        try:
            yield draft
            _put(held, draft, target, private)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        finally:
            with suppress(OSError):
                os.close(held)


def _unwaiting(path: str, flags: int) -> int:
    """Open what is no file without waiting: a pipe that nobody reads is an error."""
    if not hasattr(os, "O_NONBLOCK"):
        return os.open(path, flags)
    opened = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(opened, True)
    return opened


def replace_text(
    target: Path, text: str, inputs: Iterable[str | Path], private: bool = False
) -> None:
    """Write a text file whole or not at all. Raises `Unwritten`."""
    replace_pieces(target, [text], inputs, private)


def replace_pieces(
    target: Path, pieces: Iterable[str], inputs: Iterable[str | Path], private: bool = False
) -> None:
    """Write a text, which comes a piece at a time, whole or not at all. Raises `Unwritten`."""
    with replaced(target, inputs, private) as file:
        file.writelines(piece.encode(*UTF8) for piece in pieces)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder that is called `target` when all is in it, and else vanishes.

    `target` is not there yet, or empty. Raises `Unwritten`.
    """
    draft = draft_of(target)
    with _told(target, draft):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        held = _claim_folder(draft)
        try:
            yield draft
            os.replace(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            if held is not None:
                os.close(held)


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


def _is_file(target: Path) -> bool:
    """Whether `target` is a file or nothing yet. Raises `Unwritten` for a folder or a circle."""
    try:
        mode = target.stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unwritten(errno.ELOOP, reason(error), os.fspath(target)) from None
        return True
    if stat.S_ISDIR(mode):
        folder = IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raise Unwritten(errno.EISDIR, reason(folder), os.fspath(target))
    return stat.S_ISREG(mode)


def _put(held: int, draft: Path, target: Path, private: bool) -> None:
    """Move a draft to its place, on the disk first; who could read what is there, still can."""
    _sync(draft, os.O_RDWR)
    if not private:
        with suppress(OSError):
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
    if sys.platform == "win32":
        os.close(held)
    os.replace(draft, target)
    if sys.platform != "win32":
        with suppress(OSError):  # not every file system knows how
            _sync(target.parent, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _claim(draft: Path, private: bool) -> int:
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


def _claim_folder(draft: Path) -> int | None:
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
        raise OSError(errno.EBUSY, "another program is writing it", os.fspath(draft))
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


@contextmanager
def told(target: Path) -> Iterator[None]:
    """Errors of writing or adding to `target` name it, and say what to do. Raises `Unwritten`."""
    with _told(target, target):
        yield


@contextmanager
def _told(target: Path, draft: Path) -> Iterator[None]:
    """Errors of writing `target` name it, whether or not the system named a file; a reader that
    has gone away is none."""
    try:
        yield
    except (Unwritten, BrokenPipeError):
        raise
    except OSError as error:
        named = error.filename
        ours = (os.fspath(target), os.fspath(draft), os.fspath(target.parent))
        if named is not None and os.fspath(named) not in ours:
            raise
        raise Unwritten(error.errno, reason(error), os.fspath(target)) from error
