"""What a play has drawn and takes of it: hands filled by a `Backend`, kept, and picked from."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from models.backend import Backend, Progress, Prompt
from scenes.constants import all_of, left_out, without_any
from scenes.injection import SAID
from scenes.log import Entry
from scenes.note import Note
from scenes.owned import owned
from scenes.prompt import (
    History,
    build_prompt,
    history_budget,
    prime,
    secret_part,
    stable_part,
)
from scenes.scene import Role
from scenes.steering import room
from scenes.table.draw import Cost, Cut, Done, Update, draw_lines
from scenes.table.draws import Candidate
from scenes.table.form import read_line
from scenes.table.hand import Asked, Hand, Place
from scenes.table.inspect import Made
from scenes.table.play_steering import PlaySteering
from scenes.table.ranking import pooled
from scenes.table.reading import ReadFrom, reading_of
from scenes.table.seeing import Told, read_by, told_at, turns_read
from scenes.table.session import Draw, Turn
from scenes.table.voice import adapter_for

if TYPE_CHECKING:
    from characters.knowledge import Shelf

SEED_STEP = 104729
"""What a place further on adds to a seed that was asked for, so that more is another draw."""


class PlayHands(PlaySteering):
    """The part of a play that has to do with models."""

    notices: list[str]

    def turned(self) -> None:
        """After any change of where the play stands."""
        raise NotImplementedError

    def bring_back(self, entries: Iterable[Entry]) -> None:
        """Whoever speaks is there again."""
        raise NotImplementedError

    def entry(self, text: str, role: Role | None, kept: str = "") -> Entry:
        """The entry that a line means when `role` says it."""
        raise NotImplementedError

    def hand(self, backend: Backend, wanted: Role | Asked) -> Hand:
        """An empty hand for a draw of a line; of a role, where the play stands."""
        asked = Asked(wanted, self.session.head) if isinstance(wanted, Role) else wanted
        self.model = backend.name
        sampling = pooled(self.sampling_of(asked.speaker), backend.name)
        return Hand(
            asked.speaker,
            backend.name,
            sampling,
            after=asked.after,
            context=backend.context,
            begun=asked.begun,
            continues=asked.continues,
            steering=self.steering_for(asked),
        )

    def deal(self, backend: Backend, hand: Hand) -> tuple[int, Generator[Update]]:
        """Begin to draw (more) candidates into `hand`: the offset of their places, and the draw.

        The history is taken now; the generator may be consumed in another thread.
        """
        history = (
            read_by(self.session, hand.speaker, hand.after)
            if hand.places
            else self.history_for(hand, backend)
        )
        return len(hand.places), self.draw(backend, hand, history)

    def history_for(self, hand: Hand, backend: Backend) -> list[Entry]:
        """What the model reads for an empty hand: what its role saw; the knowledge that comes up
        is written down."""
        self.session.inject(self.notes_for(backend, hand.speaker, hand.after), hand.after)
        return read_by(self.session, hand.speaker, hand.after)

    def draw(self, backend: Backend, hand: Hand, history: Sequence[Entry]) -> Generator[Update]:
        """Lay out places of a hand, and draw for them after `history`."""
        speaker, sampling, offset = hand.speaker, hand.sampling, len(hand.places)
        if speaker.unknown and not self.finds_answer(backend, speaker, history):
            return self._not_known(hand)
        if offset and sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + SEED_STEP * offset)
        taken = [candidate.entry for candidate in hand.complete]
        if offset:  # who wants more wants them as they come
            sampling, hand.unfolded = replace(sampling, draw=0), True
        hand.places += [Place() for __ in range(max(sampling.n, sampling.draw))]
        hand.adapter = adapter_for(speaker, backend)
        ways = hand.adapter, taken, hand.begun, hand.steering, self.ranker
        self._tell_left_out(backend)
        updates = draw_lines(backend, self.told_scene, history, speaker, sampling, *ways)
        return self._with_notices(backend, updates)

    def finds_answer(self, backend: Backend, speaker: Role, history: Sequence[Entry]) -> bool:
        """Whether the knowledge of a role has anything of the last line, where that is another's;
        also what was told before. Raises `KnownError`."""
        said = [entry for entry in history if entry.kind in SAID and not isinstance(entry, Note)]
        if not said or said[-1].speaker == speaker.name:
            return True
        paths = self.told((*speaker.knowledge, *self.scene.knowledge))
        asked = said[-1:], speaker, self.sampling_of(speaker).max_tokens
        off = self.session.tuning.off_entries
        notes, __ = self.knowledge.notes(backend, *asked, self.session.role, paths, off)
        return bool(notes)

    def _not_known(self, hand: Hand) -> Generator[Update]:
        """The one line of a role whose knowledge has nothing; no model is asked."""
        entry = read_line(hand.speaker, hand.speaker.unknown)
        if not hand.places and entry is not None:
            hand.sampling = replace(hand.sampling, n=1, draw=1)
            hand.places.append(Place())
            yield Done(0, Candidate(entry))
        yield Cost(0, 0, 0, 0.0, 0.0)

    def _tell_left_out(self, backend: Backend) -> None:
        """Say once of which constant entries of lorebooks a model has no room to read."""
        scene = self.told_scene
        if not all_of(scene):
            return
        others = backend.count(stable_part(without_any(scene)))
        for line in left_out(all_of(scene), backend.context, backend.count, others):
            if line not in self._left_out:
                self._left_out.add(line)
                self.notices.append(line)

    @cached_property
    def _left_out(self) -> set[str]:
        """What was said of that."""
        return set()

    def _with_notices(self, backend: Backend, updates: Generator[Update]) -> Generator[Update]:
        """The draw, and afterwards what the backend has to say of it."""
        try:
            with closing(updates):
                yield from updates
        finally:
            self.notices += backend.notices
            backend.notices.clear()

    def warming(self, backend: Backend, speaker: Role) -> Generator[Progress]:
        """Have the model read what has been said so far, for the next line of `speaker`."""
        entries = read_by(self.session, speaker, self.session.head)
        reply, steering = self.sampling_of(speaker).max_tokens, self.standing
        scene = self.told_scene

        def read() -> Generator[Progress]:
            prime(backend, scene, entries)
            bounds = backend.context, reply, backend.count
            prompt = build_prompt(scene, entries, speaker, *bounds, steering)
            yield from backend.prefill(prompt, adapter_for(speaker, backend))

        return read()

    def prompt(self, backend: Backend, speaker: Role) -> Prompt:
        """All that the model would read for the next line of `speaker`."""
        return self.made(backend, speaker).prompt

    def made(self, backend: Backend, speaker: Role, director: str = "") -> Made:
        """The same, and what it is made of, of a line drawn once more with its own `director`;
        nothing is written down."""
        sampling, head = self.sampling_of(speaker), self.session.head
        seen = told_at(self.session, head)
        notes = self.notes_in(seen, backend, speaker)
        history = [*seen.by(speaker), *notes]
        steering = self.steering_for(Asked(speaker, head, director=director))
        scene = self.told_scene
        prime(backend, scene, history)
        bounds = backend.context, sampling.max_tokens, backend.count
        prompt = build_prompt(scene, history, speaker, *bounds, steering)
        budget = history_budget(scene, *bounds)
        told = prompt, history, turns_read(self.session, speaker), notes
        own = secret_part(speaker), speaker
        return Made(*told, steering, sampling, backend.context, budget, *own)

    def reading(self, backend: Backend, speaker: Role) -> ReadFrom:
        """Where the model would begin to read for the next line of `speaker`, and what it would
        read of the time before. Raises `KnownError`."""
        seen = told_at(self.session, self.session.head)
        notes = self.notes_in(seen, backend, speaker)
        history = [*seen.by(speaker), *notes]
        prime(backend, self.told_scene, history)
        reply = self.sampling_of(speaker).max_tokens
        budget = history_budget(self.told_scene, backend.context, reply, backend.count)
        said = History(backend.count, history, self.scene.memory.share, self.scene.memory.turns)
        beside = room(self.standing, self.scene, budget, backend.count)
        cut = Cut(budget - beside, *said.reading(budget, beside))
        return reading_of(self.session, cut, speaker, notes=notes)

    def history_ahead(
        self, backend: Backend, speaker: Role, said: Sequence[Entry] = ()
    ) -> list[Entry]:
        """What the model would read for `speaker` after `said` were said here; nothing is
        written."""
        told = told_at(self.session, self.session.head).and_then(said)
        return [*told.by(speaker), *self.notes_in(told, backend, speaker)]

    def notes_for(self, backend: Backend, speaker: Role, after: int | None) -> list[Note]:
        """The knowledge that comes up before a line by `speaker` there; nothing is written."""
        return self.notes_in(told_at(self.session, after), backend, speaker)

    def notes_in(self, told: Told, backend: Backend, speaker: Role) -> list[Note]:
        """The knowledge that comes up before a line by `speaker`; what comes up for them alone is
        for them alone."""
        reply, player = self.sampling_of(speaker).max_tokens, self.session.role

        def brought_up(history: Sequence[Entry], reader: Role) -> list[Note]:
            paths = self.told((*reader.knowledge, *self.scene.knowledge))
            told_with = backend, history, reader, reply, player, paths
            notes, problems = self.knowledge.notes(*told_with, self.session.tuning.off_entries)
            self.notices += [one for one in problems if one not in self.notices]
            return notes

        return owned(brought_up, self.scene, speaker, told.by(speaker), told.by_all)

    def opening_knowledge(self) -> Generator["Shelf"]:
        """Open all that may be told, for `use_knowledge`; may be consumed in another thread."""
        yield self.knowledge.opened(self.session.role)

    def use_knowledge(self, shelf: "Shelf") -> None:
        """Take what was opened before the first draw; it is closed with the play."""
        self.notices += self.knowledge.use(shelf)

    def pick(
        self,
        hand: Hand,
        place: int,
        text: str | None = None,
        after: int | Literal["as drawn"] | None = "as drawn",
        unattended: bool = False,
    ) -> Turn:
        """Take the candidate at `place`, or `text`, which it was edited to, after a turn.

        It is said there; or it replaces the line that it continues; or the play stands where it
        has been said before.
        """
        after = hand.after if after == "as drawn" else after
        candidate = hand.candidate(place)
        entry = None if text is None else self.entry(text, hand.speaker, candidate.entry.emotion)
        draw = self.keep(hand)
        assert draw is not None
        number, line = hand.complete.index(candidate), entry or candidate.entry
        self.bring_back([line])
        said = self._said_already(hand, number, line, after)
        if said is not None:
            self.session.go(said.id, "pick")
            turn = said
        elif hand.continues is not None and self.session.is_on_path(hand.continues):
            turn = self.session.edit(hand.continues, line, draw, number)
        else:
            turn = self.session.pick(draw, number, entry, after, unattended)
        self.turned()
        return turn

    def _said_already(
        self, hand: Hand, candidate: int, line: Entry, after: int | None
    ) -> Turn | None:
        return next(
            (
                turn
                for turn in self.session.branches_at(after)
                if turn.draw in hand.draws and turn.candidate == candidate and turn.entry == line
            ),
            None,
        )

    def keep(self, hand: Hand) -> Draw | None:
        """Remember a hand, also one from which nothing was picked; an empty one is nothing."""
        candidates = tuple(hand.complete)
        if candidates and (hand.kept is None or hand.kept.candidates != candidates):
            hand.kept = self.session.keep(hand.draw())
            hand.draws.add(hand.kept.id)
        return hand.kept
