"""Whether a terminal is dark or light: asked with OSC 11 before the screen takes it, or COLORFGBG.

The question costs no time: it is asked before the screen is imported and answered meanwhile. What
the person types meanwhile is kept for the screen, and an answer that comes late is no typing.
"""

import os
import re
import select
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

if sys.platform != "win32":
    import termios

QUESTION = b"\x1b]11;?\x1b\\"
PATIENCE_S = 0.05
"""Seconds that an answer is waited for, counted from the question."""
_ANSWER = re.compile(
    rb"\x1b\]11;(?:rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?"
    rb"|#([0-9a-fA-F]{6}))(?:\x07|\x1b\\)"
)
_LATE = re.compile(r"\x1b\]11;[^\x07\x1b]{0,60}(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b\](?:1(?:1(?:;[^\x07\x1b]{0,60}\x1b?)?)?)?\Z")


class Asked:
    """A terminal that was asked; `answer` gives it back as it was before."""

    def __init__(self, input: int, output: int) -> None:
        self._input = input
        self._modes = termios.tcgetattr(input)
        raw = termios.tcgetattr(input)
        raw[0] &= ~termios.ICRNL
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
        termios.tcsetattr(input, termios.TCSANOW, raw)
        self._ends = time.monotonic() + PATIENCE_S
        os.write(output, QUESTION)

    def answer(self) -> tuple[bool | None, bytes]:
        """Whether the background is dark, `None` where nothing says so; and what was typed."""
        heard = b""
        with suppress(OSError, termios.error):  # a terminal that has gone
            while not _ANSWER.search(heard):
                wait = max(self._ends - time.monotonic(), 0)
                if not select.select([self._input], [], [], wait)[0]:
                    break
                piece = os.read(self._input, 1024)
                if not piece:
                    break
                heard += piece
            termios.tcsetattr(self._input, termios.TCSANOW, self._modes)
        found = _ANSWER.search(heard)
        if found is None:
            return None, heard
        return is_dark(found), heard[: found.start()] + heard[found.end() :]


def ask() -> Asked | None:
    """Ask the terminal, where there is one that may be asked."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    with suppress(OSError):  # it is not the terminal that we were started from
        if os.tcgetpgrp(sys.stdin.fileno()) != os.getpgrp():
            return None  # we are in the background, and would be stopped
    try:
        return Asked(sys.stdin.fileno(), sys.stdout.fileno())
    except (OSError, ValueError, termios.error):
        return None


def is_dark(found: re.Match[bytes]) -> bool:
    """Whether a colour that a terminal has told is a dark one."""
    if found[4]:
        shares = [int(found[4][at : at + 2], 16) / 255 for at in (0, 2, 4)]
    else:
        shares = [int(each, 16) / (16 ** len(each) - 1) for each in found.groups()[:3]]
    red, green, blue = shares
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5


def told_by(environment: Mapping[str, str]) -> bool | None:
    """Whether `COLORFGBG` says that the background is dark; `None` where it says nothing."""
    last = environment.get("COLORFGBG", "").rpartition(";")[2]
    return int(last) in (*range(7), 8) if last.isdecimal() and len(last) < 3 else None


class LateAnswer:
    """Takes an answer out of what is typed that came after the screen had begun, in any pieces."""

    def __init__(self) -> None:
        self._begun = ""

    def feed(self, text: str) -> str:
        """What was typed of a piece that the terminal has sent."""
        text = _LATE.sub("", self._begun + text)
        begun = _BEGUN.search(text)
        self._begun = begun[0] if begun else ""
        return text[: begun.start()] if begun else text
