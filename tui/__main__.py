"""`paotuan` alone shows the start at once; anything more is a command line."""

import os
import sys
from collections.abc import Callable, Sequence

COMPLETING = "_PAOTUAN_COMPLETE"
"""Is set where a shell asks what may follow."""
ROOMS = ("tui", "scenes", "characters", "models", "base")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input.

    Without `arguments` it is the process's own program, whose signals and streams it settles.
    """
    if arguments is not None:
        pass_over_namesakes()
        return _work_of(arguments)()
    try:
        pass_over_namesakes()
        from tui import process

        # else pydantic looks through all that is installed, at the first scene that is read
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
        process.load()
        work = _work_of(sys.argv[1:])
        process.work()
        return process.end(work())
    except KeyboardInterrupt:
        return 130


def _work_of(arguments: Sequence[str]) -> Callable[[], int]:
    """What is to be done, with all that it needs imported."""
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        from models.quiet import keep_quiet
        from tui.model_options import Choice
        from tui.outcome import ProgramOptions, outcome
        from tui.preferences import ask_language, settle_language
        from tui.run_app import show

        def start() -> int:
            settle_language(())
            ask_language()
            return show(None, Choice())

        keep_quiet()
        return lambda: outcome(start, ProgramOptions())
    if arguments[:1] == ["play"] and COMPLETING not in os.environ:
        from tui.commands.play_alone import main as play

        return lambda: play(arguments)
    from tui.commandline import main as run

    return lambda: run(arguments)


def pass_over_namesakes() -> None:
    """Import nothing from the folder the program is started in where that has names like ours.

    With `python -m` it would come first, and a project of one's own often has its `models`.
    """
    try:
        here = os.getcwd()
    except FileNotFoundError:
        return  # a folder that is gone holds nothing
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if here != ours and any(os.path.isdir(os.path.join(here, room)) for room in ROOMS):
        sys.path[:] = [place for place in sys.path if place not in ("", here)]


if __name__ == "__main__":
    sys.exit(main())
