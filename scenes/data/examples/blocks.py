"""Cuts a stretch without headings into blocks, so that part of it can be held out. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from scenes.data.examples.script import LogChapter, Script, speaker_of
from scenes.scene import Role

MOST_BLOCKS = 40
LEAST_LINES = 4
"""Lines to learn of a block."""
LONG = 200
"""Lines to learn from which on a stretch that is more than half of all is cut beside others."""
WIDEST_GAP = 8
"""Lines at the beginning of a block that nobody is tested on or taught, as the block before is on
the other side; fewer in a short one."""


def too_long(lines: Sequence[int]) -> int | None:
    """Which part is to be cut before anything is held out: the only one that has lines to learn,
    or one of `LONG` lines or more that is more than half of all; `None` where none is."""
    places = [at for at, count in enumerate(lines) if count]
    if not places:
        return None
    longest = max(places, key=lambda at: lines[at])
    alone = len(places) == 1 and lines[longest] >= 2 * LEAST_LINES
    half = lines[longest] >= LONG and 2 * lines[longest] > sum(lines)
    return longest if alone or half else None


def in_blocks(script: Script, roles: Sequence[Role], at: int) -> Script:
    """The script with chapter `at` as blocks of about as many lines of `roles` each."""
    chapter = script.chapters[at]
    learned = [
        number >= chapter.known and speaker_of(roles, entry) is not None
        for number, entry in enumerate(chapter.entries)
    ]
    count = min(MOST_BLOCKS, sum(learned) // LEAST_LINES)
    blocks: list[LogChapter] = []
    start = seen = 0
    for number, is_learned in enumerate(learned, 1):
        seen += is_learned
        if (
            is_learned
            and seen * count >= (len(blocks) + 1) * sum(learned)
            and len(blocks) < count - 1
        ):
            blocks.append(_block(chapter, start, number))
            start = number
    blocks.append(_block(chapter, start, len(learned)))
    return replace(script, chapters=(*script.chapters[:at], *blocks, *script.chapters[at + 1 :]))


def _block(chapter: LogChapter, start: int, end: int) -> LogChapter:
    gap = min(WIDEST_GAP, (end - start) // 4)
    known = max(0, chapter.known - start)
    return replace(chapter, entries=chapter.entries[start:end], known=known, gap=max(gap, known))
