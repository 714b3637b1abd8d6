"""Headers that Discord's window breaks when it is copied: a name, a dash and a time on their own
lines, made one line again. Pure."""

import re
from collections.abc import Iterable, Iterator

from scenes.files.trpg.clocks import CLOCK, DATE, JOINT

LONGEST = 4
"""Lines that a header may be broken into."""
_DASHES = "—–"
_HEADER = re.compile(
    rf"(?P<name>[^\n]{{1,80}}?)(?:\n(?:APP|BOT|机器人|應用程式|应用))?\s*\n?\s*[{_DASHES}]\s*\n?\s*"
    rf"(?P<when>(?P<day>{DATE}{JOINT})?{CLOCK})\s*"
)
_ENDS = re.compile(rf"(?:\s*[{_DASHES}]\s*)?(?:{DATE}{JOINT})?{CLOCK}\s*")


def rejoined(lines: Iterable[str]) -> Iterator[str]:
    """The same lines, as many; the last of a broken header is the whole, the others are empty."""
    held: list[str] = []
    for line in lines:
        held.append(line)
        if line and line[-1] in "0123456789Mm午 " and _is_broken(held) and _ENDS.fullmatch(line):
            for many in range(len(held), 1, -1):
                found = _HEADER.fullmatch("\n".join(held[-many:]))
                if found and "\n" not in found["name"] and found["name"].strip():
                    yield from held[:-many]
                    yield from [""] * (many - 1)
                    when = found["when"] if found["day"] else f"Today at {found['when']}"
                    yield f"{found['name'].strip()} — {when}"
                    held = []
                    break
        if len(held) >= LONGEST:
            yield held.pop(0)
    yield from held


def _is_broken(held: list[str]) -> bool:
    """Whether the last line, or the one before it, begins with the dash of a header."""
    return any(line.lstrip()[:1] in tuple(_DASHES) for line in held[-2:])
