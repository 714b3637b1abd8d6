"""Events that are bound to a place of a session's tree, and which of them hold at a turn. Pure.

Such an event is written after a turn, and holds for what is said there from then on: not for what
was said there before, and on no other branch. A turn that was copied, behind one that was said
differently or taken out, has what its original had when it was copied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic, Protocol, TypeVar


class PlacedTurn(Protocol):
    """What is asked of a turn of the tree."""

    @property
    def id(self) -> int: ...

    @property
    def parent(self) -> int | None: ...

    @property
    def of(self) -> int | None: ...


class PlacedEvent(Protocol):
    """What is asked of an event: the turn that it follows, and the first id that it holds for."""

    @property
    def after(self) -> int | None: ...

    @property
    def since(self) -> int: ...


One = TypeVar("One", bound=PlacedEvent)
Turns = Mapping[int, PlacedTurn]


@dataclass
class Placed(Generic[One]):
    """All events of one kind, by their place."""

    written: dict[int | None, list[One]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.written)

    def place(self, event: One) -> None:
        """Take an event, whose place is known to be one."""
        self.written.setdefault(event.after, []).append(event)

    def back_from(
        self, turns: Turns, place: int | None, follower: int | None = None
    ) -> Iterator[One]:
        """The events that hold after the turn `place`, for the turn `follower`, or for a new one;
        the last one first."""
        if not self.written:
            return
        while True:
            yield from self._here_back(turns, place, follower)
            if place is None:
                return
            follower, place = place, turns[place].parent

    def here(self, turns: Turns, place: int | None, follower: int | None = None) -> Sequence[One]:
        """Those of them that were written between the two, in their order."""
        if not self.written:
            return ()
        return list(self._here_back(turns, place, follower))[::-1]

    def _here_back(self, turns: Turns, place: int | None, follower: int | None) -> Iterator[One]:
        return chain(self._between(turns, place, follower), self._at(turns, place, follower))

    def _at(self, turns: Turns, place: int | None, follower: int | None) -> Iterator[One]:
        """The events at a turn, and at what it was copied from, that hold for its follower."""
        until = None if follower is None else _first(turns, follower)
        for at in (place, *_originals(turns, place)):
            for event in reversed(self.written.get(at, ())):
                if until is None or event.since <= until:
                    yield event
            if at is not None:
                until = min(at, until or at)

    def _between(self, turns: Turns, place: int | None, follower: int | None) -> Iterator[One]:
        """The events at turns that stood between what a copy was made of and `place`, and were
        taken out; also those that what it was made of had in the same way."""
        seen: set[tuple[int | None, int]] = set()
        waiting = [] if follower is None else [(False, place, follower)]
        while waiting:
            written_there, at, before = waiting.pop()
            if written_there:
                yield from self._at(turns, at, before)
            elif (at, before) not in seen:
                seen.add((at, before))
                waiting += reversed(list(_taken_out(turns, at, before)))


def _taken_out(
    turns: Turns, place: int | None, follower: int
) -> Iterator[tuple[bool, int | None, int]]:
    """The way from what a turn was copied of back to `place`, or to what that was copied of: each
    step, with whether it is a turn that was taken out, or the gap before one."""
    behind = next(_originals(turns, follower), None)
    while behind is not None:
        before = turns[behind].parent
        yield False, before, behind
        if before is None or before == place or before in _originals(turns, place):
            return
        yield True, before, behind
        behind = before


def original_of(turns: Turns, turn: int) -> int | None:
    """The turn that a copy was made of; `None` of one that is no copy."""
    of = turns[turn].of
    return of if of is not None and of in turns and of < turn else None


def _originals(turns: Turns, turn: int | None) -> Iterator[int]:
    """What a copy was made of, and what that was made of."""
    while turn is not None and (of := original_of(turns, turn)) is not None:
        yield of
        turn = of


def _first(turns: Turns, turn: int) -> int:
    """The turn that a copy, or a copy of a copy, was made of."""
    return min(_originals(turns, turn), default=turn)
