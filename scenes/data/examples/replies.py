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
from scenes.recall import NOTHING_RECALLED, Recalled, may_read, read_by, recap_head, recap_line
from scenes.scene import Role
from scenes.steering import UNSTEERED, Steering, room, steered
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
    steered: bool = False
    """Whether what steered a draw stands in its prompt, as it did in play: the line to the director
    and the author's note. Else a prompt is of the log alone."""
    unrecorded: int = 0
    """Lines of which the journal does not say what the model had read."""
    shortened: int = 0
    """Lines whose prompt in play was longer than the bounds allow."""
    _before: Turn | None = None
    """The turn whose history is held: that of the next one on its branch only goes on from it."""
    _history: History = field(init=False)
    _turns: list[Turn | None] = field(init=False, default_factory=list)
    """The turn that each line of the history is; `None` for a note."""
    _reader: tuple[str, frozenset[str]] = ("", frozenset())
    """Whose history is held, where that matters, and which facts were forgotten in it."""
    _leads: dict[int, int] = field(init=False, default_factory=dict)
    """How many lines of a prompt stand for what was cut, by the turn that it is for."""

    def __post_init__(self) -> None:
        self._stable = stable_part(self.session.scene)
        self._history = History(self.bounds.count)

    def before(self, turn: Turn, role: Role) -> Prompt:
        """What stood before `turn`, a line of `role`.

        Raises `KnownError` where the journal does not say it and the scene leaves no room.
        """
        draw = self._draw_before(turn)
        history = self._history_before(self._as_drawn(turn), role)
        if draw is None or draw.dropped is None:
            self.unrecorded += 1
            return self._cut(turn, history, role, UNSTEERED)
        steering = draw.steering if self.steered and turn.draw == draw.id else UNSTEERED
        budget = draw.budget if draw.tokenizer == self.bounds.tokenizer else 0
        lead = self._lead(draw.recalled, history)
        self._leads[turn.id] = len(_lines(lead))
        prompt = prompt_without(self._stable, history, role, draw.dropped, budget, lead)
        prompt = steered(prompt, steering, self.session.scene.language)
        if self._fits(prompt):
            return prompt
        self.shortened += 1
        return self._cut(turn, history, role, steering)

    def is_recorded(self, turn: Turn) -> bool:
        """Whether the journal says what a model had read before `turn`."""
        draw = self._draw_before(turn)
        return draw is not None and draw.dropped is not None

    def lines_of(self, prompt: Prompt, turn: Turn) -> Sequence[HistoryLine]:
        """The history of a prompt that `before` has made for `turn`, a line each."""
        texts, told = _lines(prompt.history), self._leads.get(turn.id, 0)
        turns = self._turns[len(self._turns) - len(texts) + told :]
        of_lines = [*[None] * told, *turns]
        return [HistoryLine(*each) for each in zip(texts, of_lines, strict=True)]

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

    def _history_before(self, turn: Turn, role: Role) -> History:
        """What a model read for a turn, which mostly goes on from what it read for the last."""
        reader = self._reading(turn, role)
        if reader != self._reader:
            self._before, self._reader = None, reader
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
            if may_read(self._reader[0], note) and note.key not in self._reader[1]:
                self._add(note, None)

    def _notes(self, turn: Turn, draw: int | None = None) -> list[Note]:
        return list(self.session.notes_after(turn.parent, turn.id, draw))

    def _add(self, entry: Entry, turn: Turn | None) -> None:
        if entry.kind != "comment":
            self._history.add(entry)
            self._turns.append(turn)

    def _reading(self, turn: Turn, role: Role) -> tuple[str, frozenset[str]]:
        """Whose history a prompt has, and what was forgotten in it: nothing of that matters where
        no fact was pinned."""
        memory, turns = self.session.memory, self.session.turns
        if not memory.facts:
            return "", frozenset()
        return role.name, memory.gone(turns, self.session.path_before(turn), turn.id)

    def _lead(self, recalled: Recalled, history: History) -> str:
        """What stood in the place of what a draw had cut."""
        if not recalled:
            return ""
        head = recap_head(self.session.scene.language)
        known = self.session.memory.summaries
        texts = (
            (head + known[number - 1].text)[:kept]
            for number, kept in recalled.summaries
            if 0 < number <= len(known)
        )
        opening = history.lead(Recalled(recalled.opening))
        return opening + "".join(map(recap_line, texts))

    def _cut(self, turn: Turn, history: History, role: Role, steering: Steering) -> Prompt:
        scene, bounds = self.session.scene, self.bounds
        budget = history_budget(scene, bounds.context, self.longest, bounds.count)
        beside = room(steering, scene, budget, bounds.count)
        recalled = NOTHING_RECALLED
        if self.session.memory.summaries:
            entries = read_by(role, self.session.history_before(self._as_drawn(turn).id))
            history = History(bounds.count, entries, scene.memory.share)
            recalled = history.reading(budget, beside).recalled
        self._leads[turn.id] = len(_lines(history.lead(recalled)))
        prompt = prompt_after(self._stable, history, role, budget, beside)
        return steered(prompt, steering, scene.language)

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
