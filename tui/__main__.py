"""`paotuan` alone shows the start at once; anything more is a command line."""

import sys
from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input.

    Without `arguments` it is the process's own program, whose signals and streams it settles.
    """
    if arguments is not None:
        return _work_of(arguments)()
    try:
        from tui import process

        process.load()
        work = _work_of(sys.argv[1:])
        process.work()
        return process.end(work())
    except KeyboardInterrupt:
        return 130


def _work_of(arguments: Sequence[str]) -> Callable[[], int]:
    """What is to be done, with all that it needs imported."""
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        from tui.opening import Choice
        from tui.outcome import Asked, outcome
        from tui.seat import show

        return lambda: outcome(lambda: show(None, Choice()), Asked())
    from tui.commandline import main as run

    return lambda: run(arguments)


if __name__ == "__main__":
    sys.exit(main())
