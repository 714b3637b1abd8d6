"""The prompt of a role taken apart: what its parts are and cost, and what was left out. Pure.

The pieces joined in their order are the prompt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models.backend import Prompt, Sampling
from scenes.log import Entry, write
from scenes.note import Note
from scenes.prompt import reminders_in
from scenes.scene import Role
from scenes.steering import Steering
from scenes.table.draw import Cost

Kind = Literal["fixed", "recap", "lore", "history", "note", "secret", "director", "cue"]
KINDS: tuple[Kind, ...] = (
    *("fixed", "recap", "lore", "history"),
    *("note", "secret", "director", "cue"),
)


@dataclass(frozen=True)
class Piece:
    """A part of a prompt, or a line of one."""

    kind: Kind
    text: str
    tokens: int
    turn: int | None = None
    """Which turn of the branch it is, from 1."""


@dataclass(frozen=True)
class Fired:
    """A piece of knowledge that stands in the prompt."""

    source: str
    text: str
    keys: tuple[str, ...] = ()
    """The words that bring it up, where it has such."""
    now: bool = False
    """Whether it came up just now, and is written down with the next draw."""


@dataclass(frozen=True)
class Made:
    """What a prompt was made of, and with."""

    prompt: Prompt
    history: Sequence[Entry]
    """What the role could read, notes among it."""
    turns: Sequence[int | None]
    """Which turn of the branch each of its lines is, from 1; `None` for what nobody said."""
    notes: Sequence[Note] = ()
    """Those of the history that have just come up."""
    steering: Steering = field(default_factory=Steering)
    sampling: Sampling = field(default_factory=Sampling)
    context: int = 0
    """Tokens that prompt and candidate may have together."""
    budget: int = 0
    """Tokens that the history may take."""
    secret: str = ""
    """The line that tells what only the role knows, with its newline."""
    speaker: Role | None = None
    """Whose line it is, whose reminders stand in the history."""


@dataclass(frozen=True)
class Inspection:
    """A prompt taken apart."""

    role: str
    pieces: tuple[Piece, ...]
    made: Made
    left_out: int = 0
    """Turns of the branch that the budget leaves no room for."""
    unseen: int = 0
    """Turns of the branch that the role did not see."""
    fired: tuple[Fired, ...] = ()
    switched_off: tuple[str, ...] = ()
    """The files of knowledge that are switched off."""
    cost: Cost | None = None
    """What the last draw took."""

    def tokens(self, kind: Kind) -> int:
        return sum(piece.tokens for piece in self.pieces if piece.kind == kind)

    @property
    def total(self) -> int:
        return sum(piece.tokens for piece in self.pieces)

    @property
    def begins(self) -> int | None:
        """The turn of the branch, from 1, at which the reading of the history begins."""
        return next((piece.turn for piece in self.pieces if piece.turn is not None), None)

    @property
    def parts(self) -> list[tuple[Kind, str, int]]:
        """Pieces of one kind that follow each other together: kind, text, tokens."""
        parts: list[tuple[Kind, str, int]] = []
        for piece in self.pieces:
            if parts and parts[-1][0] == piece.kind:
                __, text, tokens = parts[-1]
                parts[-1] = (piece.kind, text + piece.text, tokens + piece.tokens)
            else:
                parts.append((piece.kind, piece.text, piece.tokens))
        return parts


def inspected(
    role: str,
    made: Made,
    count: Callable[[str], int],
    keys: Mapping[str, tuple[str, ...]] | None = None,
    switched_off: Sequence[str] = (),
    unseen: int = 0,
    cost: Cost | None = None,
) -> Inspection:
    """A prompt taken apart. `keys` are the words that bring notes up, by the notes' keys."""
    prompt = made.prompt
    told, left_out = _history(made, count)
    fired = tuple(
        Fired(one.source, one.text, (keys or {}).get(one.key, ()), one in made.notes)
        for one in _standing(made, {piece.text for piece in told if piece.kind == "lore"})
    )
    fixed = [Piece("fixed", prompt.stable, count(prompt.stable))] if prompt.stable else []
    pieces = (*fixed, *told, Piece("cue", prompt.cue, count(prompt.cue)))
    off = tuple(switched_off)
    return Inspection(role, pieces, made, left_out, unseen, fired, off, cost)


def _standing(made: Made, texts: set[str]) -> list[Note]:
    """The notes that stand in the prompt, each once."""
    notes = [one for one in made.history if isinstance(one, Note) and f"{write(one)}\n" in texts]
    return list({one.key: one for one in notes}.values())


def _history(made: Made, count: Callable[[str], int]) -> tuple[list[Piece], int]:
    """The lines of the history by what they are, and how many turns are not among them."""
    lines = [f"{line}\n" for line in made.prompt.history.split("\n")[:-1]]
    director = Piece("director", lines.pop(), 0) if made.steering.director else None
    secret = Piece("secret", lines.pop(), 0) if made.secret else None
    note, at = None, 0
    if made.steering.note.text:
        at = max(0, len(lines) - 1 - made.steering.note.depth)
        note = Piece("note", lines.pop(at), 0)
    reminders = _reminders(made, lines)
    pieces, left_out = _lines(made, lines)
    for place, reminder in reminders:
        pieces.insert(place, reminder)
    pieces += [secret] if secret is not None else []
    if note is not None:
        pieces.insert(at, note)
    pieces += [director] if director is not None else []
    return [Piece(p.kind, p.text, count(p.text), p.turn) for p in pieces], left_out


def _reminders(made: Made, lines: list[str]) -> list[tuple[int, Piece]]:
    """What the prompts of the role's lines remind of, taken out of the lines, each with where it
    stood, in the order in which it is put back."""
    if made.speaker is None:
        return []
    notes = sum(bool(note.text) for note in made.speaker.notes)
    placed = reminders_in(made.speaker, len(lines) - notes)
    for at, __ in reversed(placed):
        del lines[at]
    return [(at, Piece("note", line, 0)) for at, line in placed]


def _lines(made: Made, lines: Sequence[str]) -> tuple[list[Piece], int]:
    """Each line and the entry that it is, found from the last one on: what is none, stands there
    in place of what was cut. And the turns that were cut."""
    entries = [entry for entry in made.history if entry.kind != "comment"]
    turns = [*made.turns, *[None] * (len(entries) - len(made.turns))]
    pieces: list[Piece] = []
    for at in range(len(lines) - 1, -1, -1):
        line, entry = lines[at], entries[-1] if entries else None
        written = f"{write(entry)}\n" if entry else ""
        if entry is None or (written != line and not (at == 0 and written.endswith(line))):
            pieces.append(Piece("recap", line, 0))
            continue
        turn = turns[len(entries) - 1]
        entries.pop()
        kind: Kind = "lore" if isinstance(entry, Note) else "history"
        pieces.append(Piece(kind, line, 0, turn))
    cut = sum(1 for entry in entries if not isinstance(entry, Note))
    return pieces[::-1], cut
