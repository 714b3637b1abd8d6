"""The lines of a session with the prompts that play gave for them.

Where a draw says how it was made, the prompt is its own, to the byte, whatever has been undone or
edited since; a line that was typed takes the cut of the draw before it. In journals that do not say
so, the history is cut to the budget that is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from models.backend import Prompt
from scenes.data.examples.prompts import Bounds
from scenes.log import Entry
from scenes.note import Note
from scenes.prompt import (
    MARGIN,
    History,
    history_budget,
    prompt_after,
    prompt_without,
    stable_part,
)
from scenes.scene import Role
from scenes.table.draws import Draw
from scenes.table.session import Session, Turn


class HistoryLine(NamedTuple):
    """A line of a prompt's history with its newline, and the turn that it is; `None` for a note."""

    text: str
    turn: Turn | None


@dataclass
class SessionPrompts:
    """Makes the prompts of one session, and counts those that are not the ones of play."""

    session: Session
    bounds: Bounds
    longest: int = 0
    """Tokens of a reply that must fit beside a prompt."""
    unrecorded: int = 0
    """Lines of which the journal does not say what the model had read."""
    shortened: int = 0
    """Lines whose prompt in play was longer than the bounds allow."""
    _before: Turn | None = None
    """The turn whose history is held: that of the next one on its branch only goes on from it."""
    _history: History = field(init=False)
    _turns: list[Turn | None] = field(init=False, default_factory=list)
    """The turn that each line of the history is; `None` for a note."""

    def __post_init__(self) -> None:
        self._stable = stable_part(self.session.scene)
        self._history = History(self.bounds.count)

    def before(self, turn: Turn, role: Role) -> Prompt:
        """What stood before `turn`, a line of `role`.

        Raises `KnownError` where the journal does not say it and the scene leaves no room.
        """
        draw = self._draw_before(turn)
        history = self._history_before(self._as_drawn(turn))
        if draw is None or draw.dropped is None:
            self.unrecorded += 1
            return self._cut(history, role)
        budget = draw.budget if draw.tokenizer == self.bounds.tokenizer else 0
        prompt = prompt_without(self._stable, history, role, draw.dropped, budget)
        if self._fits(prompt):
            return prompt
        self.shortened += 1
        return self._cut(history, role)

    def is_recorded(self, turn: Turn) -> bool:
        """Whether the journal says what a model had read before `turn`."""
        draw = self._draw_before(turn)
        return draw is not None and draw.dropped is not None

    def lines_of(self, prompt: Prompt, turn: Turn) -> Sequence[HistoryLine]:
        """The history of a prompt that `before` has made for `turn`, a line each."""
        self._history_before(self._as_drawn(turn))
        texts = _lines(prompt.history)
        turns = self._turns[len(self._turns) - len(texts) :]
        return [HistoryLine(*each) for each in zip(texts, turns, strict=True)]

    def _as_drawn(self, turn: Turn) -> Turn:
        """The turn at which a line was drawn that an edit, of it or of one before it, has copied;
        a line whose draw says nothing stays where it stands."""
        draw = self.session.draws.get(turn.draw) if turn.draw is not None else None
        if draw is not None and draw.dropped is not None:
            while turn.of is not None and turn.of in self.session.turns and turn.of < turn.id:
                turn = self.session.turns[turn.of]
        return turn

    def _draw_before(self, turn: Turn | None) -> Draw | None:
        """The draw that a turn was picked from; of one that was typed, the last draw before it."""
        while turn is not None and turn.draw is None:
            turn = self.session.turns[turn.parent] if turn.parent is not None else None
        return self.session.draws.get(turn.draw) if turn and turn.draw is not None else None

    def _history_before(self, turn: Turn) -> History:
        """What a model read for a turn, which mostly goes on from what it read for the last."""
        if self._before is not None and turn.id == self._before.id:
            return self._history
        path = [turn]
        while path[-1].parent is not None and path[-1] is not self._before:
            path.append(self.session.turns[path[-1].parent])
        if path[-1] is self._before:
            path.pop()
            self._add(self._before.entry, self._before)
        else:
            self._history, self._turns = History(self.bounds.count), []
        for each in path[:0:-1]:
            self._add_notes(each)
            self._add(each.entry, each)
        read, told = self._notes(turn, turn.draw), self._notes(turn)
        for note in read:
            self._add(note, None)
        self._before = turn if read == told else None  # what comes next has read of more
        return self._history

    def _add_notes(self, turn: Turn) -> None:
        """What stood before a turn when it was said that nobody said."""
        for note in self._notes(turn):
            self._add(note, None)

    def _notes(self, turn: Turn, draw: int | None = None) -> list[Note]:
        return list(self.session.notes_after(turn.parent, turn.id, draw))

    def _add(self, entry: Entry, turn: Turn | None) -> None:
        if entry.kind != "comment":
            self._history.add(entry)
            self._turns.append(turn)

    def _cut(self, history: History, role: Role) -> Prompt:
        scene, bounds = self.session.scene, self.bounds
        budget = history_budget(scene, bounds.context, self.longest, bounds.count)
        return prompt_after(self._stable, history, role, budget)

    def _fits(self, prompt: Prompt) -> bool:
        if not self.bounds.shortens_recorded:
            return True
        parts = (prompt.stable, prompt.cue, *_lines(prompt.history))
        tokens = sum(map(self.bounds.count, parts))
        return tokens + self.longest + MARGIN <= self.bounds.context


def _lines(history: str) -> list[str]:
    """The lines of a history, each with its newline."""
    return [f"{line}\n" for line in history.split("\n")[:-1]]


def role_saying(roles: Iterable[Role], entry: Entry) -> Role | None:
    """Whose line an entry is, by name or alias; a narrator says what is narrated."""
    for role in roles:
        if role.narrator and entry.kind == "narration":
            return role
        if entry.speaker and entry.speaker in (role.name, *role.aliases):
            return role
    return None
