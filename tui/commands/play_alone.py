"""`paotuan play` by itself, without the commands that it does not need; one scene at once."""

import sys
from collections.abc import Sequence

from tui.commands import play


def main(arguments: Sequence[str]) -> int:
    """Run `paotuan play` and return its exit status."""
    if len(arguments) == 2 and not arguments[1].startswith("-") and sys.stdout.isatty():
        return _at_once(arguments[1])
    from tui.commands.root import new_program, run

    app = new_program()
    app.command("play")(play.play)
    return run(app, arguments)


def _at_once(scene: str) -> int:
    """Sit down at a scene, everything else being as it is by default."""
    from models.quiet import keep_quiet
    from tui.outcome import ProgramOptions, outcome
    from tui.output import word
    from tui.preferences import ask_language, problems, settle_language

    def start() -> int:
        settle_language(())
        ask_language()
        for problem in problems():
            word(problem)
        return play.played(scene)

    keep_quiet()
    return outcome(start, ProgramOptions())
