"""What a person can want of a table: whatever comes of it, what there is to know of it is told."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., None])


def intention(method: Method) -> Method:
    """A method of the table that tells what it noticed, also where it raises.

    All but what is typed forgets which line was asked about.
    """

    @wraps(method)
    def wanted(table: Any, *args: object, **kwargs: object) -> None:
        if method.__name__ != "enter":
            table.listening.forget()
        try:
            method(table, *args, **kwargs)
        finally:
            table.tell_notices()

    return cast(Method, wanted)
