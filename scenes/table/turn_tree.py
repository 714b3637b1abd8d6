"""What has been said, as a tree of turns, and where in it the play stands. Pure."""

import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from base.messages import _
from scenes.log import Entry
from scenes.table.events import Event
from scenes.table.followers import Followers
from scenes.table.snapshot import from_json
from scenes.table.times import Times

By = Literal["opening", "player", "model"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry in its place of the tree."""

    id: int
    parent: int | None
    entry: Entry
    by: By = "player"
    draw: int | None = None
    """The draw it was picked from."""
    candidate: int | None = None
    """Which candidate of that draw, from 0."""
    of: int | None = None
    """The turn that this one is an edit of, or a copy behind an edit."""
    unattended: bool = False
    """Whether the table picked it by itself, so that nobody preferred it to the others."""
    foreign: Mapping[str, Any] | None = field(default=None, hash=False)
    """What another program had said of it, by that program's name."""
    roll: int | None = None
    """The roll that it tells of."""


class TurnTree:
    """Holds the turns, when each was said, and where the play stands (`head`).

    `times` is when turns were said, in UTC, for those that were read from a journal.
    """

    def __init__(self) -> None:
        self.turns: dict[int, Turn] = {}
        self.times = Times()
        self.head: int | None = None
        self._children = Followers()
        self._latest: dict[int | None, int] = {}
        self._path: list[Turn] = []
        self._depth = array("q", [0])
        """How many turns of its branch stood before each turn when the play last went there."""

    @property
    def path(self) -> list[Turn]:
        """The turns from the opening to where the play stands."""
        return self._path

    @property
    def entries(self) -> list[Entry]:
        return [turn.entry for turn in self._path]

    def path_to(self, head: int | None) -> list[Turn]:
        """The turns from the opening to that one."""
        path = []
        while head is not None:
            path.append(self.turns[head])
            head = path[-1].parent
        return path[::-1]

    def is_on_path(self, turn: int) -> bool:
        """Whether a turn stands on the branch of where the play stands."""
        depth = self._depth[turn] if 0 < turn < len(self._depth) else len(self._path)
        return depth < len(self._path) and self._path[depth].id == turn

    def latest_after(self, turn: int | None) -> Turn | None:
        """Of what was said after `turn`, the line that the play stood at, or beyond, last."""
        latest = self._latest.get(turn)
        return None if latest is None else self.turns[latest]

    def alike(self, place: int | None) -> list[int | None]:
        """A place, and those from which its next turns were copied behind an edit or deletion."""
        places = {place: True}
        for turn in self.branches_at(place):
            while turn.of is not None and turn.of < turn.id and turn.of in self.turns:
                turn = self.turns[turn.of]
                places[turn.parent] = True
        return list(places)

    def leaves(self) -> list[Turn]:
        """The last turn of every branch, in the order of saying."""
        return [turn for turn in self.turns.values() if turn.id not in self._children]

    def follow(self, turn: int | None) -> Sequence[int]:
        """The ids of what was said after `turn`."""
        return self._children.of(turn)

    def branches_at(self, turn: int | None) -> list[Turn]:
        """What was said, in turn, after `turn`."""
        return [self.turns[child] for child in self._children.of(turn)]

    # --- how it grows ---

    def _next_id(self) -> int:
        return len(self.turns) + 1

    def add(self, turns: list[Event], time: object) -> None:
        """Add turns of their JSON objects, said at `time`, and go to the last one.

        Raises `ValueError`, `TypeError` or `KeyError`.
        """
        for fields in turns:
            turn = _turn(fields)
            if turn.id != self._next_id() or not self.is_place(turn.parent):
                raise ValueError(
                    _("turn {number} does not follow what stands before it", number=turn.id)
                )
            if turn.parent is not None:  # the number that is there already
                object.__setattr__(turn, "parent", self.turns[turn.parent].id)
            self.turns[turn.id] = turn
            if isinstance(time, str):
                self.times[turn.id] = time
            self._depth.append(0)
            self._children.add(turn.parent, turn.id)
            self.stand(turn.id)

    def is_place(self, turn: int | None) -> bool:
        """Whether that is a turn of the tree, or the place before the first one."""
        return turn is None or (type(turn) is int and turn in self.turns)

    def stand(self, head: int | None) -> None:
        """Move to `head`, and remember the way there. Raises `ValueError`."""
        if not self.is_place(head):
            raise ValueError(_("there is no turn {turn!r}", turn=head))
        new: list[Turn] = []
        at = head
        if at is not None and self.turns[at].parent == self.head:
            new, at = [self.turns[at]], self.head  # as it mostly is
        while at is not None and not self.is_on_path(at):
            new.append(self.turns[at])
            at = self.turns[at].parent
        del self._path[0 if at is None else self._depth[at] + 1 :]
        for turn in reversed(new):
            self._depth[turn.id] = len(self._path)
            self._path.append(turn)
            self._latest[turn.parent] = turn.id
        self.head = head


def _turn(fields: Event) -> Turn:
    """A turn of its JSON object. Raises `ValueError`, `TypeError` or `KeyError`."""
    try:
        turn = msgspec.convert(fields, Turn)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    # one name for all turns of a speaker
    object.__setattr__(turn.entry, "speaker", sys.intern(turn.entry.speaker))
    return turn if turn.foreign is None else from_json(Turn, fields)
