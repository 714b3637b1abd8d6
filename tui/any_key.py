"""Whether a key was pressed on a terminal from which nothing is read meanwhile."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Pressed = Callable[[], bool]
"""Whether a key was pressed since it was asked last; what was typed is taken away."""
MOST_BYTES = 4096


@contextmanager
def any_key(terminal: bool) -> Iterator[Pressed]:
    """While it is open, the terminal gives each key at once and shows none; Ctrl-C stays what it
    is. Where there is no terminal, nothing is pressed."""
    if not terminal:
        yield lambda: False
    elif sys.platform == "win32":
        yield _pressed_on_windows
    else:
        import termios
        import tty

        keyboard = sys.stdin.fileno()
        try:
            before = termios.tcgetattr(keyboard)
        except termios.error:
            yield lambda: False
            return
        tty.setcbreak(keyboard, termios.TCSANOW)
        try:
            yield lambda: _pressed(keyboard)
        finally:
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _pressed(keyboard: int) -> bool:
    import select

    ready, __, __ = select.select([keyboard], [], [], 0)
    if ready:
        os.read(keyboard, MOST_BYTES)
    return bool(ready)


def _pressed_on_windows() -> bool:
    import msvcrt

    pressed = False
    while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
        msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
        pressed = True
    return pressed
