"""Log entries for a plain terminal: a line each, coloured with ANSI where colours are wanted."""

import os
import sys
from collections.abc import Callable
from typing import TextIO
from zlib import crc32

from scenes.log import SPOKEN, Entry, cue, write
from tui.output import escaped_line

Paint = Callable[[Entry], str]

NAMES = (31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96)
"""SGR codes that names take, by what the name is."""
STYLES = {"narration": "3", "action": "3", "thought": "2", "chapter": "1", "context": "2"}
STYLES |= {"comment": "2", "unrecognised": "2"}
EMOTION = "2"

_plain = False


def wants_colour(stream: TextIO | None = None) -> bool:
    """Whether a terminal is there to colour: not with NO_COLOR set, nor on a dumb one."""
    stream = stream or sys.stdout
    return redraws(stream) and not os.environ.get("NO_COLOR")


def redraws(stream: TextIO) -> bool:
    """Whether a line there can be drawn over, as a bar of progress is."""
    return stream.isatty() and not is_dumb()


def be_plain() -> None:
    """Write no escape from now on, as on a terminal that knows none."""
    global _plain
    _plain = True


def is_dumb() -> bool:
    """Whether the terminal says that it knows no escapes, or the person wants none."""
    return _plain or os.environ.get("TERM", "").lower() in ("dumb", "unknown")


def painter(coloured: bool | None = None) -> Paint:
    """How an entry is printed, safe for any terminal."""
    coloured = wants_colour() if coloured is None else coloured
    return _coloured if coloured else lambda entry: escaped_line(write(entry))


def sgr(text: str, *codes: str | int) -> str:
    """`text` in the style of SGR codes."""
    return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m" if text and codes else text


def _coloured(entry: Entry) -> str:
    line = escaped_line(write(entry))
    style = STYLES.get(entry.kind)
    codes = (style,) if style else ()
    if entry.kind not in SPOKEN:
        return sgr(line, *codes)
    name = escaped_line(cue(entry.speaker))
    body, mark, emotion = line.removeprefix(name).rpartition(" \\emoji ")
    if not entry.emotion:
        body, mark, emotion = line.removeprefix(name), "", ""
    colour = NAMES[crc32(entry.speaker.encode(errors="replace")) % len(NAMES)]
    return f"{sgr(name, 1, colour)}{sgr(body, *codes)}{sgr(mark + emotion, EMOTION)}"
