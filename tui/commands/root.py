"""The program's own command line, whatever commands it has: its options, and how it is run."""

import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer
import typer.main
from typer._click.core import Command

from base.messages import LANGUAGES, _, language
from models.quiet import keep_quiet, speak
from tui.command_help import translate
from tui.commands.group import CommandGroup
from tui.failures import FAILED, BadInput
from tui.outcome import ProgramOptions, outcome
from tui.output import data, word
from tui.preferences import OPTION, ask_language, problems, settle_language
from tui.usage import problem_of

OPTIONAL = {"--resume": re.compile(r"[^-]"), "--ray": re.compile(r"(?:ray://)?[^/\\]+:\d+$")}
"""The options whose value may be left out, and how what is one begins."""
TYPERS_OWN = ("help", "install_completion", "show_completion")


def new_program() -> typer.Typer:
    """The program with no command yet."""
    app = typer.Typer(
        name="paotuan",
        cls=CommandGroup,
        help="Role play at a table in the terminal: you play one role, language models the others.",
        epilog="Without a command you choose a scene on the screen. --lang may stand before or "
        "behind a command. Exit status: 0 done, 1 failed, 2 wrong usage or bad input, 130 stopped.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(start)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"paotuan {version('paotuan')}")
        raise typer.Exit


def start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where a failure comes from.")
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            OPTION,
            metavar="LANGUAGE",
            autocompletion=lambda: list(LANGUAGES),
            help="The language of the program: zh_CN, zh_TW or en; before PAOTUAN_LANG, the "
            "settings and the locale.",
        ),
    ] = None,
) -> None:
    context.obj.debug = debug
    speak() if debug else keep_quiet()
    if context.invoked_subcommand != "settings":
        for problem in problems():
            word(problem)
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(
            _(
                "the screen needs a terminal; without one, name a command, such as: "
                "paotuan play SCENE"
            )
        )
    from tui.model_options import Choice
    from tui.run_app import show

    if status := show(None, Choice()):
        raise typer.Exit(status)


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = ProgramOptions()
    return outcome(lambda: _run(app, given, options), options)


def _run(app: typer.Typer, arguments: list[str], options: ProgramOptions) -> int:
    arguments = settle_language(arguments)
    if arguments[:1] in ([], ["play"], ["talk"]) and "--help" not in arguments:
        ask_language()
    try:
        status = command_line_of(app)(
            with_optional_value(arguments),
            obj=options,
            prog_name="paotuan",
            standalone_mode=False,
        )
    except typer.TyperException as error:
        raise BadInput(problem_of(error)) from error
    except typer.Abort:
        return FAILED
    except SystemExit as stopped:
        status = stopped.code
    return status if isinstance(status, int) else 0


def _install(context: typer.Context, parameter: object, wanted: bool) -> None:
    """Typer's own installation of completion, told in our words."""
    if not wanted or context.resilient_parsing:
        return
    from typer._completion_shared import install

    shell, path = install()
    text = _("Completion for {shell} is in {path}; it works in the next terminal that you open")
    data(text.format(shell=shell, path=path))
    raise typer.Exit


def command_line_of(app: typer.Typer) -> Command:
    """The whole command line, in the language that is spoken."""
    return _command_line(app, language())


@cache  # many inputs are worked on by a command each
def _command_line(app: typer.Typer, language: str) -> Command:
    """Typer's own flags get a value, since for want of one it would import pydantic before anything
    is shown."""
    command = typer.main.get_command(app)
    translate(command)
    for each in (command, *getattr(command, "commands", {}).values()):
        for option in each.get_params(typer.Context(each)):
            if option.default is None and option.name in TYPERS_OWN:
                option.default = False
            if option.name == "install_completion":
                option.callback = _install
    return command


def with_optional_value(arguments: list[str]) -> list[str]:
    """An empty value where an option that may have one is followed by none."""
    following = [*arguments[1:], "-"]
    return [
        f"{argument}=" if argument in OPTIONAL and not OPTIONAL[argument].match(after) else argument
        for argument, after in zip(arguments, following, strict=False)
    ]
