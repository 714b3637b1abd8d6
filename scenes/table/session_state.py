"""What a session is so far: a tree of turns, draws and knowledge, each event applied in turn. Pure.

It changes by events alone, and knows neither who made them nor where they are kept.
"""

import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import msgspec

from base.errors import KnownError
from base.messages import _
from base.text import shown
from characters.sheets.values import Sheet
from scenes.dice.roll import Roll
from scenes.log import Entry
from scenes.note import Note
from scenes.recall import Fact, OpeningEnd, Recap, recap_head
from scenes.scene import Scene
from scenes.table.draws import Draw, Draws
from scenes.table.events import Event
from scenes.table.followers import Followers
from scenes.table.memory_state import MemoryState, Standing
from scenes.table.moves import Moves
from scenes.table.presence import FloorState, newcomer_of, presence_of
from scenes.table.sheets import SceneSkills, SheetChange, Sheets, change_of, start_of
from scenes.table.snapshot import from_json
from scenes.table.times import Times
from scenes.table.tuning import TuningState
from scenes.turns import Floor

By = Literal["opening", "player", "model"]
VERSION = 1


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


@dataclass(frozen=True)
class Notes:
    """Knowledge written after the turn `after`, for turns from the id `since` on: what was said
    there before was said without it."""

    after: int | None
    since: int
    notes: tuple[Note, ...]


class SessionState:
    """Holds the turns, where the play stands (`head`), every draw, and what was told.

    `times` is when turns were said, in UTC, for those that were read from a journal; `damage` is
    what a person should know of a journal that was damaged, a line each; `marks` are the bookmarks,
    by turn, some without a name.
    """

    def __init__(self) -> None:
        self.id = ""
        self.damage: tuple[str, ...] = ()
        self.scene: Scene
        self.role: str | None = None
        self.turns: dict[int, Turn] = {}
        self.times = Times()
        self.draws = Draws()
        self.notes: dict[int | None, list[Notes]] = {}
        self.seats = FloorState()
        self.tuning = TuningState()
        self.memory = MemoryState()
        self.sheets = Sheets(lambda role: start_of(self.scene, role))
        self.rolls: dict[int, Roll] = {}
        self.head: int | None = None
        self.marks: dict[int, str] = {}
        self._moves = Moves()
        self._children = Followers()
        self._latest: dict[int | None, int] = {}
        self._path: list[Turn] = []
        self._depth = array("q", [0])
        """How many turns of its branch stood before each turn when the play last went there."""

    # --- what happened ---

    @property
    def path(self) -> list[Turn]:
        """The turns from the opening to where the play stands."""
        return self._path

    @property
    def entries(self) -> list[Entry]:
        return [turn.entry for turn in self._path]

    @property
    def history(self) -> list[Entry]:
        """What a model reads where the play stands: `entries`, with the notes among them, and the
        marks of `scenes.recall`, which are no lines."""
        return self._read(self._path, None)

    def history_before(self, turn: int) -> list[Entry]:
        """What a model read, or would have read, for that turn."""
        return self._read(self.path_to(self.turns[turn].parent), turn)

    def told(self) -> Iterator[tuple[Sequence[Note], Turn]]:
        """Each turn of the path, and the notes that a model read just before it."""
        before = None
        for turn in self._path:
            yield tuple(self.notes_after(before, turn.id)), turn
            before = turn.id

    def _read(self, path: Sequence[Turn], then: int | None) -> list[Entry]:
        if self.memory:
            return [entry for entry, __ in self.remembered(path, then)]
        read: list[Entry] = list(self.notes_after(None, path[0].id if path else then))
        noted = self.notes.keys()
        start = 0
        for end in [at for at, turn in enumerate(path, 1) if turn.id in noted or self.sheets]:
            read += [turn.entry for turn in path[start:end]]
            read += self.notes_after(path[end - 1].id, path[end].id if end < len(path) else then)
            start = end
        return read + [turn.entry for turn in path[start:]]

    def remembered(
        self, path: Sequence[Turn], then: int | None = None
    ) -> Iterator[tuple[Entry, Turn | None]]:
        """What a model reads on a branch, for the turn `then` or a new one, each entry with the
        turn that it is; `None` for notes and marks."""
        marks, gone = self._marks_on(path, then), self.memory.gone(self.turns, path, then)
        noted, changed = self.notes.keys(), bool(self.sheets)
        before = None
        for at in range(len(path) + 1):
            if changed or before in noted:
                following = path[at].id if at < len(path) else then
                for note in self.notes_after(before, following):
                    if note.key not in gone:
                        yield note, None
            for mark in marks.get(at, ()):
                yield mark, None
            if at < len(path):
                yield path[at].entry, path[at]
                before = path[at].id

    def _marks_on(self, path: Sequence[Turn], then: int | None) -> dict[int, list[Entry]]:
        """The marks of what is remembered, by the number of turns before them."""
        marks: dict[int, list[Entry]] = {}
        for at, fact in self.memory.facts_on(self.turns, path, then):
            mark = Fact("comment", fact.text, number=fact.number, to=fact.known)
            marks.setdefault(at, []).append(mark)
        used = [one for one in self.memory.standing(self.turns, path) if one.used]
        if used:
            opening = sum(turn.by == "opening" for turn in path)
            marks.setdefault(opening, []).append(OpeningEnd())
        head = recap_head(self.scene.language)
        for one in used:
            text = head + one.summary.text
            recap = Recap("comment", text, number=one.summary.number, to=self.there_in(path, one))
            marks.setdefault(one.start, []).append(recap)
        return marks

    def there_in(self, path: Sequence[Turn], summed_up: Standing) -> tuple[str, ...]:
        """Who was there at every turn of a summary; nobody is everybody."""
        away: set[str] = set()
        if self.seats.written:
            for turn in path[summed_up.start : summed_up.end]:
                away |= self.away_before(turn.id)
        names = [role.name for role in self.scene.cast]
        return tuple(name for name in names if name not in away) if away else ()

    def notes_after(
        self, turn: int | None, following: int | None, draw: int | None = None
    ) -> Iterator[Note]:
        """What a model reads between a turn and the one that follows it, or a new one: knowledge,
        and what has changed in a sheet, before a draw where one is given."""
        yield from self._knowledge_after(turn, following)
        yield from self.sheets.notes(self.turns, turn, following, draw)

    def _knowledge_after(self, turn: int | None, following: int | None) -> Iterator[Note]:
        for written in self.notes.get(turn, ()):
            if following is None or written.since <= following:
                yield from written.notes

    def history_at(self, place: int | None) -> list[Entry]:
        """What a model reads for a line after the turn `place`, wherever the play stands."""
        return self.history if place == self.head else self._read(self.path_to(place), None)

    def is_on_path(self, turn: int) -> bool:
        """Whether a turn stands on the branch of where the play stands."""
        depth = self._depth[turn] if 0 < turn < len(self._depth) else len(self._path)
        return depth < len(self._path) and self._path[depth].id == turn

    @property
    def floor(self) -> Floor:
        """How the floor is given where the play stands, and who is there."""
        return self.seats.floor_at(self.turns, self.head)

    def away_before(self, turn: int) -> frozenset[str]:
        """Who was away when that turn was said."""
        return self.seats.away_before(self.turns, turn)

    def sheet(self, role: str) -> Sheet:
        """The sheet of a role, by its name, where the play stands."""
        return self.sheets.sheet(role, self.turns, self.head)

    def sheet_before(self, role: str, turn: int) -> Sheet:
        """The sheet of a role when that turn was said."""
        return self.sheets.sheet(role, self.turns, self.turns[turn].parent, turn)

    @property
    def skills(self) -> SceneSkills:
        """What the sheets say of skills where the play stands."""
        return SceneSkills(self.scene.cast, self.sheet)

    @property
    def can_undo(self) -> bool:
        return bool(self._moves.past)

    @property
    def can_redo(self) -> bool:
        return bool(self._moves.future)

    @property
    def change_to_undo(self) -> SheetChange | None:
        """The change of a sheet that undo would take back."""
        return self._moves.last_change

    @property
    def change_to_redo(self) -> SheetChange | None:
        """The change of a sheet that redo would do again."""
        return self._moves.next_change

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

    # --- what the dice said ---

    def roll_of(self, turn: Turn) -> Roll | None:
        """The roll that a turn tells of."""
        return None if turn.roll is None else self.rolls.get(turn.roll)

    @property
    def rolled(self) -> list[Roll]:
        """The rolls of this branch, the first one first."""
        return [roll for turn in self._path if (roll := self.roll_of(turn)) is not None]

    # --- events ---

    def _next_id(self) -> int:
        return len(self.turns) + 1

    def _apply(self, event: Event) -> None:
        applied = self.APPLIED.get(event["event"])
        if applied is None:
            other = shown(repr(event["event"]))
            raise KnownError(_("unknown event {other}: made by a newer paotuan?", other=other))
        applied(self, event)

    def _open(self, event: Event) -> None:
        version = event["version"]
        if type(version) is not int or version < 1:
            raise ValueError(_("{version!r} is not a version", version=version))
        if version > VERSION:
            raise KnownError(_("made by a newer paotuan; update to open it"))
        self.id = str(event["session"])
        self.scene = from_json(Scene, event["scene"])
        if not self.scene.cast:
            raise ValueError(_("a scene without a cast"))
        self._seat(event["role"])
        self._add(event["turns"], event.get("time"))
        self._moves = Moves()

    def _said(self, event: Event) -> None:
        before = self.head
        self._add(event["turns"], event.get("time"))
        self._moves.take(before, self.head, "said")

    def _went(self, event: Event) -> None:
        before = self.head
        self._stand(event["head"])
        self._moves.take(before, self.head, event.get("by"))

    def _mark(self, event: Event) -> None:
        turn, name = event["turn"], event.get("name")
        if turn is None or not self._is_place(turn) or not isinstance(name, str | None):
            raise ValueError(_("there is no turn {turn!r}", turn=turn))
        self.marks.pop(turn, None)
        if name is not None:
            self.marks[turn] = name

    def _seat(self, role: str | None) -> None:
        if role is not None and role not in [each.name for each in self.scene.cast]:
            raise ValueError(_("role {role!r} is not in the cast", role=role))
        self.role = role

    def _place(self, event: Event) -> None:
        presence = presence_of(event)
        if not self._is_place(presence.after):
            raise ValueError(_("there is no turn {turn!r}", turn=presence.after))
        self.seats.place(presence)

    def _change(self, event: Event) -> None:
        change = change_of(event)
        if not self._is_place(change.after):
            raise ValueError(_("there is no turn {turn!r}", turn=change.after))
        if change.role not in [each.name for each in self.scene.cast]:
            raise ValueError(_("role {role!r} is not in the cast", role=change.role))
        self.sheets.place(change)
        if change.roll is None:
            self._moves.change(change)

    def _join(self, event: Event) -> None:
        newcomer = newcomer_of(event, self.scene.cast)
        self.scene = replace(self.scene, cast=(*self.scene.cast, newcomer))

    def _lay(self, event: Event) -> None:
        line = event.get("line")
        draw = line if isinstance(line, bytes) else from_json(Draw, event)
        if event["id"] != len(self.draws) + 1 or not self._is_place(event["parent"]):
            raise ValueError(
                _("draw {number} does not follow what stands before it", number=event["id"])
            )
        self.draws.add(draw, event["parent"])

    def _roll(self, event: Event) -> None:
        roll = from_json(Roll, event)
        if roll.id < 1 or roll.id in self.rolls or not self._is_place(roll.after):
            raise ValueError(
                _("roll {number} does not follow what stands before it", number=roll.id)
            )
        self.rolls[roll.id] = roll

    def _tell(self, knowledge: Notes) -> None:
        if not self._is_place(knowledge.after):
            raise ValueError(
                _("there is no turn {turn!r} for knowledge to follow", turn=knowledge.after)
            )
        self.notes.setdefault(knowledge.after, []).append(knowledge)

    def _add(self, turns: list[Event], time: object) -> None:
        for fields in turns:
            turn = _turn(fields)
            if turn.id != self._next_id() or not self._is_place(turn.parent):
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
            self._stand(turn.id)

    def _is_place(self, turn: int | None) -> bool:
        return turn is None or (type(turn) is int and turn in self.turns)

    def _stand(self, head: int | None) -> None:
        """Move to `head`, and remember the way there."""
        if not self._is_place(head):
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

    def path_to(self, head: int | None) -> list[Turn]:
        """The turns from the opening to that one."""
        path = []
        while head is not None:
            path.append(self.turns[head])
            head = path[-1].parent
        return path[::-1]

    APPLIED: ClassVar[dict[str, Callable[[Any, Event], None]]] = {
        "open": _open,
        "turns": _said,
        "draw": _lay,
        "roll": _roll,
        "knowledge": lambda self, event: self._tell(from_json(Notes, event)),
        "head": _went,
        "role": lambda self, event: self._seat(event["role"]),
        "mark": _mark,
        "floor": lambda self, event: self.seats.give(event),
        "steering": lambda self, event: self.tuning.give(event),
        "presence": lambda self, event: self._place(event),
        "cast": lambda self, event: self._join(event),
        "summary": lambda self, event: self.memory.sum_up(event, self.turns),
        "recall": lambda self, event: self.memory.recall(event),
        "fact": lambda self, event: self.memory.pin(event, self.turns),
        "forget": lambda self, event: self.memory.forget(event, self.turns),
        "sheet": lambda self, event: self._change(event),
    }
    """How each event is applied, by its name."""


def _turn(fields: Event) -> Turn:
    """A turn of its JSON object. Raises `ValueError`, `TypeError` or `KeyError`."""
    try:
        turn = msgspec.convert(fields, Turn)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    # one name for all turns of a speaker
    object.__setattr__(turn.entry, "speaker", sys.intern(turn.entry.speaker))
    return turn if turn.foreign is None else from_json(Turn, fields)
