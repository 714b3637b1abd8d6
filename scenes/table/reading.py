"""Where on a branch a model begins to read, and what it reads of the time before. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from base.messages import _, _n, series
from scenes.note import Note
from scenes.recall import Recalled, key_of
from scenes.scene import Role
from scenes.table.draw import Cut
from scenes.table.hand import Hand
from scenes.table.memory_state import Pinned, Summary
from scenes.table.seeing import lines_read
from scenes.table.session import Session, Turn

LOOKED_BACK = 200
"""Turns among which the last draw is looked for."""


@dataclass(frozen=True)
class ReadFrom:
    """What a draw read of a branch."""

    place: int
    """How many of the branch's turns stand before the first that was read."""
    turn: Turn | None
    """That first turn; `None` where only notes, or nothing, are read."""
    opening: int = 0
    """Lines of the opening that were read all the same."""
    summaries: tuple[Summary, ...] = ()
    facts: tuple[Pinned, ...] = ()
    """The facts that stood among what was read."""


def reading_of(
    session: Session,
    cut: Cut,
    speaker: Role,
    path: Sequence[Turn] | None = None,
    then: int | None = None,
    notes: Sequence[Note] = (),
) -> ReadFrom:
    """What a draw for `speaker` read after the turns of `path`, or where the play stands; `then` is
    the turn that came of it, `notes` what would be written before it."""
    path = session.path if path is None else path
    if not cut.dropped and not session.memory:
        return ReadFrom(0, path[0] if path else None)
    lines = lines_read(session, speaker, path, then)[cut.dropped :]
    first = next((turn for __, turn in lines if turn is not None), None)
    place = next((at for at, turn in enumerate(path) if turn is first), len(path))
    keys = {entry.key for entry, __ in lines if isinstance(entry, Note)}
    keys |= {note.key for note in notes}
    facts = tuple(fact for fact in session.memory.facts if key_of(fact.number) in keys)
    return ReadFrom(place, first, cut.recalled.opening, summaries_of(session, cut.recalled), facts)


def summaries_of(session: Session, recalled: Recalled) -> tuple[Summary, ...]:
    known = session.memory.summaries
    return tuple(known[number - 1] for number, __ in recalled.summaries if number <= len(known))


@dataclass(frozen=True)
class LastCut:
    """What was cut for the line that is being drawn, or for the last one that was."""

    cut: Cut
    speaker: str
    place: int
    """How many turns of the branch stood before it."""
    turn: int | None
    """The turn that came of it, where one did, else the one that it would follow."""
    said: bool

    def reading(self, session: Session) -> ReadFrom:
        """What was read for it."""
        path = session.path[: self.place]
        speaker, then = session.scene.role(self.speaker), self.turn if self.said else None
        return reading_of(session, self.cut, speaker, path, then)


def last_cut(session: Session, hand: Hand | None = None) -> LastCut | None:
    """The cut of a hand of where the play stands, else that of the last line on this branch of
    which the journal says it; `None` where it says it of none lately."""
    if hand is not None and hand.cut is not None and hand.after == session.head:
        return LastCut(hand.cut, hand.speaker.name, len(session.path), session.head, False)
    cast, last = {role.name for role in session.scene.cast}, len(session.path) - 1
    for at in range(last, max(-1, last - LOOKED_BACK), -1):
        turn = session.path[at]
        draw = session.draws.get(turn.draw) if turn.draw is not None else None
        if draw is not None and draw.dropped is not None and draw.speaker in cast:
            cut = Cut(draw.budget, draw.dropped, draw.recalled)
            return LastCut(cut, draw.speaker, at, turn.id, True)
    return None


def told(read: ReadFrom) -> str | None:
    """Where the reading begins, in one line; nothing where all is read."""
    if read.place == 0:
        return None
    parts = []
    if read.opening:
        parts.append(_("the opening"))
    if read.summaries:
        parts.append(_n("{n} summary", "{n} summaries", len(read.summaries)))
    if read.facts:
        parts.append(_n("{n} fact", "{n} facts", len(read.facts)))
    if not parts:
        return _("The model reads from here; nothing of the time before (/summary)")
    return _("The model reads from here; of the time before: {what}", what=series(parts))
