"""Which format of a table's log a text is in, by the lines of its beginning that are headers.

Each detector gives from 0 to 1. Headers with a clock and a name can be nothing else, so that a few
of them are enough; the looser a form, the more of it must be seen, and the less it is worth.
"""

import re
from functools import lru_cache

from scenes.files.head import FileHead
from scenes.files.trpg.headers import CHANNEL, FVTT, NAMED, PAINTED, QQ, SINANYA, TIMED, LineHeader

_NO_NAME = re.compile(r"[\d\s:：./-]+|/.*|[^=]*=.*")
"""What stands in brackets and is a time, a number or a tag."""
ENOUGH = 3
"""Headers from which on further ones make hardly surer."""


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
    count = _count(head, TIMED)
    return 0.7 + 0.04 * count / len(head.lines) if count else 0


def painted(head: FileHead) -> float:
    """Most lines begin with a `<name>`; hardly sure where tags are closed, as on a page."""
    names = [found[1] for found in map(PAINTED.pattern.fullmatch, head.lines) if found]
    count = sum(_NO_NAME.fullmatch(name) is None for name in names)
    if 2 * count <= len(head.lines):
        return 0
    return 0.3 if "</" in head.text else 0.6 + 0.04 * count / len(head.lines)


def qq_channel(head: FileHead) -> float:
    """A name and a time alone on a line, more than once."""
    count = _count(head, CHANNEL)
    return 0.56 + 0.03 * count / len(head.lines) if count > 1 else 0


def _strict(head: FileHead, header: LineHeader) -> float:
    """From 0.8 for a single header to 0.99 for a file of nothing else."""
    count = _count(head, header)
    if not count:
        return 0
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


@lru_cache(16)
def _count(head: FileHead, header: LineHeader) -> int:
    return sum(header.pattern.fullmatch(line) is not None for line in head.lines)
