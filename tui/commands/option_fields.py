"""A command whose options are the fields of a dataclass, so that they travel as one value."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Options = TypeVar("Options")


def options_of(kind: type[Options]) -> Callable[[Callable[[Options], None]], Callable[..., None]]:
    """Makes a command of a function that takes a `kind`: typer reads its fields as parameters."""

    def command_of(body: Callable[[Options], None]) -> Callable[..., None]:
        def command(**fields: Any) -> None:
            body(kind(**fields))

        command.__doc__, command.__name__ = body.__doc__, body.__name__
        signature = inspect.signature(kind).replace(return_annotation=None)
        command.__dict__["__signature__"] = signature
        return command

    return command_of
