"""Which of llama.cpp's sequences reads a prompt, so that each view of a play finds its own again.

Two prompts that differ early share little, and whichever is read in the sequence of the other puts
what follows out of the cache. So what was lost that way is counted, and once it is as much as it
costs to read the shared part twice, the view has a sequence of its own; all of them together have
the cells of the cache, and the one that was not used for longest makes room. Pure.

What is kept here is what should be there; llama.cpp looks for itself what is, so that a mistake
costs time and nothing else.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LITTLE = 16
"""Tokens that are read twice without a second thought."""
REMEMBERED = 12
"""Prompts of before of which it is known what reading them again costs."""
STALE = 2
"""A sequence makes room for another view once each has been used so many times without it."""


class Placed(NamedTuple):
    """Where a prompt is read."""

    sequence: int
    forgotten: tuple[int, ...] = ()
    """The sequences that have to be emptied before, for want of cells."""


@dataclass
class _Read:
    """A prompt that was read, and with which adapters."""

    ids: "array[int]"
    scales: tuple[float, ...]
    cells: int = 0
    used: int = 0

    def shared(self, other: "_Read") -> int:
        """How many tokens both begin with, that need not be read again."""
        return _common(self.ids, other.ids) if self.scales == other.scales else 0


class Sequences:
    """The prompts that stand in the cache of one model, by the numbers of their sequences."""

    def __init__(self, count: int, cells: int) -> None:
        """`count` sequences have `cells` tokens of cache together."""
        self._count, self._cells = count, cells
        self._held: dict[int, _Read] = {}
        self._before: deque[_Read] = deque(maxlen=REMEMBERED)
        self._lost = self._used = 0

    def place(
        self,
        ids: Sequence[int],
        scales: Iterable[Mapping[str, float]],
        rows: int,
        longest: int,
        alone: bool = False,
    ) -> Placed:
        """Where to read a prompt that `rows` candidates of at most `longest` tokens follow: the
        others are written into the first of the other sequences, and emptied afterwards. `alone`
        has nothing else stand in the cache."""
        self._used += 1
        asked = _Read(array("i", ids), tuple(each["scale"] for each in scales))
        # They stand there until the candidates begin, which is after the prompt has been read.
        written_over = {
            one: self._held.pop(one).cells for one in list(self._held) if one < rows - 1
        }
        best = max(self._held, key=lambda one: self._held[one].shared(asked), default=None)
        shared = 0 if best is None else self._held[best].shared(asked)
        before = max((one.shared(asked) for one in self._before), default=0)
        self._lost += max(0, before - shared)
        self._before.append(asked)
        cells = len(ids) + rows * longest
        if alone:
            everything = [*self._held, *written_over]
            return self._taken(self._count - 1, asked, longest, everything)
        if best is not None and self._lost + LITTLE < shared:
            sequence = best
        else:
            sequence = self._another(rows, cells, best)
            self._lost = self._lost if sequence == best else 0
        forgotten = self._in_the_way(sequence, cells)
        stay = [one for at, one in self._held.items() if at not in (sequence, *forgotten)]
        if cells + sum(one.cells for one in stay) + sum(written_over.values()) > self._cells:
            forgotten += written_over
        return self._taken(sequence, asked, longest, forgotten)

    def _taken(self, sequence: int, asked: _Read, longest: int, forgotten: Iterable[int]) -> Placed:
        emptied = tuple(one for one in forgotten if one != sequence)
        for one in emptied:
            self._held.pop(one, None)
        asked.cells, asked.used = len(asked.ids) + longest, self._used
        self._held[sequence] = asked
        return Placed(sequence, emptied)

    def _another(self, rows: int, cells: int, best: int | None) -> int:
        """A sequence for a view that has none: an empty one, or the one that nobody used for
        longest; `best` where there is no room beside those in use."""
        empty = [one for one in range(rows - 1, self._count) if one not in self._held]
        chosen = empty[-1] if empty else min(self._held, key=lambda one: self._held[one].used)
        giving = {*self._in_the_way(chosen, cells), *([] if empty else [chosen])}
        return chosen if best is None or all(map(self._is_stale, giving)) else best

    def _in_the_way(self, sequence: int, cells: int) -> list[int]:
        """The sequences that leave too few cells beside them, those first that nobody used for
        longest."""
        others = sorted(
            (one for one in self._held if one != sequence), key=lambda one: self._held[one].used
        )
        left = self._cells - cells - sum(self._held[one].cells for one in others)
        leaving: list[int] = []
        while left < 0 and others:
            leaving.append(others.pop(0))
            left += self._held[leaving[-1]].cells
        return leaving

    def _is_stale(self, sequence: int) -> bool:
        return self._used - self._held[sequence].used > STALE * len(self._held)


def _common(one: "array[int]", other: "array[int]") -> int:
    """The length of what two prompts begin with, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
