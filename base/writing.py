"""The one way files are written: whole or not at all, never over what is read, nothing left behind.

What is being written lies beside its target under a fixed name, and is locked while its writer
lives; what a killed writer has left is deleted by the next one in that folder.
"""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from base.drafts import claim, claim_folder, draft_of, sweep, sync
from base.filenames import folded
from base.messages import N_, _
from base.system_errors import system_reason

UTF8 = ("utf-8", "surrogatepass")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REASONS = {
    errno.ENOSPC: N_("No space left on device; make room, then try again"),
    errno.EDQUOT: N_("Disk quota exceeded; make room, then try again"),
    errno.EFBIG: N_("File too large; make room, then try again"),
    errno.ENOENT: N_("No such file or directory; make its folder first"),
    errno.ENOTDIR: N_("Not a directory; name a file in a folder"),
    errno.EISDIR: N_("Is a directory; name a file in it"),
    errno.ENOTEMPTY: N_("Directory not empty; choose another folder"),
    errno.ENAMETOOLONG: N_("File name too long; give it a shorter name"),
    errno.EBUSY: N_("another program is writing it; wait until that one has finished"),
    errno.ENXIO: N_("nobody reads this pipe; start its reader first"),
    errno.ELOOP: N_("a link is in the way, or leads in a circle; choose another file"),
    errno.EACCES: N_("Permission denied; change the permissions, or choose another place"),
    errno.EPERM: N_("Operation not permitted; change the permissions, or choose another place"),
    errno.EROFS: N_("Read-only file system; choose another place"),
}


class Unwritten(OSError):
    """A file that could not be written: `strerror` says why and what to do, `filename` which."""


def reason(error: OSError) -> str:
    """Why the system refused, and what to do about it."""
    if isinstance(error, Unwritten):
        return error.strerror or ""
    if error.errno in _REASONS:
        return _(_REASONS[error.errno])
    words = system_reason(error)
    return _("{words}; change the permissions, or choose another place", words=words)


def check_inputs(target: Path, inputs: Iterable[str | Path]) -> None:
    """Raise `Unwritten` where `target` is one of the files that are read, by whatever name."""
    for one in inputs:
        if is_same(target, Path(one)):
            problem = _("this file is being read; name another file to write")
            raise Unwritten(errno.EEXIST, problem, os.fspath(target))


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
        held = claim(draft, private)
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
        held = claim_folder(draft)
        try:
            yield draft
            os.replace(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            if held is not None:
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
    sync(draft, os.O_RDWR)
    if not private:
        with suppress(OSError):
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
    if sys.platform == "win32":
        os.close(held)
    os.replace(draft, target)
    if sys.platform != "win32":
        with suppress(OSError):  # not every file system knows how
            sync(target.parent, os.O_RDONLY)


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
