"""The help of every command in the person's language, with examples and the options of all."""

import inspect
import os
import re
from collections.abc import Iterator, Mapping
from copy import copy

import typer
import typer.core
from typer._click.core import Command, Parameter

from base.messages import N_, _
from tui.commands.help_examples import EXAMPLES
from tui.completion import complete
from tui.help_format import RAW, HelpLines

COMPLETING = "_PAOTUAN_COMPLETE"
"""The variable by which a shell asks for completions."""
EVERYWHERE = ("lang",)
"""Options of the whole program that may stand behind any command."""
METAVARS: Mapping[str, str] = {
    name: name
    for name in (
        *(N_("ADAPTER"), N_("BASE"), N_("CHARACTER"), N_("DIR"), N_("EXAMPLES"), N_("FILE")),
        *(N_("FORMAT"), N_("ID"), N_("KEY"), N_("LANGUAGE"), N_("LOG"), N_("MODEL"), N_("NAME")),
        *(N_("NOVEL"), N_("OUT"), N_("IN"), N_("PATH"), N_("QUESTION"), N_("RECIPE"), N_("ROLE")),
        *(N_("SCENE"), N_("SECONDS"), N_("SEED"), N_("SESSION"), N_("SHARE"), N_("SIZE")),
        *(N_("SOURCE"), N_("STRENGTH"), N_("TITLE"), N_("TOKENS"), N_("VALUE"), N_("WORDS")),
    )
}
"""The words of which the names of values are made; letters and names of formats stay."""
WORDS = (
    *(N_("[OPTIONS]"), N_("COMMAND [ARGS]..."), N_("Arguments"), N_("Options"), N_("Commands")),
    *(N_("default: {default}"), N_("required"), N_("env var: {var}"), N_("(dynamic)")),
    N_("Show this message and exit."),
)
"""What typer itself says in a help."""
_SENTENCE = re.compile(r".*?(?:[.](?=\s)|。|$)", re.DOTALL)
_WORD = re.compile(r"[A-Z]{2,}")


class HelpContext(typer.Context):
    """A command that is run, or whose help is shown."""

    formatter_class = HelpLines


class AsTyped:
    """Takes a value as it is: typer would import pydantic to look at one that has been read."""

    def coerce(self, value: object, **where: object) -> object:
        return value


def _take_as_typed(parameter: Parameter) -> None:
    setattr(parameter, "_runtime_param", AsTyped())  # noqa: B010 - typer has no public name for it


def translate(command: Command, path: str = "", root: Command | None = None) -> None:
    """Put a command into the person's language, with examples, and what its group says of those
    below it. They themselves are put so when one is called: nobody waits for the others."""
    if command.context_class is HelpContext:
        return
    command.context_class = HelpContext
    if root is None:
        for option in command.params:
            if option.name in EVERYWHERE:
                _take_as_typed(option)
        setattr(typer.core, "_", _)  # noqa: B010 - its own asks the system, which knows no --lang
    else:
        shared = [_unread(one) for one in root.params if one.name in EVERYWHERE]
        command.params = [*command.params, *shared]
    if command.help:
        command.help = _(plain(command.help))
    command.options_metavar = _("[OPTIONS]")
    command.epilog = _epilog(path, command.epilog)
    for parameter in command.get_params(HelpContext(command)):
        _translate_parameter(parameter)
    if isinstance(command, typer.core.TyperGroup):
        command.subcommand_metavar = _("COMMAND [ARGS]...")
        for below in command.commands.values():
            below.short_help = _beginning(_(plain(below.help or "")))


def _unread(option: Parameter) -> Parameter:
    """An option that is shown and completed; what it says has been taken off the line before."""
    shown = copy(option)
    shown.expose_value = False
    return shown


def _beginning(text: str) -> str:
    """The first sentence, without its end."""
    sentence = _SENTENCE.match(text)
    return sentence[0].rstrip(".。") if sentence else text


def _translate_parameter(parameter: Parameter) -> None:
    if os.environ.get(COMPLETING):
        complete(parameter)
        _take_as_typed(parameter)
    if text := getattr(parameter, "help", None):
        parameter.help = _(text)  # type: ignore[attr-defined]
    if parameter.param_type_name == "argument":  # whose brackets and dots typer sets itself
        parameter.metavar = named((parameter.metavar or parameter.name or "").strip("[].…"))
    elif parameter.metavar:
        parameter.metavar = named(parameter.metavar)
    elif not getattr(parameter, "is_flag", False):
        parameter.metavar = "N"  # all that have no name of their own are numbers


def named(metavar: str) -> str:
    """What stands for a value, in the person's language."""
    return _WORD.sub(lambda word: _(word[0]) if word[0] in METAVARS else word[0], metavar)


def plain(text: str) -> str:
    """A docstring without its line breaks, but for those between paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def _epilog(path: str, own: str | None) -> str | None:
    """What follows the help: examples, and what the command says itself."""
    lines = EXAMPLES.get(path, ())
    examples = "\n".join((RAW, _("Examples:"), *(f"  {line}" for line in lines)))
    return "\n\n".join(filter(None, (examples if lines else "", own and _(plain(own))))) or None


def texts(command: Command) -> Iterator[tuple[str, str]]:
    """Every text of a command line that is to be translated, in English, and its module."""
    module = getattr(command.callback, "__module__", __name__)
    for text in (command.help, command.epilog):
        if text:
            yield plain(text), module
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            yield text, module
    for below in getattr(command, "commands", {}).values():
        yield from texts(below)
