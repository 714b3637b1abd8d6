"""Headers that are broken when a window is copied, made one line again: a name, a dash and a time
on their own lines, as of Discord; a name over a date, as of WeChat. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from scenes.files.trpg.clocks import CLOCK, DATE, DATED, JOINT
from scenes.files.trpg.names import is_name

LONGEST = 4
"""Lines that a header may be broken into."""
_DASHES = "—–"
_HEADER = re.compile(
    rf"(?P<name>[^\n]{{1,80}}?)(?:\n(?:APP|BOT|机器人|應用程式|应用))?\s*\n?\s*[{_DASHES}]\s*\n?\s*"
    rf"(?P<when>(?P<day>{DATE}{JOINT})?{CLOCK})\s*"
)
LOOKED_AT = 4000
"""Lines in which names over dates are looked for."""
_DATED = re.compile(rf"\s*{DATED}\s*")
_ENDS = re.compile(rf"(?:\s*[{_DASHES}]\s*)?(?:{DATE}{JOINT})?{CLOCK}\s*")


def names_above(lines: Iterable[str]) -> frozenset[str]:
    """The names that stand alone over dates; none where dates stand under what is said too, as
    where they only part it."""
    above: Counter[str] = Counter()
    before, gap = "", True
    for line in lines:
        if before and gap and _DATED.fullmatch(line):
            above[before.strip()] += 1
        before, gap = line, not before.strip()
    names = frozenset(name for name in above if is_name(name) and not _DATED.fullmatch(name))
    recurring = sum(count for name, count in above.items() if count > 1 and name in names)
    return names if 2 * recurring >= above.total() and len(names) > 1 else frozenset()


def rejoined(lines: Iterable[str], above: Collection[str] = ()) -> Iterator[str]:
    """The same lines, as many; the last of a broken header is the whole, the others are empty.

    `above` are names that stand over dates.
    """
    held: list[str] = []
    for line in lines:
        if above and held and held[-1].strip() in above and _DATED.fullmatch(line):
            line = f"{held[-1].strip()} {line.strip()}"
            held[-1] = ""
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
