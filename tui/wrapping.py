"""Where lines of text end: between words and wide characters, by the rules of Chinese punctuation.

What closes (`。`, `」`, `…`) never begins a line, what opens (`（`, `“`) never ends one, and a
character is never parted from the marks that belong to it. Knows no styles.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from rich.cells import cell_len, get_character_cell_size

WIDEST = 2
"""Cells of a character, at most."""
NEVER_FIRST = frozenset(
    "，。、．：；！？）］｝〕】》〉」』〗〙〛”’…—～·・々ー゠‐–‼⁇⁈⁉％‰℃°×,.!?;:)]}%»›〞〟"
)
LONGEST_CHIP = 12
"""Characters of a feeling in `〔…〕`, up to which it is not parted."""
NEVER_LAST = frozenset("（［｛〔【《〈「『〖〘〚“‘([{«‹〝￥＄")
SIMPLE = re.compile(
    "[ -~\u00a0-\u02ff\u2010-\u2027\u3000-\u3029\u3030-\u3098\u309b-\ua48c\uac00-\ud7a3"
    "\uff01-\uff9d]*"
)
"""Text each of whose characters stands for itself."""
Parts = Sequence[str]
"""The characters of a text as a reader counts them."""


def parts_of(text: str) -> Parts:
    """The text in clusters of what is one character to a reader; emoji that are joined are one."""
    if SIMPLE.fullmatch(text):
        return text
    return _clusters().findall(text)


def cells_of(part: str) -> int:
    """How many cells of a terminal such a character takes."""
    return get_character_cell_size(part) if len(part) == 1 else min(cell_len(part), WIDEST)


def slices(text: str, width: int) -> list[tuple[int, int]]:
    """Where lines of at most `width` cells begin and end; blanks at which they break are in none.

    A line that only closing marks would follow takes its last character down with them.
    """
    width, parts = max(width, WIDEST), parts_of(text)
    ends = list(accumulate(map(cells_of, parts)))
    found: list[tuple[int, int]] = []
    start = used = 0
    while start < len(parts):
        most = max(bisect_right(ends, used + width, start), start + 1)
        cut = most if most >= len(parts) else _cut(parts, start, most)
        found.append((start, cut))
        while found and cut < len(parts) and parts[cut] == " ":
            cut += 1
        start, used = cut, ends[cut - 1]
    return found if isinstance(parts, str) else _in_characters(parts, found)


def rows(text: str, width: int) -> int:
    """How many lines a text takes, at least one."""
    if WIDEST * len(text) <= width or cell_len(text) <= width:
        return 1
    return len(slices(text, width)) or 1


def fitted(text: str, width: int, more: str = "…") -> str:
    """The text, or as much of its beginning as fits into `width` cells before `more`."""
    if cell_len(text) <= width:
        return text
    parts, room = parts_of(text), max(width - cell_len(more), 0)
    ends = list(accumulate(map(cells_of, parts)))
    return "".join(parts[: bisect_right(ends, room)]).rstrip() + (more if width > 0 else "")


def _cut(parts: Parts, start: int, most: int) -> int:
    """Where a line breaks that begins at `start` and has room up to `most`."""
    places = range(most, start, -1)
    for allowed in (_may_break, _may_part):
        cut = next((at for at in places if allowed(parts, start, at)), None)
        if cut is not None:
            return cut
    return most


def _may_part(parts: Parts, start: int, at: int) -> bool:
    """Whether a line that begins at `start` may end before `at`, if need be within a word."""
    before, after = at - 1, at
    while after < len(parts) and parts[after] == " ":
        after += 1
    while before > start and parts[before] == " ":
        before -= 1
    closes = after < len(parts) and parts[after][0] in NEVER_FIRST
    return not closes and parts[before][0] not in NEVER_LAST


def _may_break(parts: Parts, start: int, at: int) -> bool:
    before, after = parts[at - 1], parts[at]
    if " " not in (before, after) and WIDEST not in (cells_of(before), cells_of(after)):
        return False
    return _may_part(parts, start, at) and not _is_in_chip(parts, start, at)


def _is_in_chip(parts: Parts, start: int, at: int) -> bool:
    """Whether it is within a short `〔…〕` of this line, which stays in one piece where it can."""
    for place in range(at - 1, max(start, at - LONGEST_CHIP) - 1, -1):
        if parts[place] in "〔〕":
            return parts[place] == "〔" and place > start
    return False


def _in_characters(parts: Parts, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    at = [0, *accumulate(map(len, parts))]
    return [(at[start], at[end]) for start, end in found]


@cache
def _clusters() -> "re.Pattern[str]":
    import regex  # takes longer to import than most texts need

    pattern: re.Pattern[str] = regex.compile(r"(?:\X(?<=\u200d))*\X")
    return pattern
