"""A session being played: what the person does, put in order. Owns the session and its journal.

It draws nothing on a screen and knows no model but through the `Backend` it is handed.
"""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from characters.knowledge import Shelf
from models.backend import Backend, Progress, Prompt
from scenes.log import Entry, parse
from scenes.note import Note
from scenes.prompt import build_prompt, prime
from scenes.scene import Role, Scene
from scenes.table.draw import Update, draw_lines, line_sampling
from scenes.table.hand import Hand, Place
from scenes.table.journal import Journal
from scenes.table.knowledge import TableKnowledge
from scenes.table.lines import body_of as body_of
from scenes.table.lines import check_emotion, edited_entry, entry_of, lines_of
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

    def entry(self, text: str, role: Role | None, kept: str = "") -> Entry:
        """The entry that a line means when `role` says it, as `scenes.table.lines` reads it;
        `kept` is an emotion that it may have though the scene does not know it."""
        entry = entry_of(self.scene, text, role)
        check_emotion(self.scene, entry, kept)
        return entry

    # --- drawing ---

    def hand(self, backend: Backend, speaker: Role) -> Hand:
        """An empty hand for a draw of `speaker`'s next line."""
        sampling = line_sampling(self.scene, speaker, self.asked)
        head, context = self.session.head, backend.context
        return Hand(speaker, backend.name, sampling, after=head, context=context)

    def deal(self, backend: Backend, hand: Hand) -> tuple[int, Generator[Update]]:
        """Begin to draw (more) candidates into `hand`: the offset of their places, and the draw.

        The history is taken now; the generator may be consumed in another thread.
        """
        speaker, sampling, offset = hand.speaker, hand.sampling, len(hand.places)
        if offset and sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + SEED_STEP * offset)
        taken = [candidate.entry for candidate in hand.complete]
        if not offset:
            self.session.inject(self.notes_for(backend, speaker))
        history = self.session.history
        hand.places += [Place() for __ in range(sampling.n)]
        updates = draw_lines(
            backend, self.scene, history, speaker, sampling, speaker.adapter, taken
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
        history = [*self.session.history, *self.notes_for(backend, speaker)]
        prime(backend, self.scene, history)
        return build_prompt(self.scene, history, speaker, backend.context, reply, backend.count)

    def notes_for(self, backend: Backend, speaker: Role) -> list[Note]:
        """The knowledge that comes up now, before a line by `speaker`; nothing is written."""
        reply = line_sampling(self.scene, speaker, self.asked).max_tokens
        history, player = self.session.history, self.session.role
        notes, problems = self.knowledge.notes(backend, history, speaker, reply, player)
        self.notices += problems
        return notes

    def opening_knowledge(self) -> Generator[Shelf]:
        """Open all that may be told, for `use_knowledge`; may be consumed in another thread."""
        yield self.knowledge.opened(self.session.role)

    def use_knowledge(self, shelf: Shelf) -> None:
        """Take what was opened before the first draw; it is closed with the play."""
        self.notices += self.knowledge.use(shelf)

    def pick(self, hand: Hand, place: int, text: str | None = None) -> Turn:
        """Take the candidate at `place` as the next turn, or `text`, which it was edited to."""
        if hand.after != self.session.head:
            raise KnownError(_("the play has moved on since these lines were drawn; draw again"))
        candidate = hand.candidate(place)
        entry = None if text is None else self.entry(text, hand.speaker, candidate.entry.emotion)
        draw = self.keep(hand)
        assert draw is not None
        turn = self.session.pick(draw, hand.complete.index(candidate), entry)
        self.turned()
        return turn

    def keep(self, hand: Hand) -> Draw | None:
        """Remember a hand, also one from which nothing was picked; an empty one is nothing."""
        candidates = tuple(hand.complete)
        if candidates and (hand.kept is None or hand.kept.candidates != candidates):
            hand.kept = self.session.keep(hand.draw())
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
        check_emotion(self.scene, entry, turn.entry.emotion)
        return entry

    def edit(self, turn: Turn, what: str | Entry) -> Turn:
        """Say another thing at a turn of this branch; the old line stays on its own branch."""
        entry = self.edited(turn, what) if isinstance(what, str) else what
        edited = self.session.edit(turn.id, entry)
        self.turned()
        return edited

    def _moved(self, moved: bool) -> bool:
        if moved:
            self.turned()
        return moved
