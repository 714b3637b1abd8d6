"""`paotuan` alone shows the start at once; anything more is a command line."""

import os
import sys
from collections.abc import Sequence

ROOMS = ("tui", "scenes", "characters", "models")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 failed, 2 wrong usage or bad input."""
    pass_over_namesakes()
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        from models.quiet import keep_quiet
        from tui.opening import Choice
        from tui.seat import show

        keep_quiet()
        return show(None, Choice())
    from tui.commandline import main as run

    return run(arguments)


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
