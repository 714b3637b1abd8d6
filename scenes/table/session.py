"""A play in progress: the one owner of what has been said, as a tree of turns. Pure.

Every change is an event, recorded before it is applied: what cannot be recorded has not happened.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from base.errors import KnownError
from base.messages import Message, _, _n
from base.text import shown
from scenes.log import Entry
from scenes.note import Note
from scenes.scene import Scene
from scenes.table.draws import Candidate as Candidate
from scenes.table.draws import Draw as Draw
from scenes.table.events import Event as Event
from scenes.table.events import building
from scenes.table.session_state import VERSION as VERSION
from scenes.table.session_state import By as By
from scenes.table.session_state import Notes, SessionState
from scenes.table.session_state import Turn as Turn
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

    def say(
        self, entry: Entry, by: By = "player", draw: int | None = None, candidate: int | None = None
    ) -> Turn:
        """Add a turn after where the play stands."""
        return self._grow([Turn(self._next_id(), self.head, entry, by, draw, candidate)])[0]

    def say_all(self, entries: Iterable[Entry]) -> list[Turn]:
        """Add a turn of the player for each entry, all of them or none."""
        turns: list[Turn] = []
        for number, entry in enumerate(entries, self._next_id()):
            turns.append(Turn(number, number - 1 if turns else self.head, entry))
        return self._grow(turns)

    def inject(self, notes: Iterable[Note]) -> None:
        """Write knowledge where the play stands, for whatever is said there from now on."""
        if injected := tuple(notes):
            self._do({"event": "knowledge", **to_json(Notes(self.head, self._next_id(), injected))})

    def keep(self, draw: Draw) -> Draw:
        """Remember a draw with all its candidates; its `id` is set here."""
        if draw.parent is not None and draw.parent not in self.turns:
            raise self.no_turn(draw.parent)
        numbered = replace(draw, id=len(self.draws) + 1)
        self._do({"event": "draw", **to_json(numbered)})
        return numbered

    def pick(self, draw: Draw, candidate: int, entry: Entry | None = None) -> Turn:
        """Take a candidate as the next turn, or `entry`, which it was edited to."""
        line = entry or draw.candidates[candidate].entry
        return self.say(line, "model", draw.id, candidate)

    def undo(self) -> bool:
        """Go back one turn; the turn stays in the tree. False at the opening."""
        if not self.can_undo:
            return False
        self._do({"event": "head", "head": self._path[-1].parent})
        return True

    def redo(self) -> bool:
        """Go forward along the branch taken last. False where none was."""
        if not self.can_redo:
            return False
        self._do({"event": "head", "head": self._latest[self.head]})
        return True

    def go(self, turn: int) -> None:
        """Stand at any turn of the tree; what is said next begins a branch there."""
        if turn not in self.turns:
            raise self.no_turn(turn)
        self._do({"event": "head", "head": turn})

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

    def edit(self, turn: int, entry: Entry) -> Turn:
        """Say another thing at a turn of the path; what followed is copied behind it.

        The old turn and what followed it stay as a branch of their own.
        """
        at = next((i for i, old in enumerate(self._path) if old.id == turn), None)
        if at is None:
            raise KnownError(_("turn {turn} is not on this branch", turn=turn))
        parent, first = self._path[at].parent, self._next_id()
        new: list[Turn] = []
        for number, old in enumerate(self._path[at:], first):
            line = entry if old.id == turn else old.entry
            new.append(replace(old, id=number, parent=parent, entry=line, of=old.id))
            parent = number
        edited = self._grow(new)[0]
        for copy, follows in zip(new, [*new[1:], None], strict=True):
            notes = tuple(self._notes_after(copy.of, follows.of if follows else None))
            if notes:
                self._do({"event": "knowledge", **to_json(Notes(copy.id, copy.id, notes))})
        return edited

    def play_as(self, role: str | None) -> None:
        """Give the player another role of the cast, or none."""
        self._do({"event": "role", "role": self.scene.role(role).name if role else None})

    # --- events ---

    def _grow(self, turns: list[Turn]) -> list[Turn]:
        if turns:
            self._do({"event": "turns", "turns": [to_json(turn) for turn in turns]})
        return turns

    def _do(self, event: Event) -> None:
        self._record(event)
        self._apply(event)
<<<<<<< HEAD
||||||| b89ccd1

    def _apply(self, event: Event) -> None:
        match event["event"]:
            case "open":
                self._open(event)
            case "turns":
                self._add(event["turns"], event.get("time"))
            case "draw":
                self._lay(event)
            case "knowledge":
                self._tell(from_json(Notes, event))
            case "head":
                self._stand(event["head"])
            case "role":
                self._seat(event["role"])
            case other:
                raise KnownError(
                    _("unknown event {other}: made by a newer paotuan?", other=shown(repr(other)))
                )

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

    def _seat(self, role: str | None) -> None:
        if role is not None and role not in [each.name for each in self.scene.cast]:
            raise ValueError(_("role {role!r} is not in the cast", role=role))
        self.role = role

    def _lay(self, event: Event) -> None:
        line = event.get("line")
        draw = line if isinstance(line, bytes) else from_json(Draw, event)
        if event["id"] != len(self.draws) + 1 or not self._is_place(event["parent"]):
            raise ValueError(
                _("draw {number} does not follow what stands before it", number=event["id"])
            )
        self.draws.add(draw)

    def _tell(self, told: Notes) -> None:
        if not self._is_place(told.after):
            raise ValueError(
                _("there is no turn {turn!r} for knowledge to follow", turn=told.after)
            )
        self.notes.setdefault(told.after, []).append(told)

    def _add(self, turns: list[Event], time: object) -> None:
        for fields in turns:
            turn = _turn(fields)
            if turn.id != self._next_id() or not self._is_place(turn.parent):
                raise ValueError(
                    _("turn {number} does not follow what stands before it", number=turn.id)
                )
            self.turns[turn.id] = turn
            if isinstance(time, str):
                self.times[turn.id] = time
            self._children.setdefault(turn.parent, []).append(turn.id)
            self._stand(turn.id)

    def _is_place(self, turn: int | None) -> bool:
        return turn is None or (type(turn) is int and turn in self.turns)

    def _stand(self, head: int | None) -> None:
        """Move to `head`, and remember the way there for `redo`."""
        if not self._is_place(head):
            raise ValueError(_("there is no turn {turn!r}", turn=head))
        new: list[Turn] = []
        at = head
        if at is not None and self.turns[at].parent == self.head:
            new, at = [self.turns[at]], self.head  # as it mostly is
        while at is not None and not self._is_on_path(at):
            new.append(self.turns[at])
            at = self.turns[at].parent
        del self._path[0 if at is None else self._depth[at] + 1 :]
        for turn in reversed(new):
            self._depth[turn.id] = len(self._path)
            self._path.append(turn)
            self._latest[turn.parent] = turn.id
        self.head = head

    def _is_on_path(self, turn: int) -> bool:
        depth = self._depth.get(turn, len(self._path))
        return depth < len(self._path) and self._path[depth].id == turn

    def _path_to(self, head: int | None) -> list[Turn]:
        path = []
        while head is not None:
            path.append(self.turns[head])
            head = path[-1].parent
        return path[::-1]


def _turn(fields: Event) -> Turn:
    """A turn of its JSON object. Raises `ValueError`, `TypeError` or `KeyError`."""
    try:
        turn = msgspec.convert(fields, Turn)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    return turn if turn.foreign is None else from_json(Turn, fields)
=======

    def _apply(self, event: Event) -> None:
        match event["event"]:
            case "open":
                self._open(event)
            case "turns":
                self._add(event["turns"], event.get("time"))
            case "draw":
                self._lay(event)
            case "knowledge":
                self._tell(from_json(Notes, event))
            case "head":
                self._stand(event["head"])
            case "role":
                self._seat(event["role"])
            case other:
                raise KnownError(
                    _("unknown event {other}: made by a newer paotuan?", other=shown(repr(other)))
                )

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

    def _seat(self, role: str | None) -> None:
        if role is not None and role not in [each.name for each in self.scene.cast]:
            raise ValueError(_("role {role!r} is not in the cast", role=role))
        self.role = role

    def _lay(self, event: Event) -> None:
        line = event.get("line")
        draw = line if isinstance(line, bytes) else from_json(Draw, event)
        if event["id"] != len(self.draws) + 1 or not self._is_place(event["parent"]):
            raise ValueError(
                _("draw {number} does not follow what stands before it", number=event["id"])
            )
        self.draws.add(draw)

    def _tell(self, told: Notes) -> None:
        if not self._is_place(told.after):
            raise ValueError(
                _("there is no turn {turn!r} for knowledge to follow", turn=told.after)
            )
        self.notes.setdefault(told.after, []).append(told)

    def _add(self, turns: list[Event], time: object) -> None:
        for fields in turns:
            turn = _turn(fields)
            if turn.id != self._next_id() or not self._is_place(turn.parent):
                raise ValueError(
                    _("turn {number} does not follow what stands before it", number=turn.id)
                )
            self.turns[turn.id] = turn
            if isinstance(time, str):
                self.times[turn.id] = time
            self._children.setdefault(turn.parent, []).append(turn.id)
            self._stand(turn.id)

    def _is_place(self, turn: int | None) -> bool:
        return turn is None or (type(turn) is int and turn in self.turns)

    def _stand(self, head: int | None) -> None:
        """Move to `head`, and remember the way there for `redo`."""
        if not self._is_place(head):
            raise ValueError(_("there is no turn {turn!r}", turn=head))
        new: list[Turn] = []
        at = head
        if at is not None and self.turns[at].parent == self.head:
            new, at = [self.turns[at]], self.head  # as it mostly is
        while at is not None and not self._is_on_path(at):
            new.append(self.turns[at])
            at = self.turns[at].parent
        del self._path[0 if at is None else self._depth[at] + 1 :]
        for turn in reversed(new):
            self._depth[turn.id] = len(self._path)
            self._path.append(turn)
            self._latest[turn.parent] = turn.id
        self.head = head

    def _is_on_path(self, turn: int) -> bool:
        depth = self._depth.get(turn, len(self._path))
        return depth < len(self._path) and self._path[depth].id == turn

    def _path_to(self, head: int | None) -> list[Turn]:
        path = []
        while head is not None:
            path.append(self.turns[head])
            head = path[-1].parent
        return path[::-1]


def _turn(fields: Event) -> Turn:
    """A turn of its JSON object. Raises `ValueError`, `TypeError` or `KeyError`."""
    try:
        turn = msgspec.convert(fields, Turn)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    return turn if turn.foreign is None else from_json(Turn, fields)


def _reason(error: Exception) -> object:
    """What an error says: a sentence of ours, else what Python shows of it."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Message) else shown(repr(error))
>>>>>>> refs/heads/read1
