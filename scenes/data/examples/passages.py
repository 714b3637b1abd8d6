"""Cuts a log too long for one history into passages, each with a history of its own. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scenes.log import Entry, write
from scenes.prompt import BLOCKS, Count


class Passage(NamedTuple):
    """Entries that share a history; the first `known` of them are those that ended the last."""

    entries: Sequence[Entry]
    known: int
    start: int = 0
    """Where the first of them stands among all."""


def passages(entries: Sequence[Entry], budget: int, count: Count) -> Iterator[Passage]:
    """The entries in passages that fit `budget` tokens, each after the last lines of the one
    before, as if play had begun there."""
    costs = [0 if one.kind == "comment" else count(write(one) + "\n") for one in entries]
    start = known = total = 0
    for index, cost in enumerate(costs):
        if total + cost > budget and index > start + known:
            yield Passage(entries[start:index], known, start)
            start, total = index, 0
            while start > 0 and total + costs[start - 1] <= budget // BLOCKS:
                start -= 1
                total += costs[start]
            known = index - start
        total += cost
    yield Passage(entries[start:], known, start)
