"""The one exception of this package, and how it is said to a person."""


class ModelError(Exception):
    """Something a person can mend: says in one line where, what is wrong, and what to do."""
