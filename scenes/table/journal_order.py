"""Which event of a journal can be the next one, by the turns and draws that are there. Pure."""

from collections.abc import Container
from copy import copy
from typing import Any

from scenes.table.events import Event


class Places:
    """How many turns and draws there are so far, and which event can be the next one.

    A turn may name a draw that comes behind it: chats that come back were written so.
    """

    def __init__(self, elsewhere: Container[object] | None = None) -> None:
        """`elsewhere`: the draws that stand somewhere in the journal; `None`: any may."""
        self.turns = self.draws = self.named = 0
        """`named` is the last draw that a turn names."""
        self._elsewhere = elsewhere
        self._open = False

    def fit(self, event: Event) -> bool:
        """Whether nothing is missing before the event, and it was not there before."""
        turns, draws = self.built_on(event)
        is_open = event.get("event") == "open"
        return (
            turns <= self.turns
            and draws <= self.draws
            and is_open is not self._open
            and not self.are_taken(event)
        )

    def are_taken(self, event: Event) -> bool:
        """Whether the event is one that was there before."""
        ids = [turn.get("id") for turn in turns_of(event)]
        if event.get("event") == "draw":
            return type(id := event.get("id")) is int and id <= self.draws
        if event.get("event") == "open":
            return self._open
        return any(type(id) is int and id <= self.turns for id in ids[:1])

    def have_changed(self, event: Event, following: Event) -> bool:
        """Whether two events fit the other way round alone."""
        if self.fit(event) or not self.fit(following):
            return False
        then = copy(self)
        then.add(following)
        return then.fit(event)

    def built_on(self, event: Event) -> tuple[int, int]:
        """How many turns and how many draws must be there before an event."""
        turns, draws = [event.get(key) for key in ("head", "parent", "after", "turn")], []
        if event.get("event") == "draw":
            draws.append(_before(event.get("id")))
        for number, turn in enumerate(turns_of(event)):
            if self._elsewhere is not None and turn.get("draw") not in self._elsewhere:
                draws.append(turn.get("draw"))
            if number == 0:
                turns += [turn.get("parent"), _before(turn.get("id"))]
        return _most(turns), _most(draws)

    def add(self, event: Event) -> None:
        """Count what the event brings."""
        self.draws += event.get("event") == "draw"
        self.turns += len(turns_of(event))
        self.named = max(self.named, _most([turn.get("draw") for turn in turns_of(event)]))
        self._open |= event.get("event") == "open"


def turns_of(event: Event) -> list[dict[str, Any]]:
    turns = event.get("turns")
    return [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []


def _before(id: object) -> int | None:
    return id - 1 if type(id) is int else None


def _most(ids: list[Any]) -> int:
    return max((id for id in ids if type(id) is int), default=0)
