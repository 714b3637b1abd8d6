"""Which format of a table's log a text is in, by the share of its first lines that are headers.

Each detector gives from 0 to 1. A header with a name that can be none is not counted. The looser a
form, the more of it must be seen, and the less it is worth; a single header among many other lines
is a guess that a person has to confirm.
"""

import re
from dataclasses import replace
from functools import lru_cache

from scenes.files.head import FileHead
from scenes.files.trpg.broken_headers import names_above, rejoined
from scenes.files.trpg.colours import COLOURED, without_colours
from scenes.files.trpg.headers import (
    BLACK,
    CHANNEL,
    CHANNELLED,
    DATED_NAME,
    DISCORD,
    FVTT,
    HKTRPG,
    IRC,
    MINUTES,
    NAMED,
    PAINTED,
    QQ,
    SINANYA,
    STAMPED,
    TABBED,
    TIMED,
    LineHeader,
)
from scenes.files.trpg.items import ASIDES, MAINS
from scenes.files.trpg.names import is_name

ENOUGH = 3
"""Headers from which on further ones make hardly surer."""
SPARSE = 60
"""Lines to a header, beyond which few headers are no evidence."""
UNSURE = 0.4
"""What is worth no more than a question."""


def sealdice(head: FileHead) -> float:
    """Headers of SealDice, `林默(100002) 2026-03-21 19:05:40`."""
    return _named(head, "sealdice")


def sealdice_editor(head: FileHead) -> float:
    """The same with the date as the editor of SealDice writes it."""
    return _named(head, "sealdice-editor")


def dice(head: FileHead) -> float:
    """The same without a date, or with a blank behind the time."""
    return _named(head, "dice")


def trpglog(head: FileHead) -> float:
    """The same in a file of OlivaDice."""
    return _named(head, "trpglog")


def qq(head: FileHead) -> float:
    """Headers with the time before the name."""
    return _strict(head, QQ)


def sinanya(head: FileHead) -> float:
    """Lines that begin `<2023-06-20 15:50:30.0>`."""
    return _strict(head, SINANYA)


def fvtt(head: FileHead) -> float:
    """Headers with an American date and clock."""
    return _strict(head, FVTT)


def rendered(head: FileHead) -> float:
    """Lines that begin with a time and a `<name>`."""
    return _share(head, TIMED, 0.7, 0.04, 1)


def painted(head: FileHead) -> float:
    """Most lines begin with a `<name>` of several; hardly sure where tags are closed."""
    names = _names(head, PAINTED)
    if 2 * len(names) <= len(head.lines) or head.is_json or irc(head) or channelled(head):
        return 0
    alone = sum(re.fullmatch(r"\[[\w.:-]+\]\s*", line) is not None for line in head.lines)
    if 2 * alone >= len(names):  # sections of settings
        return 0
    one_for_all = len(names) > ENOUGH and len(set(names)) == 1
    sure = 0.3 if "</" in head.text or one_for_all else 0.6
    return sure + 0.04 * len(names) / len(head.lines)


def qq_channel(head: FileHead) -> float:
    """A name and a time alone on a line, more than once; or on several, as Discord copies them."""
    if hktrpg(head):
        return 0
    if any(line.lstrip()[:1] in ("—", "–") for line in head.lines):
        head = replace(head, raw="\n".join(rejoined(head.lines)).encode())
    elif above := names_above(head.text.splitlines()):
        whole = rejoined(head.text.splitlines(), above)
        head = replace(head, raw="\n".join(whole).encode())
    return _share(head, CHANNEL, 0.56, 0.03, 2)


def minutes(head: FileHead) -> float:
    """A name and hours with minutes alone on a line, often, and some name again."""
    names = _names(head, MINUTES)
    if len(names) < ENOUGH or len(set(names)) == len(names) or 5 * len(names) < len(head.lines):
        return 0
    return 0.52


def dated(head: FileHead) -> float:
    """A date and a name alone on a line, often, and few names."""
    names = _names(head, DATED_NAME)
    if len(names) < ENOUGH or 2 * len(set(names)) > len(names) + 1 or qq(head):
        return 0
    return 0.57 if 5 * len(names) >= len(head.lines) else 0


def black(head: FileHead) -> float:
    """Most lines begin with a `【name】` of several that come again."""
    return _most(head, BLACK, 0.6)


def irc(head: FileHead) -> float:
    """Most lines have a time and a `<nick>`, or are what such a program says itself."""
    if COLOURED.search(head.text):
        head = replace(head, raw="\n".join(map(without_colours, head.lines)).encode())
    said = _count(head, IRC)
    formed = sum(any(form.pattern.fullmatch(line) for form in IRC.forms) for line in head.lines)
    if not said or 2 * (said + formed) < len(head.lines):
        return 0
    return 0.8 + 0.1 * (said + formed) / len(head.lines)


def tabbed(head: FileHead) -> float:
    """Most lines are a time, a name and a text, with tabs between."""
    return _most(head, TABBED, 0.78)


def stamped(head: FileHead) -> float:
    """Most lines begin with a time, then a name and a colon; some name again."""
    return _most(head, STAMPED, 0.62)


def channelled(head: FileHead) -> float:
    """Most lines begin with a channel that is known for one, then a name and a colon."""
    found = [
        one for one in map(CHANNELLED.pattern.fullmatch, head.lines) if one and is_name(one["name"])
    ]
    known = sum(one["channel"].strip().lower() in ASIDES | MAINS for one in found)
    if 2 * len(found) < len(head.lines) or 2 * known < max(len(found), 1):
        return 0
    return 0.75


def discord(head: FileHead) -> float:
    """Headers `[01-May-24 08:00 PM] KP`; sure behind what the exporter writes first."""
    count = _count(head, DISCORD)
    if not count:
        return 0
    if re.match(r"={62}\n(?:Guild|Channel): ", head.start):
        return 0.97
    share = count / len(head.lines)
    return 0.66 + 0.05 * share if count > 1 and share >= 0.2 and not _count(head, FVTT) else 0


def hktrpg(head: FileHead) -> float:
    """A name, a tab, and a time or nothing; sure where programs are marked."""
    count = _count(head, HKTRPG)
    dated = sum(1 for line in head.lines if HKTRPG.pattern.fullmatch(line) and line[-1:] != "\t")
    if count < 2 or 8 * count < len(head.lines):
        return 0
    if "(🤖)" in head.text or dated == count:
        return 0.93
    return 0.55


def _most(head: FileHead, header: LineHeader, base: float) -> float:
    """From `base` on, where at least half the lines are headers of several names."""
    names = _names(head, header)
    lines = [line for line in head.lines if not _is_said_by_program(line, header)]
    if 2 * len(names) < len(lines) or not names:
        return 0
    if len(names) > ENOUGH and len(set(names)) == 1:
        return UNSURE
    repeated = len(set(names)) < len(names) or len(names) < ENOUGH
    return (base if repeated else UNSURE) + 0.1 * len(names) / max(len(lines), 1)


def _is_said_by_program(line: str, header: LineHeader) -> bool:
    if header.frame and header.frame.fullmatch(line):
        return True
    return any(one.part == "system" and one.pattern.fullmatch(line) for one in header.forms)


def _share(head: FileHead, header: LineHeader, base: float, more: float, least: int) -> float:
    """`base` and up to `more`; less where headers are too few among the lines."""
    count = _count(head, header)
    if count < least:
        return 0
    if count < len(head.lines) / SPARSE:
        return UNSURE
    return base + more * count / len(head.lines)


def _strict(head: FileHead, header: LineHeader) -> float:
    """From 0.8 for a single header to 0.99 for a file of nothing else."""
    count = _count(head, header)
    if not count:
        return 0
    if count < len(head.lines) / SPARSE:
        return UNSURE
    return 0.75 + 0.15 * min(count, ENOUGH) / ENOUGH + 0.09 * count / len(head.lines)


def _named(head: FileHead, program: str) -> float:
    return _strict(head, NAMED) if _program(head) == program else 0


@lru_cache(8)
def _program(head: FileHead) -> str:
    """Which of the programs that write `名字(ID) …` wrote a text; empty where none did."""
    first = next(filter(NAMED.pattern.fullmatch, head.lines), None)
    if first is None:
        return ""
    if head.suffix == ".trpglog":
        return "trpglog"
    if re.search(r"\d{4}/\d", first):
        return "sealdice-editor"
    if first.endswith(" ") or not re.search(r"\d{4}-\d", first):
        return "dice"
    return "sealdice"


@lru_cache(64)
def _names(head: FileHead, header: LineHeader) -> tuple[str, ...]:
    """The names in the headers of one kind, those that can be names."""
    found = (one["name"] for one in map(header.pattern.fullmatch, head.lines) if one)
    return tuple(name.strip() for name in found if is_name(name))


def _count(head: FileHead, header: LineHeader) -> int:
    return len(_names(head, header))
