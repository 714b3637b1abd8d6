"""The command line: finds the command that is meant, and what is wrong with how it is asked."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
import typer.main

from base.messages import _
from models.quiet import keep_quiet, speak
from tui.commands import (
    characters,
    corpus,
    eval,
    import_files,
    knowledge,
    locate,
    log,
    models,
    play,
    scenes,
    sessions,
)
from tui.commands.draw import draw
from tui.commands.train import train
from tui.failures import FAILED, BadInput
from tui.outcome import Asked, outcome

OPTIONAL = "--resume"
"""The option whose value may be left out."""
TYPERS_OWN = ("help", "install_completion", "show_completion")


app = typer.Typer(
    name="paotuan",
    help="跑团: role play at a terminal table. You play one role, language models play the rest.",
    epilog="Without a command: choose a scene on the screen.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"paotuan {version('paotuan')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where a failure comes from.")
    ] = False,
) -> None:
    context.obj.debug = debug
    speak() if debug else keep_quiet()
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(_("no terminal; name what to do, such as: paotuan play SCENE; see --help"))
    from tui.model_options import Choice
    from tui.run_app import show

    if status := show(None, Choice()):
        raise typer.Exit(status)


app.command("play")(play.play)
app.command("draw")(draw)
app.command("import")(import_files.import_files)
app.add_typer(scenes.app, name="scenes")
app.add_typer(characters.app, name="characters")
characters.app.add_typer(knowledge.app, name="knowledge")
app.add_typer(log.app, name="log")
app.add_typer(sessions.app, name="sessions")
app.add_typer(models.app, name="models")
app.add_typer(eval.app, name="eval")
app.add_typer(corpus.app, name="corpus")
app.command("train")(train)
app.command("locate")(locate.locate)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = Asked()
    return outcome(lambda: _run(given, asked), asked)


def _run(arguments: list[str], asked: Asked) -> int:
    try:
        status = _command()(
            _with_optional_value(arguments),
            obj=asked,
            prog_name="paotuan",
            standalone_mode=False,
        )
    except typer.TyperException as error:
        raise BadInput(_usage(error)) from error
    except typer.Abort:
        return FAILED
    except SystemExit as stopped:
        status = stopped.code
    return status if isinstance(status, int) else 0


def _command() -> Callable[..., object]:
    """The whole command line. Typer's own flags get a value, since for want of one it would import
    pydantic before anything is shown."""
    command = typer.main.get_command(app)
    for each in (command, *getattr(command, "commands", {}).values()):
        for option in each.get_params(typer.Context(each)):
            if option.default is None and option.name in TYPERS_OWN:
                option.default = False
    return command


def _with_optional_value(arguments: list[str]) -> list[str]:
    """An empty value where `--resume` is followed by none."""
    following = [*arguments[1:], "-"]
    return [
        f"{OPTIONAL}=" if argument == OPTIONAL and after.startswith("-") else argument
        for argument, after in zip(arguments, following, strict=False)
    ]


def _usage(error: typer.TyperException) -> str:
    """A mistake of usage in one line, the help of the command named."""
    message = " ".join(error.format_message().split())
    if options := getattr(error, "possibilities", None):
        message = f"{error.message}. Did you mean {', '.join(sorted(options))}?"
    command = getattr(getattr(error, "ctx", None), "command_path", "paotuan")
    return f"{message} See: {command} --help"
