"""Which turns of a branch are to be summed up: stretches cut at natural places. Pure.

A stretch ends where the history will be cut, which is after a block of its budget, or at a chapter
line near there; so that what is cut has its summary when it goes.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scenes.log import Entry, write
from scenes.prompt import BLOCKS, Count, first_kept
from scenes.recall import OPENING_SHARE, Recap

NEAR = 4
"""How near to a chapter line, in parts of a block, a stretch ends there."""


@dataclass(frozen=True)
class Line:
    """An entry that a model reads, with its turn; `None` for what no person or model said."""

    entry: Entry
    turn: int | None


@dataclass(frozen=True)
class Stretch:
    """Turns in a row that are summed up together, or summaries that are merged."""

    first: int
    last: int
    lines: tuple[Entry, ...]
    """What happened in them."""
    before: tuple[Recap, ...] = ()
    """The summaries of what happened before."""
    merges: bool = False
    """Whether its lines are summaries."""


@dataclass(frozen=True)
class Told:
    """The turns of a branch as they are read, and which of them have been summed up."""

    lines: Sequence[Line]
    opening: int
    """How many of the turns are the opening."""
    covered: Sequence[tuple[int, int, Recap]]
    """From which turn to which, as places from 0, and by what."""


def due(told: Told, budget: int, count: Count) -> Stretch | None:
    """The oldest stretch that has no summary, and begins before the next cut of a history that has
    `budget` tokens; `None` where there is none."""
    turns = [line for line in told.lines if line.turn is not None]
    ends = _ends(told.lines, count)
    block = max(1, budget // BLOCKS)
    cut = first_kept(ends, budget)
    reach = bisect_left(ends, ends[min(cut, len(ends) - 1)] + block)
    places = _places(told.lines)
    start = told.opening if ends[_line_of(places, told.opening)] <= budget // OPENING_SHARE else 0
    bounds = _bounds(turns, [ends[_line_of(places, at)] for at in range(len(turns) + 1)], block)
    for first, last in _gaps(start, len(turns), told.covered):
        if _line_of(places, first) >= reach:
            return None
        end = next((bound for bound in bounds if first < bound <= last), None)
        end = end if end is not None else (last if last < len(turns) else None)
        if end is None:
            return None
        before = tuple(recap for __, until, recap in told.covered if until <= first)
        entries = tuple(line.entry for line in turns[first:end])
        return Stretch(turns[first].turn or 0, turns[end - 1].turn or 0, entries, before)
    return None


def merged(told: Told, room: int, cost: Count) -> Stretch | None:
    """The older half of the summaries as one, where all take more than `room` tokens together and
    stand in a row; `None` where they do not."""
    if len(told.covered) < 2 or sum(cost(recap.text) for __, __, recap in told.covered) <= room:
        return None
    half = list(told.covered[: len(told.covered) // 2 + 1])
    row = [half[0]]
    for one in half[1:]:
        if one[0] != row[-1][1]:
            break
        row.append(one)
    if len(row) < 2:
        return None
    turns = [line.turn for line in told.lines if line.turn is not None]
    recaps = tuple(recap for __, __, recap in row)
    return Stretch(turns[row[0][0]], turns[row[-1][1] - 1], recaps, merges=True)


def _ends(lines: Iterable[Line], count: Count) -> list[int]:
    ends = [0]
    for line in lines:
        said = line.entry.kind != "comment"
        ends.append(ends[-1] + (count(write(line.entry) + "\n") if said else 0))
    return ends


def _places(lines: Iterable[Line]) -> list[int]:
    """The index of each turn among the lines."""
    return [at for at, line in enumerate(lines) if line.turn is not None]


def _line_of(places: Sequence[int], turn: int) -> int:
    return places[turn] if turn < len(places) else (places[-1] + 1 if places else 0)


def _bounds(turns: Sequence[Line], ends: Sequence[int], block: int) -> list[int]:
    """Before which turns a stretch may end: at chapter lines, and where blocks end that have none
    near."""
    chapters = [at for at, line in enumerate(turns) if line.entry.kind == "chapter" and at]
    cuts = (bisect_left(ends, edge) for edge in range(block, ends[-1] + 1, block))
    near = block // NEAR
    free = [
        cut for cut in cuts if all(abs(ends[cut] - ends[chapter]) > near for chapter in chapters)
    ]
    return sorted({*free, *chapters})


def _gaps(
    start: int, end: int, covered: Sequence[tuple[int, int, Recap]]
) -> Iterable[tuple[int, int]]:
    """The rows of turns that have no summary, from `start` on."""
    for first, last, __ in covered:
        if start < first:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end
