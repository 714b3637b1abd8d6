"""How likely each speaker takes each turn of a talk, all turns being weighed at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Table = list[list[float]]


@dataclass(frozen=True)
class Link:
    """A turn of a talk: who may take it, and how likely that is by itself and beside others."""

    names: Sequence[str]
    """Who may take it; an empty one is nobody who is known, and equals no other."""
    scores: Sequence[float]
    """Logarithms of how likely each is, whoever speaks before."""
    again: float = 0.0
    """What is added where whoever takes it also takes the turn before."""
    third: float = 0.0
    """The same for the turn before that."""


@dataclass(frozen=True)
class Taken:
    """How likely a turn is taken by each of its names, and by whoever takes those before it."""

    names: Sequence[float]
    again: float
    third: float


def chances(links: Sequence[Link]) -> list[Taken]:
    """How likely who takes each turn, by sums over all ways to take the turns.

    A chain of the second order, forwards and backwards (Rabiner 1989, with pairs as states).
    """
    own = [_powers(link.scores) for link in links]
    before = [_places(links, at, 1) for at in range(len(links))]
    third = [_places(links, at, 2) for at in range(len(links))]
    ahead = _ahead(links, own, before, third)
    behind: Table = [[1.0] * len(own[-1]) for _ in ahead[-1]]
    found: list[Taken] = []
    for at in range(len(links) - 1, -1, -1):
        pairs = [
            [one * other for one, other in zip(row, rest, strict=True)]
            for row, rest in zip(ahead[at], behind, strict=True)
        ]
        whole = sum(map(sum, pairs))
        names = [sum(row[n] for row in pairs) / whole for n in range(len(own[at]))]
        again = sum(pairs[b][c] for c, b in enumerate(before[at]) if b >= 0) / whole
        last = ahead[at - 1] if at > 1 else []
        meets = _meets(pairs, last, third[at], math.exp(links[at].third)) / whole
        found.append(Taken(names, again, meets))
        if at:
            behind = _behind(links, at, own[at], before[at], third[at], behind)
    return found[::-1]


def _meets(pairs: Table, last: Table, third: Sequence[int], more: float) -> float:
    """How much of the pairs falls to those in which whoever took the turn before that speaks."""
    found = 0.0
    for c, a in enumerate(third):
        for b, row in enumerate(pairs) if a >= 0 else ():
            meets = more * last[a][b]
            rest = sum(each[b] for each in last) - last[a][b]
            found += row[c] * meets / (meets + rest) if meets else 0.0
    return found


def _powers(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    return [math.exp(score - most) for score in scores]


def _places(links: Sequence[Link], at: int, back: int) -> list[int]:
    """Where the names of a turn stand among those of an earlier one; -1 where they do not."""
    if at < back:
        return [-1] * len(links[at].names)
    places = {name: n for n, name in enumerate(links[at - back].names) if name}
    return [places.get(name, -1) for name in links[at].names]


def _ahead(
    links: Sequence[Link], own: Table, before: list[list[int]], third: list[list[int]]
) -> list[Table]:
    """By turn, how likely each pair is of whoever takes the turn before, and it, so far."""
    tables: list[Table] = [[list(own[0])]]
    for at in range(1, len(links)):
        last = tables[-1]
        again, more = math.exp(links[at].again), math.expm1(links[at].third)
        table = []
        for b in range(len(own[at - 1])):
            total = sum(row[b] for row in last)
            row = []
            for c, power in enumerate(own[at]):
                reached = total + (more * last[third[at][c]][b] if third[at][c] >= 0 else 0.0)
                row.append(reached * power * (again if before[at][c] == b else 1.0))
            table.append(row)
        whole = sum(map(sum, table))
        tables.append([[each / whole for each in row] for row in table])
    return tables


def _behind(
    links: Sequence[Link],
    at: int,
    own: Sequence[float],
    before: Sequence[int],
    third: Sequence[int],
    behind: Table,
) -> Table:
    """What the turns from one on add to each pair of whoever takes the two before it."""
    again, more = math.exp(links[at].again), math.expm1(links[at].third)
    steps = [
        [power * (again if before[c] == b else 1.0) * behind[b][c] for c, power in enumerate(own)]
        for b in range(len(behind))
    ]
    totals = [sum(row) for row in steps]
    meets = {place: c for c, place in enumerate(third) if place >= 0}
    rows = len(links[at - 2].names) if at > 1 else 1
    table = []
    for a in range(rows):
        c = meets.get(a, -1)
        row = [total + (more * steps[b][c] if c >= 0 else 0.0) for b, total in enumerate(totals)]
        table.append(row)
    whole = sum(map(sum, table))
    return [[each / whole for each in row] for row in table]
