"""The exceptions of this package, and how they are said to a person."""


class ModelError(Exception):
    """Something a person can mend: says in one line where, what is wrong, and what to do."""


class PassingError(ModelError):
    """A failure that may pass by itself: a server that is away, busy, or slow."""


LONGEST = 300
"""Characters of what a library says that are passed on."""


def first_line(error: BaseException) -> str:
    """What a library's error says, in one line; its kind where it says nothing."""
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[0][:LONGEST].rstrip(".")
