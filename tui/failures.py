"""Which failure is the person's input and which the work's, and how each is told in one line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from base.errors import KnownError, PassingError
from base.messages import _
from base.system_errors import system_reason
from base.writing import FULL, Unwritten, reason

FAILED = 1
"""Exit status where the work failed."""
BAD_INPUT = 2
"""Exit status on wrong usage or bad input."""
STOPPED = 130
"""Exit status after Ctrl-C."""

Known = (KnownError, OSError)
"""What is told in one line, since it is meant for a person."""

NO_PLACE = frozenset(
    {
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)
"""Why a file cannot be written where the person wants it, however often it is tried."""


class BadInput(Exception):
    """What the person gave cannot be used: a name, a file, an option. `problems` are the lines."""

    def __init__(self, *problems: str) -> None:
        super().__init__(problems[0])
        self.problems = problems


@contextmanager
def given() -> Iterator[None]:
    """Whatever fails inside is about what the person gave, unless it may pass by itself, or the
    disk is full.

    Raises `BadInput`.
    """
    try:
        yield
    except PassingError:
        raise
    except Known as error:
        if _is_full(error):
            raise
        raise BadInput(*problems_of(error)) from error


def _is_full(error: BaseException | None) -> bool:
    """Whether it comes of a disk without room."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__
    return False


def status_of(error: BaseException) -> int:
    """The exit status of an error that is told in one line."""
    given = isinstance(error, Unwritten) and error.errno in NO_PLACE
    return BAD_INPUT if given or isinstance(error, BadInput) else FAILED


def problems_of(error: BaseException) -> tuple[str, ...]:
    """The lines that tell an error to a person, at least one."""
    if isinstance(error, (KnownError, BadInput)):
        return error.problems
    if isinstance(error, OSError) and error.strerror:
        why = reason(error) if error.errno in FULL else system_reason(error)
        if error.filename is not None:
            return (_("{file}: {why}", file=error.filename, why=why),)
        if error.errno in FULL:
            return (_("the output cannot be written: {why}", why=why),)
        return (why,)
    return (str(error) or type(error).__name__,)
