"""A session being played: what the person does, put in order. Owns the session and its journal.

It draws nothing on a screen and knows no model but through the `Backend` it is handed.
"""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from characters.knowledge import Shelf
from models.backend import Backend, Progress, Prompt
from scenes.log import Entry, parse
from scenes.note import Note
from scenes.prompt import build_prompt, prime
from scenes.scene import Role, Scene
from scenes.table.draw import Update, draw_lines, line_sampling
from scenes.table.hand import Asked, Hand, Place
from scenes.table.journal import Journal
from scenes.table.knowledge import TableKnowledge
from scenes.table.lines import body_of as body_of
from scenes.table.lines import edited_entry, entry_of, lines_of
from scenes.table.session import Draw, Session, Turn
from scenes.turns import candidates_to_speak, next_speaker

SEED_STEP = 104729
"""What a place further on adds to a seed that was asked for, so that more is another draw."""


class Play:
    """What can be done at the table. Raises `KnownError` where it cannot, and then nothing is."""

    def __init__(self, session: Session, journal: Journal) -> None:
        self.session = session
        self.journal = journal
        self.notices: list[str] = journal.notices
        self.asked: dict[str, Any] = {}
        """What the person asks of `Sampling`, before what the scene says."""
        self.next: Role | None = None
        self.knowledge = TableKnowledge(session.scene)
        self.turned()

    @classmethod
    def start(cls, scene: Scene, role: str | None, folder: Path | None = None) -> "Play":
        """A new session of `scene` with the player as `role` (`None` watches)."""
        name = scene.role(role).name if role else None
        journal = Journal.create(scene.name, folder)
        try:
            opening = [entry for entry in parse(scene.opening) if entry.kind != "comment"]
            session = Session.start(scene, name, opening, journal.id, journal.append)
        except BaseException:
            journal.close()
            raise
        return cls(session, journal)

    @classmethod
    def resume(cls, path: Path) -> "Play":
        """The session whose journal is at `path`, where it was left."""
        journal, events = Journal.open(path)
        try:
            return cls(Session.replay(events, journal.append), journal)
        except KnownError as error:
            journal.close()
            problem = error.args[0]
            raise KnownError(_("{where}: {problem}", where=path.name, problem=problem)) from error
        except BaseException:
            journal.close()
            raise

    def close(self) -> None:
        self.journal.close()
        self.knowledge.close()

    def leave(self) -> None:
        """Close a session; of one that was begun here and only then opened, no file is kept."""
        if self.journal.just_begun:
            self.discard()
        else:
            self.close()

    def discard(self) -> None:
        """Close a session in which nothing was said, and keep no file of it."""
        self.journal.discard()
        self.close()

    @property
    def scene(self) -> Scene:
        return self.session.scene

    @property
    def player(self) -> Role | None:
        return self.scene.role(self.session.role) if self.session.role else None

    # --- whose turn ---

    def turned(self) -> None:
        """After any change of where the play stands: who is next, and the readable log."""
        self.next = next_speaker(self.scene, self.session.path, self.session.role)
        try:
            self.journal.save_log(self.session)
        except KnownError as error:
            self.notices.append(str(error))

    def cycle(self, step: int = 1) -> Role | None:
        """Choose the next one of the roles that a model plays."""
        roles = candidates_to_speak(self.scene, self.session.role)
        if not roles:
            return None
        at = roles.index(self.next) if self.next in roles else -(step > 0)
        self.next = roles[(at + step) % len(roles)]
        return self.next

    @property
    def model_is_next(self) -> bool:
        return self.next is not None and self.next.name != self.session.role

    # --- saying ---

    def say(self, text: str) -> list[Turn]:
        """Speak as the player, a turn a line; a `名字：` of the cast speaks as that role."""
        return self.say_entries(self.entries(text))

    def entries(self, text: str) -> list[Entry]:
        """What a text means when the player says it; nothing is said yet."""
        return [self.entry(line, self.player) for line in lines_of(text)]

    def say_entries(self, entries: Iterable[Entry]) -> list[Turn]:
        turns = self.session.say_all(entries)
        if turns:
            self.turned()
        return turns

    def entry(self, text: str, role: Role | None) -> Entry:
        """The entry that a line means when `role` says it, as `scenes.table.lines` reads it."""
        entry = entry_of(self.scene, text, role)
        self._mention_unknown_emotion(entry)
        return entry

    def _mention_unknown_emotion(self, entry: Entry) -> None:
        """Mention an emotion that is none of the scene's; it is kept as it is."""
        labels = set(self.scene.emotions).union(*(role.emotions for role in self.scene.cast))
        if entry.emotion and entry.emotion not in labels:
            hint = nearest(entry.emotion, labels)
            self.notices.append(
                _(
                    "\\emoji {emotion} is not in this scene's list{hint}",
                    emotion=entry.emotion,
                    hint=hint,
                )
            )

    # --- drawing ---

    def hand(self, backend: Backend, wanted: Role | Asked) -> Hand:
        """An empty hand for a draw of a line; of a role, where the play stands."""
        asked = Asked(wanted, self.session.head) if isinstance(wanted, Role) else wanted
        sampling = line_sampling(self.scene, asked.speaker, self.asked)
        return Hand(
            asked.speaker,
            backend.name,
            sampling,
            after=asked.after,
            context=backend.context,
            begun=asked.begun,
            continues=asked.continues,
        )

    def deal(self, backend: Backend, hand: Hand) -> tuple[int, Generator[Update]]:
        """Begin to draw (more) candidates into `hand`: the offset of their places, and the draw.

        The history is taken now; the generator may be consumed in another thread.
        """
        speaker, sampling, offset = hand.speaker, hand.sampling, len(hand.places)
        if offset and sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + SEED_STEP * offset)
        taken = [candidate.entry for candidate in hand.complete]
        if not offset:
            self.session.inject(self.notes_for(backend, speaker, hand.after), hand.after)
        history = self.session.history_at(hand.after)
        hand.places += [Place() for __ in range(sampling.n)]
        updates = draw_lines(
            backend, self.scene, history, speaker, sampling, speaker.adapter, taken, hand.begun
        )
        return offset, self._with_notices(backend, updates)

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
        entries = self.session.history
        sampling = line_sampling(self.scene, speaker, self.asked)

        def read() -> Generator[Progress]:
            prime(backend, self.scene, entries)
            prompt = build_prompt(
                self.scene, entries, speaker, backend.context, sampling.max_tokens, backend.count
            )
            yield from backend.prefill(prompt, speaker.adapter)

        return read()

    def prompt(self, backend: Backend, speaker: Role) -> Prompt:
        """All that the model would read for the next line of `speaker`."""
        reply = line_sampling(self.scene, speaker, self.asked).max_tokens
        notes = self.notes_for(backend, speaker, self.session.head)
        history = [*self.session.history, *notes]
        prime(backend, self.scene, history)
        return build_prompt(self.scene, history, speaker, backend.context, reply, backend.count)

    def notes_for(self, backend: Backend, speaker: Role, after: int | None) -> list[Note]:
        """The knowledge that comes up before a line by `speaker` there; nothing is written."""
        reply = line_sampling(self.scene, speaker, self.asked).max_tokens
        history, player = self.session.history_at(after), self.session.role
        notes, problems = self.knowledge.notes(backend, history, speaker, reply, player)
        self.notices += problems
        return notes

    def opening_knowledge(self) -> Generator[Shelf]:
        """Open all that may be told, for `use_knowledge`; may be consumed in another thread."""
        yield self.knowledge.opened(self.session.role)

    def use_knowledge(self, shelf: Shelf) -> None:
        """Take what was opened before the first draw; it is closed with the play."""
        self.notices += self.knowledge.use(shelf)

    def pick(
        self,
        hand: Hand,
        place: int,
        text: str | None = None,
        after: int | Literal["as drawn"] | None = "as drawn",
    ) -> Turn:
        """Take the candidate at `place`, or `text`, which it was edited to, after a turn.

        It is said there; or it replaces the line that it continues; or the play stands where it
        has been said before.
        """
        after = hand.after if after == "as drawn" else after
        candidate = hand.candidate(place)
        entry = None if text is None else self.entry(text, hand.speaker)
        draw = self.keep(hand)
        assert draw is not None
        number, line = hand.complete.index(candidate), entry or candidate.entry
        said = self._said_already(hand, number, line, after)
        if said is not None:
            self.session.go(said.id, "pick")
            turn = said
        elif hand.continues is not None and self._is_here(hand.continues):
            turn = self.session.edit(hand.continues, line, draw, number)
        else:
            turn = self.session.pick(draw, number, entry, after)
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

    def _is_here(self, turn: int) -> bool:
        return any(each.id == turn for each in self.session.path)

    def keep(self, hand: Hand) -> Draw | None:
        """Remember a hand, also one from which nothing was picked; an empty one is nothing."""
        candidates = tuple(hand.complete)
        if candidates and (hand.kept is None or hand.kept.candidates != candidates):
            hand.kept = self.session.keep(hand.draw())
            hand.draws.add(hand.kept.id)
        return hand.kept

    # --- going back and forth ---

    def undo(self) -> bool:
        return self._moved(self.session.undo())

    def redo(self) -> bool:
        return self._moved(self.session.redo())

    def go(self, turn: int) -> None:
        self.session.go(turn)
        self.turned()

    def edited(self, turn: Turn, text: str) -> Entry:
        """What `text` means in place of a turn; nothing is said yet."""
        entry = edited_entry(self.scene, turn.entry, text)
        self._mention_unknown_emotion(entry)
        return entry

    def edit(self, turn: Turn, what: str | Entry) -> Turn:
        """Say another thing at a turn of this branch; the old line stays on its own branch."""
        entry = self.edited(turn, what) if isinstance(what, str) else what
        edited = self.session.edit(turn.id, entry)
        self.turned()
        return edited

    def delete(self, turn: Turn) -> None:
        """Leave out a turn of this branch; the old line stays on its own branch."""
        self.session.delete(turn.id)
        self.turned()

    def _moved(self, moved: bool) -> bool:
        if moved:
            self.turned()
        return moved
