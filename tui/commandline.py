"""The command line: all commands of the program."""

from collections.abc import Sequence

from typer._click.core import Command

from tui.commands import (
    bench,
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
    serve,
    sessions,
)
from tui.commands.ask import ask
from tui.commands.draw import draw
from tui.commands.root import command_line_of, new_program, run
from tui.commands.root import with_optional_value as with_optional_value
from tui.commands.settings import settings
from tui.commands.talk import talk
from tui.commands.train import train

app = new_program()
app.command("play")(play.play)
app.command("talk")(talk)
app.command("serve")(serve.serve)
app.command("draw")(draw)
app.command("ask")(ask)
app.command("import")(import_files.import_files)
app.add_typer(scenes.app, name="scenes")
app.add_typer(characters.app, name="characters")
characters.app.add_typer(knowledge.app, name="knowledge")
app.add_typer(log.app, name="log")
app.add_typer(sessions.app, name="sessions")
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")
app.add_typer(eval.app, name="eval")
app.add_typer(corpus.app, name="corpus")
app.command("train")(train)
app.command("locate")(locate.locate)
app.command("settings")(settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input."""
    return run(app, arguments)


def command_line() -> Command:
    """The whole command line, in the language that is spoken."""
    return command_line_of(app)
