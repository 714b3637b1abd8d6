"""The lines of a session with the prompts that play gave for them.

Where a draw says how it was made, the prompt is its own, to the byte, whatever has been undone or
edited since; a line that was typed takes the cut of the draw before it. In journals that do not say
so, the history is cut to the budget that is asked for.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from models.backend import Prompt
from scenes.data.examples.prompts import Bounds
from scenes.dice.log_form import tells_of_roll
from scenes.log import Entry
from scenes.prompt import (
    MARGIN,
    Count,
    History,
    history_budget,
    prompt_after,
    prompt_without,
    secret_part,
    stable_within,
)
from scenes.recall import NOTHING_RECALLED, Recalled, Recap, recap_head, recap_line
from scenes.scene import Role
from scenes.steering import UNSTEERED, Steering, room, steered
from scenes.table.draws import Draw
from scenes.table.seeing import told_before
from scenes.table.session import Session, Turn
from scenes.view import NOBODY, Missing, seen_by


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
    _read: dict[str, "_Reading"] = field(init=False, default_factory=dict)
    """What each role has read, by its name; all together where nothing is kept from anybody."""

    _leads: dict[int, int] = field(init=False, default_factory=dict)
    """How many lines of a prompt stand for what was cut, by the turn that it is for."""

    def __post_init__(self) -> None:
        self._stable = stable_within(self.session.scene, self.bounds.context, self.bounds.count)
        self._hides = _hides(self.session)

    def before(self, turn: Turn, role: Role) -> Prompt:
        """What stood before `turn`, a line of `role`.

        Raises `KnownError` where the journal does not say it and the scene leaves no room.
        """
        draw, drawn = self._draw_before(turn), self._as_drawn(turn)
        history = self._reading(drawn, role).history
        if draw is None or draw.dropped is None:
            self.unrecorded += 1
            return self._cut(turn, history, role, UNSTEERED)
        steering = draw.steering if self.steered and turn.draw == draw.id else UNSTEERED
        budget = draw.budget if draw.tokenizer == self.bounds.tokenizer else 0
        lead = self._lead(draw, history, drawn, role)
        self._leads[turn.id] = len(_lines(lead))
        dropped = self._dropped(draw.dropped, draw.speaker, drawn, role)
        prompt = prompt_without(self._stable, history, role, dropped, budget, lead)
        prompt = steered(prompt, steering, self.session.scene.language, secret_part(role))
        if self._fits(prompt):
            return prompt
        self.shortened += 1
        return self._cut(turn, history, role, steering)

    def is_recorded(self, turn: Turn) -> bool:
        """Whether the journal says what a model had read before `turn`."""
        draw = self._draw_before(turn)
        return draw is not None and draw.dropped is not None

    def lines_of(self, prompt: Prompt, turn: Turn, role: Role) -> Sequence[HistoryLine]:
        """The history of a prompt that `before` has made for `turn` of `role`, a line each."""
        secret, told = secret_part(role), self._leads.get(turn.id, 0)
        texts = _lines(prompt.history.removesuffix(secret))
        known = self._reading(self._as_drawn(turn), role).turns
        turns = [*[None] * told, *known[len(known) - len(texts) + told :]]
        last = [HistoryLine(secret, None)] if secret else []
        return [*(HistoryLine(*each) for each in zip(texts, turns, strict=True)), *last]

    def _dropped(self, dropped: int, speaker: str, turn: Turn, role: Role) -> int:
        """How many lines of what `role` read were cut where so many were of what `speaker` did."""
        drawn = next((r for r in self.session.scene.cast if r.name == speaker), role)
        if not self._hides or drawn.name == role.name:
            return dropped
        places = self._reading(turn, drawn).places
        cut = places[dropped] if dropped < len(places) else (places[-1] + 1 if places else 0)
        return bisect_left(self._reading(turn, role).places, cut)

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

    def _reading(self, turn: Turn, role: Role) -> "_Reading":
        """What a role read for a turn, which mostly goes on from what it read for the last."""
        reader, name = (role, role.name) if self._hides else (None, "")
        gone, read = self._gone(turn), self._read.get(name)
        if read is not None and read.gone != gone:
            read = None
        if read is not None and turn.id == read.before.id:
            return read
        path = [turn]
        while path[-1].parent is not None and (read is None or path[-1] is not read.before):
            path.append(self.session.turns[path[-1].parent])
        if read is not None and path[-1] is read.before:
            path.pop()
            read.take(read.before.entry, read.before)
        else:
            read = self._read[name] = _Reading(self.session, reader, self.bounds.count, turn, gone)
        for each in path[:0:-1]:
            read.come_to(each)
            read.take(each.entry, each)
        read.before = turn
        if not read.come_to(turn, turn.draw):
            del self._read[name]  # what comes next has read of more
        return read

    def _gone(self, turn: Turn) -> frozenset[str]:
        """The facts that were forgotten before a turn."""
        memory = self.session.memory
        if not memory.facts:
            return frozenset()
        return memory.gone(self.session.turns, self.session.path_to(turn.parent), turn.id)

    def _lead(self, draw: Draw, history: History, turn: Turn, role: Role) -> str:
        """What stood in the place of what a draw had cut, as far as `role` may read it."""
        if not draw.recalled:
            return ""
        head = recap_head(self.session.scene.language)
        texts = {one.number: head + one.text for one in self.session.memory.summaries}
        if draw.speaker != role.name:
            read = told_before(self.session, turn.id).by(role)
            may = {one.number for one in read if isinstance(one, Recap)}
            texts = {number: text for number, text in texts.items() if number in may}
        opening = history.lead(Recalled(draw.recalled.opening))
        told = (texts[one][:kept] for one, kept in draw.recalled.summaries if one in texts)
        return opening + "".join(map(recap_line, told))

    def _cut(self, turn: Turn, history: History, role: Role, steering: Steering) -> Prompt:
        scene, bounds = self.session.scene, self.bounds
        budget = history_budget(scene, bounds.context, self.longest, bounds.count)
        beside = room(steering, scene, budget, bounds.count)
        recalled = NOTHING_RECALLED
        if self.session.memory.summaries:
            entries = told_before(self.session, self._as_drawn(turn).id).by(role)
            history = History(bounds.count, entries, scene.memory.share, scene.memory.turns)
            recalled = history.reading(budget, beside).recalled
        self._leads[turn.id] = len(_lines(history.lead(recalled)))
        prompt = prompt_after(self._stable, history, role, budget, beside)
        return steered(prompt, steering, scene.language, secret_part(role))

    def _fits(self, prompt: Prompt) -> bool:
        if not self.bounds.shortens_recorded:
            return True
        parts = (prompt.stable, prompt.cue, *_lines(prompt.history))
        tokens = sum(map(self.bounds.count, parts))
        return tokens + self.longest + MARGIN <= self.bounds.context


@dataclass
class _Reading:
    """What one role has read up to a turn, line by line; `None` reads all."""

    session: Session
    reader: Role | None
    count: Count
    before: Turn
    """The turn whose history this is: that of the next one on its branch only goes on from it."""
    gone: frozenset[str] = frozenset()
    """The facts that were forgotten."""
    turns: list[Turn | None] = field(default_factory=list)
    """The turn that each line is; `None` for a note."""
    places: list[int] = field(default_factory=list)
    """Where each line stands among all that was told."""
    told: int = 0
    missing: Missing = NOBODY

    def __post_init__(self) -> None:
        self.history = History(self.count)

    def come_to(self, turn: Turn, draw: int | None = None) -> bool:
        """Take what stood before a turn when it was said that nobody said, and see who is there;
        of a draw, only what stood there when it was made. Whether that is all."""
        seats, turns = self.session.seats, self.session.turns
        if self.reader is not None:
            self.missing = seats.missing_at(turns, turn.parent, turn.id)
        told = list(self.session.notes_after(turn.parent, turn.id))
        read = list(self.session.notes_after(turn.parent, turn.id, draw)) if draw else told
        for note in read:
            if note.key not in self.gone:
                self.take(note, None)
        return read == told

    def take(self, entry: Entry, turn: Turn | None) -> None:
        """Take what is told next, as far as the reader sees it."""
        self.told += 1
        private = self.session.scene.thoughts == "private"
        seen = seen_by(entry, self.missing, self.reader, private) if self.reader else entry
        if seen is not None and seen.kind != "comment":
            self.history.add(seen)
            self.turns.append(turn)
            self.places.append(self.told)


def _hides(session: Session) -> bool:
    """Whether anything in a session is not for all of the cast."""
    return (
        session.seats.hides
        or session.scene.thoughts == "private"
        or any(turn.entry.to for turn in session.turns.values())
        or any(one.to for all in session.notes.values() for told in all for one in told.notes)
    )


def _lines(history: str) -> list[str]:
    """The lines of a history, each with its newline."""
    return [f"{line}\n" for line in history.split("\n")[:-1]]


def role_saying(roles: Iterable[Role], entry: Entry) -> Role | None:
    """Whose line an entry is, by name or alias; a narrator says what is narrated, but for what the
    dice said."""
    for role in roles:
        if role.narrator and entry.kind == "narration" and not tells_of_roll(entry.text):
            return role
        if entry.speaker and entry.speaker in (role.name, *role.aliases):
            return role
    return None
