"""What of a session a story tells: its branch without dice, comments, and what is private. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from base.text import UNPRINTABLE
from scenes.dice.log_form import tells_of_roll
from scenes.log import Entry
from scenes.scene import Role
from scenes.table.seeing import missing_along
from scenes.table.session import Session, Turn
from scenes.view import NOBODY, seen_by, without_thought

TOLD = ("narration", "speech", "action", "thought", "chapter", "unrecognised")
_OUTCOME = re.compile(r".{1,80}对抗：(?:平手|.{1,40}胜出)|opposed .{1,80}: (?:a tie|.{1,40} wins)")
_FOLDED = re.compile(r"[\s“”‘’「」『』\"']+|\\(?=[\\`*_{}\[\]<>#|~])")
_AT_THE_END = ".。,，"


@dataclass(frozen=True)
class Telling:
    """How a story is told of a session."""

    reader: str | None = None
    """The role whose eyes it is told through: what that role saw, and nothing else."""
    private: bool = False
    """Whether whispers, and thoughts where the scene keeps them private, are told to all."""


@dataclass
class Told:
    """The lines of a story, in order, and what was left out of it."""

    entries: list[Entry] = field(default_factory=list)
    rolls: list[Entry] = field(default_factory=list)
    """What the dice said, which a story leaves out; each is also among `entries` where asked."""
    whispers: int = 0
    thoughts: int = 0

    @property
    def spoken(self) -> list[str]:
        """What is said aloud in it."""
        return [entry.text for entry in self.entries if entry.kind == "speech"]


def told_of(session: Session, telling: Telling = Telling(), dice: bool = False) -> Told:
    """The lines that a story tells of the current branch; with `dice`, what they said, too.

    Raises `KnownError` for a reader who is not in the cast.
    """
    role = session.scene.role(telling.reader) if telling.reader else None
    path, told = session.path, Told()
    missing = missing_along(session, path) or [NOBODY] * len(path)
    for turn, away in zip(path, missing, strict=True):
        if turn.entry.kind not in TOLD:
            continue
        if _is_dice(turn, path):
            told.rolls.append(turn.entry)
            if dice:
                told.entries.append(turn.entry)
            continue
        entry = _seen(session, turn.entry, away, role, telling.private)
        told.whispers += entry is None and bool(turn.entry.to)
        told.thoughts += _lost_thought(turn.entry, entry)
        if entry is not None:
            told.entries.append(entry)
    return told


def _seen(
    session: Session, entry: Entry, away: frozenset[str], role: Role | None, private: bool
) -> Entry | None:
    """A line as it is told, if at all."""
    hidden = session.scene.thoughts == "private"
    if role is not None:
        return seen_by(entry, away, role, hidden)
    if private:
        return entry
    if entry.to:
        return None
    return without_thought(entry) if hidden else entry


def _lost_thought(entry: Entry, told: Entry | None) -> bool:
    thinks = entry.kind == "thought" or bool(entry.thought)
    return thinks and not entry.to and (told is None or told.thought != entry.thought)


def _is_dice(turn: Turn, path: Sequence[Turn]) -> bool:
    """Whether a turn says what the dice said, or who of two has won by them."""
    if turn.roll is not None or tells_of_roll(turn.entry.text):
        return turn.entry.kind == "narration"
    return turn.entry.kind == "narration" and _OUTCOME.fullmatch(turn.entry.text) is not None


def folded(text: str) -> str:
    """A text without blanks, quotation marks and escapes, by which a line is known again."""
    return _FOLDED.sub("", UNPRINTABLE.sub("", text))


def key_of(line: str) -> str:
    """A spoken line as it is looked for: folded, without the stop that a tag behind it takes."""
    whole = folded(line)
    return whole.rstrip(_AT_THE_END) or whole


def lost(spoken: Sequence[str], text: str) -> list[str]:
    """The lines that do not occur in a text, in their order; quotation marks and blanks aside."""
    there, at, missing = folded(text), 0, []
    for line in spoken:
        found = there.find(key := key_of(line), at)
        if found < 0:
            missing.append(line)
        else:
            at = found + len(key)
    return missing


def heard_of(entry: Entry) -> Entry:
    """A line without the mark of whom it is for."""
    return replace(entry, to=()) if entry.to else entry
