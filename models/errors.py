"""The exceptions of this package, and how they are said to a person."""


class ModelError(Exception):
    """Something a person can mend: says in one line where, what is wrong, and what to do."""


class PassingError(ModelError):
    """A failure that may pass by itself: a server that is away, busy, or slow."""
