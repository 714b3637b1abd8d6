"""A command whose options are the fields of a dataclass, so that they travel as one value."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import typer

Options = TypeVar("Options")
CALL = "of_call"
"""What typer's context is passed as, beside fields that may be called `context`."""


def options_of(kind: type[Options]) -> Callable[[Callable[[Options], None]], Callable[..., None]]:
    """Makes a command of a function that takes a `kind`: typer reads its fields as parameters."""

    def command_of(body: Callable[[Options], None]) -> Callable[..., None]:
        def command(**fields: Any) -> None:
            body(kind(**fields))

        return _as(command, body, inspect.signature(kind))

    return command_of


def call_and_options_of(
    kind: type[Options],
) -> Callable[[Callable[[typer.Context, Options], None]], Callable[..., None]]:
    """The same of a function that takes typer's context first."""

    def command_of(body: Callable[[typer.Context, Options], None]) -> Callable[..., None]:
        def command(**fields: Any) -> None:
            body(fields.pop(CALL), kind(**fields))

        signature = inspect.signature(kind)
        call = inspect.Parameter(CALL, inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        parameters = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for one in signature.parameters.values()
        ]
        return _as(command, body, signature.replace(parameters=[call, *parameters]))

    return command_of


def _as(
    command: Callable[..., None], body: Callable[..., None], signature: inspect.Signature
) -> Callable[..., None]:
    command.__doc__, command.__name__ = body.__doc__, body.__name__
    command.__module__ = body.__module__  # where a catalog says that its help stands
    command.__dict__["__signature__"] = signature.replace(return_annotation=None)
    return command
