"""A play in progress: the one owner of what has been said, as a tree of turns. Pure.

Every change is an event, recorded before it is applied: what cannot be recorded has not happened.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from base.errors import KnownError
from base.messages import Message, _, _n
from base.names import name_problem
from base.text import shown
from scenes.dice.roll import Roll
from scenes.log import Entry
from scenes.note import Note
from scenes.scene import Role, Scene, Turns
from scenes.table.draws import Candidate as Candidate
from scenes.table.draws import Draw as Draw
from scenes.table.events import Event as Event
from scenes.table.events import building
from scenes.table.moves import By as Moved
from scenes.table.moves import Place
from scenes.table.presence import taken
from scenes.table.session_state import VERSION as VERSION
from scenes.table.session_state import By as By
from scenes.table.session_state import Notes, SessionState
from scenes.table.session_state import Turn as Turn
from scenes.table.sheets import Change, SheetChange
from scenes.table.snapshot import to_json


class Session(SessionState):
    """A play that goes on: each thing that can be done is recorded, then applied."""

    def __init__(self, record: Callable[[Event], None]) -> None:
        super().__init__()
        self._record = record

    @classmethod
    def start(
        cls,
        scene: Scene,
        role: str | None,
        opening: Iterable[Entry],
        id: str,
        record: Callable[[Event], None],
    ) -> "Session":
        """Open a new session of `scene`, with the player as `role` (`None` watches)."""
        session = cls(record)
        turns = [
            Turn(number, number - 1 or None, entry, "opening")
            for number, entry in enumerate(opening, 1)
        ]
        session._do(
            {
                "event": "open",
                "version": VERSION,
                "session": id,
                "role": role,
                "scene": to_json(scene),
                "turns": [to_json(turn) for turn in turns],
            }
        )
        return session

    @classmethod
    def replay(cls, events: Iterable[Event], record: Callable[[Event], None]) -> "Session":
        """Rebuild a session from its events. Raises `KnownError` naming the event that is wrong."""
        session = cls(record)
        with building():
            session._replay(events)
        if not session.id:
            raise KnownError(_("no event; a session begins with one event `open`"))
        return session

    def _replay(self, events: Iterable[Event]) -> None:
        for number, event in enumerate(events, 1):
            if (number == 1) != (event.get("event") == "open"):
                raise KnownError(
                    _("event {number}: a session begins with one event `open`", number=number)
                )
            try:
                self._apply(event)
            except KnownError as error:
                raise KnownError(
                    _("event {number}: {error}", number=number, error=error)
                ) from error
            except (KeyError, TypeError, ValueError) as error:
                raise KnownError(
                    _(
                        "event {number}: cannot be read ({reason})",
                        number=number,
                        reason=_reason(error),
                    )
                ) from error

    # --- what can be done ---

    def say(self, entry: Entry, by: By = "player") -> Turn:
        """Add a turn after where the play stands."""
        return self._grow([Turn(self._next_id(), self.head, entry, by)])[0]

    def say_all(self, entries: Iterable[Entry]) -> list[Turn]:
        """Add a turn of the player for each entry, all of them or none."""
        turns: list[Turn] = []
        for number, entry in enumerate(entries, self._next_id()):
            turns.append(Turn(number, number - 1 if turns else self.head, entry))
        return self._grow(turns)

    def roll(self, rolls: Iterable[Roll], entries: Iterable[Entry]) -> list[Turn]:
        """Remember rolls, each told by an entry, and whatever is told behind them; all of it is
        said as one move. Every roll stands in the journal before any of it is said."""
        rolls, entries = list(rolls), list(entries)
        for roll in rolls:
            self._do({"event": "roll", **to_json(roll)})
        turns: list[Turn] = []
        for at, entry in enumerate(entries):
            number, parent = self._next_id() + at, turns[-1].id if turns else self.head
            turns.append(
                Turn(number, parent, entry, roll=rolls[at].id if at < len(rolls) else None)
            )
        return self._grow(turns)

    def inject(self, notes: Iterable[Note], after: Place | Literal["head"] = "head") -> None:
        """Write knowledge after a turn, for whatever is said there from now on."""
        place = self.head if after == "head" else after
        if injected := tuple(notes):
            self._do({"event": "knowledge", **to_json(Notes(place, self._next_id(), injected))})

    def keep(self, draw: Draw) -> Draw:
        """Remember a draw with all its candidates; its `id` is set here."""
        if draw.parent is not None and draw.parent not in self.turns:
            raise self.no_turn(draw.parent)
        numbered = replace(draw, id=len(self.draws) + 1)
        self._do({"event": "draw", **to_json(numbered)})
        return numbered

    def pick(
        self,
        draw: Draw,
        candidate: int,
        entry: Entry | None = None,
        after: Place | Literal["as drawn"] = "as drawn",
        unattended: bool = False,
    ) -> Turn:
        """Take a candidate as the next turn, or `entry`, which it was edited to; a line drawn for
        the player's own role is the player's.

        `after` is the turn that it follows, if not the one it was drawn after; `unattended` is a
        choice that nobody made.
        """
        line = entry or draw.candidates[candidate].entry
        parent = draw.parent if after == "as drawn" else after
        by: By = "player" if draw.speaker == self.role else "model"
        turn = Turn(self._next_id(), parent, line, by, draw.id, candidate, unattended=unattended)
        return self._grow([turn])[0]

    def undo(self) -> bool:
        """Take back the last move: stand where the play stood before it. False where none was."""
        if not self.can_undo:
            return False
        if (change := self.change_to_undo) is not None:
            self._record_change(change.role, change.back, "undo")
        else:
            self._go(self._moves.place_before, "undo")
        return True

    def redo(self) -> bool:
        """Do again what was taken back last. False where nothing was."""
        if not self.can_redo:
            return False
        if (change := self.change_to_redo) is not None:
            self._record_change(change.role, change.changes, "redo")
        else:
            self._go(self._moves.place_after, "redo")
        return True

    def go(self, turn: int, by: Moved = "go") -> None:
        """Stand at any turn of the tree; what is said next begins a branch there."""
        if turn not in self.turns:
            raise self.no_turn(turn)
        self._go(turn, by)

    def _go(self, place: int | None, by: Moved) -> None:
        self._do({"event": "head", "head": place, "by": by})

    def mark(self, turn: int, name: str | None) -> None:
        """Put a bookmark at a turn, also one without a name; `None` takes it away."""
        if turn not in self.turns:
            raise self.no_turn(turn)
        self._do({"event": "mark", "turn": turn, "name": name})

    def no_turn(self, turn: int) -> KnownError:
        """What is wrong with the number of a turn that is not in the tree."""
        return KnownError(
            _n(
                "there is no turn {turn}; there is only turn 1",
                "there is no turn {turn}; the turns are 1 to {n}",
                len(self.turns),
                turn=turn,
            )
        )

    def edit(self, turn: int, entry: Entry, draw: Draw | None = None, candidate: int = 0) -> Turn:
        """Say another thing at a turn of the path, or a candidate of `draw`, which continues it;
        what followed is copied behind it.

        The old turn and what followed it stay as a branch of their own.
        """
        at = self._place_of(turn)
        changed = replace(self._path[at], entry=entry)
        if draw is not None:
            changed = replace(changed, by="model", draw=draw.id, candidate=candidate)
        return self._copied([changed, *self._path[at + 1 :]], self._path[at].parent)[0]

    def delete(self, turn: int) -> None:
        """Leave out a turn of the path: what followed is copied behind what stood before it.

        The turn and what followed it stay as a branch of their own.
        """
        at = self._place_of(turn)
        before, following = self._path[at].parent, self._path[at + 1 :]
        if following:
            self._copied(following, before)
        else:
            self._go(before, "delete")

    def _place_of(self, turn: int) -> int:
        at = next((i for i, old in enumerate(self._path) if old.id == turn), None)
        if at is None:
            raise KnownError(_("turn {turn} is not on this branch", turn=turn))
        return at

    def _copied(self, turns: Iterable[Turn], parent: int | None) -> list[Turn]:
        """Turns of the path once more, in a row behind `parent`, with their knowledge and marks."""
        new: list[Turn] = []
        for number, old in enumerate(turns, self._next_id()):
            new.append(replace(old, id=number, parent=parent, of=old.id))
            parent = number
        self._grow(new)
        for copy, follows in zip(new, [*new[1:], None], strict=True):
            notes = tuple(self.notes_after(copy.of, follows.of if follows else None))
            if notes:
                self._do({"event": "knowledge", **to_json(Notes(copy.id, copy.id, notes))})
            if copy.of in self.marks:
                self.mark(copy.id, self.marks[copy.of])
        return new

    def play_as(self, role: str | None) -> None:
        """Give the player another role of the cast, or none."""
        self._do({"event": "role", "role": self.scene.role(role).name if role else None})

    # --- what is remembered ---

    def sum_up(self, first: int, last: int, text: str, on: str = "") -> None:
        """Sum up the turns from `first` to `last` of one branch; `on` is the model that did."""
        event: Event = {"event": "summary", "id": len(self.memory.summaries) + 1}
        event |= {"from": first, "to": last, "text": text}
        self._do(event | ({"by": "model", "on": on} if on else {}))

    def use_summary(self, number: int | None, use: bool) -> None:
        """Have models read a summary, or not; `None` is all of them."""
        self._do({"event": "recall", "summary": number, "use": use})

    def pin(self, text: str, known: Iterable[str] = ()) -> None:
        """Pin a fact where the play stands; nobody in `known` is everybody."""
        event: Event = {"event": "fact", "id": len(self.memory.facts) + 1, "text": text}
        names = list(known)
        self._do(event | {"after": self.head} | ({"known": names} if names else {}))

    def forget(self, fact: int) -> None:
        """Have a fact be none any more, from where the play stands on."""
        since = self._next_id()
        self._do({"event": "forget", "fact": fact, "after": self.head, "since": since})

    # --- sheets ---

    def change_sheet(self, role: str, changes: Iterable[Change], roll: int | None = None) -> None:
        """Change values in the sheet of a role, from where the play stands on; `roll` is the one
        that is told there, which made the change. Raises `KnownError` for nobody of the cast."""
        if changed := tuple(one for one in changes if one.before != one.after):
            self._record_change(self.scene.role(role).name, changed, roll=roll)

    def _record_change(
        self,
        role: str,
        changes: Iterable[Change],
        by: Literal["undo", "redo"] | None = None,
        roll: int | None = None,
    ) -> None:
        here, since = self.head, self._next_id()
        change = SheetChange(here, since, role, tuple(changes), by, len(self.draws), roll)
        self._do({"event": "sheet", **to_json(change)})

    # --- who speaks ---

    def set_rule(self, rule: Turns) -> None:
        """Give the floor by another rule from now on."""
        self._do({"event": "floor", "rule": rule})

    def mute(self, names: Iterable[str]) -> None:
        """Have no rule choose those roles, and only those."""
        self._do({"event": "floor", "muted": list(names)})

    def set_away(self, names: Iterable[str]) -> None:
        """Have those roles be away, and only those, from where the play stands on."""
        presence: Event = {"after": self.head, "since": self._next_id(), "away": list(names)}
        presence["unseen"] = True
        self._do({"event": "presence", **presence})

    def join(self, role: Role) -> None:
        """Take a newcomer into the cast. Raises `KnownError` for a name that cannot be used."""
        if problem := name_problem(role.name) or taken(role.name, self.scene.cast):
            raise KnownError(problem)
        self._do({"event": "cast", "role": to_json(role)})

    # --- how is drawn ---

    def steer(self, **settled: object) -> None:
        """Settle a note, bans, knowledge or sampling from now on, by the names of `TuningState`."""
        said = {name: None if value is None else to_json(value) for name, value in settled.items()}
        self._do({"event": "steering", **said})

    # --- events ---

    def _grow(self, turns: list[Turn]) -> list[Turn]:
        if turns:
            self._do({"event": "turns", "turns": [to_json(turn) for turn in turns]})
        return turns

    def _do(self, event: Event) -> None:
        self._record(event)
        self._apply(event)


def _reason(error: Exception) -> object:
    """What an error says: a sentence of ours, else what Python shows of it."""
    words = error.args[0] if error.args else ""
    return words if isinstance(words, Message) else shown(repr(error))
