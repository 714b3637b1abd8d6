"""How a command group is made, and how a word out of a few is asked for, the same for all."""

from collections.abc import Iterable

import typer
from typer._click.core import Command, Context
from typer.core import TyperGroup

from base.messages import N_, _, series
from base.names import nearest
from base.text import shown
from tui.command_help import translate
from tui.failures import BAD_INPUT, BadInput


class CommandGroup(TyperGroup):
    """Commands of which a mistyped one is told with the nearest."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            if ctx.resilient_parsing:
                return None, None, args[1:]
            raise BadInput(
                _(
                    "there is no command {name}{hint} (see: {command} --help)",
                    name=shown(name),
                    hint=nearest(name, self.commands),
                    command=ctx.command_path,
                )
            )
        command = super().resolve_command(ctx, args)
        if command[1] is not None:
            path = f"{ctx.command_path} {name}".partition(" ")[2]
            translate(command[1], path, ctx.find_root().command)
        return command


def group(help: str, kind: type[CommandGroup] = CommandGroup) -> typer.Typer:
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


KINDS = (
    *(N_("adapter"), N_("device"), N_("dtype"), N_("form"), N_("format"), N_("key")),
    *(N_("language"), N_("place"), N_("theme")),
    *(N_("quantization"), N_("setting"), N_("style")),
)
"""What `one_of` may be asked for."""


def one_of(word: str, known: Iterable[str], what: str) -> str:
    """`word`, which must be one of `known`. Raises `BadInput` with the nearest one."""
    known = list(known)
    if word not in known:
        hint = nearest(word, known) or _("; there are {names}", names=series(known))
        raise BadInput(
            _("there is no {what} {word}{hint}", what=_(what), word=shown(word), hint=hint)
        )
    return word
