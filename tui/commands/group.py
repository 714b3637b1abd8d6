"""How a command group is made, and how a word out of a few is asked for, the same for all."""

from collections.abc import Iterable

import typer
from typer.core import TyperGroup

from base.messages import _
from tui.failures import BAD_INPUT, BadInput


def group(help: str, kind: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """A group of commands that shows its help when none is named."""
    made = typer.Typer(
        cls=kind,
        help=help,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @made.callback(invoke_without_command=True)
    def none_named(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help(), err=True)
            raise typer.Exit(BAD_INPUT)

    return made


def one_of(word: str, known: Iterable[str], what: str) -> str:
    """`word`, which must be one of `known`. Raises `BadInput` with the nearest one."""
    from base.names import nearest
    from base.text import shown

    known = list(known)
    if word not in known:
        hint = nearest(word, known) or f"; there are {', '.join(known)}"
        raise BadInput(_("no {what} {word}{hint}", what=what, word=shown(word), hint=hint))
    return word
