"""`paotuan` alone shows the start at once; anything more is a command line."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        from models.quiet import keep_quiet
        from tui.opening import Choice
        from tui.seat import show

        keep_quiet()
        return show(None, Choice())
    from tui.commandline import main as run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
