"""What a role saw of a session: for its prompt, for who inspects it, for the log. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from base.messages import _, series
from scenes.log import Entry
from scenes.scene import Role, Scene
from scenes.table.moves import Place
from scenes.table.session_state import SessionState, Turn
from scenes.view import NOBODY, Missing, common, presence_lines, seen_by, unseen_of, view


@dataclass(frozen=True)
class Told:
    """All that was told on a branch, with the knowledge among it, and who did not see each line."""

    scene: Scene
    entries: Sequence[Entry]
    missing: Sequence[Missing] | None
    """`None` is that nobody missed anything."""
    absent: Missing = NOBODY
    """Who does not see what follows."""

    def by(self, role: Role) -> list[Entry]:
        """What a role reads of it."""
        return view(self.entries, self.missing, role, self.scene)

    def by_all(self) -> list[Entry]:
        """What all saw who are there now."""
        return common(self.entries, self.missing, self.absent, self.scene)

    def and_then(self, said: Sequence[Entry]) -> "Told":
        """The same, after these have been said to those who are there."""
        if not said:
            return self
        more = [self.absent] * len(said)
        missing = None if self.missing is None else [*self.missing, *more]
        return Told(self.scene, [*self.entries, *said], missing, self.absent)


@dataclass(frozen=True)
class Unseen:
    """What a role does not know of what was said."""

    entries: Sequence[Entry]

    @property
    def count(self) -> int:
        return len(self.entries)


def told_at(session: SessionState, place: Place) -> Told:
    """All that was told for a line after the turn `place`."""
    if not session.seats.hides:
        return Told(session.scene, session.history_at(place), None)
    path = session.path if place == session.head else session.path_to(place)
    return _told(session, path, None)


def told_before(session: SessionState, turn: int) -> Told:
    """All that was told when that turn was said."""
    if not session.seats.hides:
        return Told(session.scene, session.history_before(turn), None)
    return _told(session, session.path_to(session.turns[turn].parent), turn)


def read_by(session: SessionState, role: Role, place: Place) -> list[Entry]:
    """What a role reads for a line after the turn `place`, the knowledge that it has among it."""
    return told_at(session, place).by(role)


def unseen(session: SessionState, role: Role, place: Place | Literal["head"] = "head") -> Unseen:
    """What was said on a branch up to `place` that the role did not see."""
    path = session.path if place in ("head", session.head) else session.path_to(place)  # type: ignore[arg-type]
    entries = [turn.entry for turn in path]
    found = unseen_of(entries, missing_along(session, path), role, session.scene)
    return Unseen(found)


def missing_along(session: SessionState, path: Sequence[Turn]) -> Sequence[Missing] | None:
    """Who did not see each turn of a path; `None` where nobody missed any."""
    if not session.seats.hides:
        return None
    return session.seats.missing_along(session.turns, path)[:-1]


def log_of(session: SessionState, since: int = 0, before: Missing = NOBODY) -> Iterator[Entry]:
    """The branch as a log, with a line wherever somebody leaves or enters; of it what follows so
    many turns, where those of `before` are known to be away."""
    if not session.seats.hides:
        yield from (turn.entry for turn in session.path[since:])
        return
    for turn in session.path[since:]:
        away = missed_by(session, turn)
        yield from presence_lines(before, away)
        yield turn.entry
        before = away
    yield from presence_lines(before, absent_at(session, session.head))


def missed_by(session: SessionState, turn: Turn) -> Missing:
    """Who did not see a turn."""
    return session.seats.missing_at(session.turns, turn.parent, turn.id)


def absent_at(session: SessionState, place: Place) -> Missing:
    """Who does not see what follows a place."""
    return session.seats.missing_at(session.turns, place)


def _told(session: SessionState, path: Sequence[Turn], then: int | None) -> Told:
    lines = list(_lines(session, path, then))
    along = session.seats.missing_along(session.turns, path, then)
    entries = [line[0] for line in lines]
    return Told(session.scene, entries, [line[2] for line in lines], along[-1])


def _lines(
    session: SessionState, path: Sequence[Turn], then: int | None
) -> Iterator[tuple[Entry, Turn | None, Missing]]:
    """What is told on a branch, each entry with the turn that it is and who does not see it."""
    along, at = session.seats.missing_along(session.turns, path, then), 0
    for entry, turn in session.remembered(path, then):
        yield entry, turn, along[at]
        at += turn is not None


def lines_read(
    session: SessionState, role: Role, path: Sequence[Turn], then: int | None
) -> list[tuple[Entry, Turn | None]]:
    """What a role reads of a branch, for the turn `then` or a new one, each line with the turn that
    it is; `None` for what nobody said."""
    private = session.scene.thoughts == "private"
    seen = (
        (seen_by(entry, away, role, private), turn)
        for entry, turn, away in _lines(session, path, then)
    )
    return [(entry, turn) for entry, turn in seen if entry is not None and entry.kind != "comment"]


def turns_read(session: SessionState, role: Role) -> list[int | None]:
    """Which turn of the branch each line is that a role reads where the play stands, from 1."""
    numbers = {turn.id: number for number, turn in enumerate(session.path, 1)}
    read = lines_read(session, role, session.path, None)
    return [None if turn is None else numbers[turn.id] for __, turn in read]


def aside(session: SessionState, turn: Turn) -> str:
    """Who was not there for a turn, in words; nothing where all were."""
    away = missed_by(session, turn) if session.seats.hides else NOBODY
    if not away:
        return ""
    names = series(role.name for role in session.scene.cast if role.name in away)
    return _("({names} not there)", names=names)
