"""A session being played: what the person does, put in order. Owns the session and its journal.

It draws nothing on a screen and knows no model but through the `Backend` it is handed.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from base.text import UNPRINTABLE, is_blank, unprintable
from models.backend import Backend, Progress, Prompt, Sampling
from scenes.embedding import embedder
from scenes.log import SPOKEN, Entry, cue, parse, write
from scenes.note import Note
from scenes.prompt import build_prompt, history_budget, prime
from scenes.scene import Role, Scene
from scenes.table.draw import Cost, Drawn, Grown, Refused, Update, draw_lines, line_sampling
from scenes.table.journal import Journal
from scenes.table.session import Candidate, Draw, Session, Turn
from scenes.turns import candidates_to_speak, next_speaker

if TYPE_CHECKING:
    from characters.knowledge import Shelf


@dataclass
class Place:
    """One candidate's place in a hand: growing, complete, or given up."""

    text: str = ""
    candidate: Candidate | None = None
    why: str = ""
    """Why it was refused, while it is drawn again or given up."""
    over: bool = False
    """Whether nothing more comes."""


@dataclass
class Hand:
    """The candidates of one draw, as they come."""

    speaker: Role
    model: str
    sampling: Sampling
    places: list[Place] = field(default_factory=list)
    cost: Cost | None = None
    after: int | None = None
    """The turn that they would follow."""
    kept: Draw | None = None
    """What the session remembers of it."""

    def update(self, update: Update, offset: int = 0) -> int | None:
        """Take what a draw tells, its places counted from `offset`; the place it changed."""
        match update:
            case Cost():
                self.cost = update
                return None
            case Grown(place, text):
                changed = Place(text)
            case Drawn(place, candidate):
                changed = Place(body_of(candidate.entry), candidate, over=True)
            case Refused(place, why, again):
                changed = Place("", None, why, over=not again)
        self.places[offset + place] = changed
        return offset + place

    def stop(self) -> None:
        """Nothing more comes: what is not complete is given up."""
        for place in self.places:
            if not place.over:
                place.text, place.over = "", True
                place.why = place.why or "stopped"

    @property
    def complete(self) -> list[Candidate]:
        return [place.candidate for place in self.places if place.candidate]


class Play:
    """What can be done at the table. Raises `KnownError` where it cannot, and then nothing is."""

    def __init__(self, session: Session, journal: Journal) -> None:
        self.session = session
        self.journal = journal
        self.notices: list[str] = journal.notices
        self.asked: dict[str, Any] = {}
        """What the person asks of `Sampling`, before what the scene says."""
        self.next: Role | None = None
        self._shelf: Shelf | None = None
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
            raise KnownError(f"{path.name}: {error}") from error
        except BaseException:
            journal.close()
            raise

    def close(self) -> None:
        self.journal.close()
        if self._shelf is not None:
            self._shelf.close()

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
        turns = self.session.say_all([self.entry(line, self.player) for line in _lines(text)])
        if turns:
            self.turned()
        return turns

    def entry(self, text: str, role: Role | None) -> Entry:
        """The entry that a line means when `role` says it.

        Plain text is speech (narration for a narrator); `\\me …`, `（…）`, `【…】` and `\\emoji x`
        are as in the log. Raises `KnownError` for a line that says nothing.
        """
        line = _one_line(text)
        names = {name: each.name for each in self.scene.cast for name in (each.name, *each.aliases)}
        alone = parse(line)
        if len(alone) == 1 and (alone[0].kind == "narration" or alone[0].speaker in names):
            entry = replace(alone[0], speaker=names.get(alone[0].speaker, ""))
        elif role is None:
            raise KnownError(
                _("you are watching: begin with 【…】 or 名字：, or Tab to choose who speaks")
            )
        elif role.narrator:
            entry = Entry("narration", line)
        else:
            (entry,) = parse(f"{cue(role.name)}{line}")
        if is_blank(entry.text):
            raise KnownError(_("nothing is said in it"))
        if code := unprintable(f"{entry.text}{entry.thought}{entry.emotion}"):
            raise KnownError(_("{code} in it; leave it out", code=code))
        self._know(entry)
        return entry

    def _know(self, entry: Entry) -> None:
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

    def hand(self, backend: Backend, speaker: Role) -> Hand:
        """An empty hand for a draw of `speaker`'s next line."""
        sampling = line_sampling(self.scene, speaker, self.asked)
        return Hand(speaker, backend.name, sampling, after=self.session.head)

    def deal(self, backend: Backend, hand: Hand) -> tuple[int, Generator[Update]]:
        """Begin to draw (more) candidates into `hand`: the offset of their places, and the draw.

        The history is taken now; the generator may be consumed in another thread.
        """
        offset = len(hand.places)
        hand.places += [Place() for __ in range(hand.sampling.n)]
        sampling = hand.sampling
        if offset and sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + 104729 * offset)
        taken = [candidate.entry for candidate in hand.complete]
        speaker = hand.speaker
        self.session.tell(self.notes_for(backend, speaker))
        history = self.session.history
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
        asked = line_sampling(self.scene, speaker, self.asked)

        def read() -> Generator[Progress]:
            prime(backend, self.scene, entries)
            prompt = build_prompt(
                self.scene, entries, speaker, backend.context, asked.max_tokens, backend.count
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
        paths = (*speaker.knowledge, *self.scene.knowledge)
        if not paths:
            return []
        from characters.knowledge import Shelf
        from scenes.injection import Told

        if self._shelf is None:
            self._shelf = Shelf(embedder)
        reply = line_sampling(self.scene, speaker, self.asked).max_tokens
        prime(backend, self.scene, self.session.history)
        budget = history_budget(self.scene, backend.context, reply, backend.count)
        told = Told(self.scene, budget, backend.count, self.session.role)
        told.add(self.session.history)
        try:
            return told.notes_for(speaker, self._shelf.of(paths))
        except KnownError as error:
            self.notices += error.problems
            return []
        finally:
            self.notices += self._shelf.take_problems()

    @property
    def knowledge_is_slow(self) -> bool:
        """Whether to open what may be told takes more than a moment: bases may need a model."""
        return any(path.suffix.lower() == ".kb" or path.is_dir() for path in self._knowledge_paths)

    def opened_knowledge(self) -> "Shelf":
        """All that may be told, open; may run in another thread, for `use_knowledge`."""
        from characters.knowledge import Shelf

        shelf = Shelf(embedder)
        shelf.prepare(self._knowledge_paths)
        return shelf

    def use_knowledge(self, shelf: "Shelf") -> None:
        """Take what was opened before the first draw; it is closed with the play."""
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = shelf
        self.notices += shelf.take_problems()

    @property
    def _knowledge_paths(self) -> list[Path]:
        roles = [role for role in self.scene.cast if role.name != self.session.role]
        return [*self.scene.knowledge, *(path for role in roles for path in role.knowledge)]

    def pick(self, hand: Hand, place: int, text: str | None = None) -> Turn:
        """Take the candidate at `place` as the next turn, or `text`, which it was edited to."""
        if hand.after != self.session.head:
            raise KnownError(_("the play has moved on since these lines were drawn; draw again"))
        candidate = hand.places[place].candidate if 0 <= place < len(hand.places) else None
        if candidate is None:
            raise KnownError(_("candidate {place} is not complete", place=place + 1))
        entry = None if text is None else self.entry(text, hand.speaker)
        draw = self.keep(hand)
        assert draw is not None
        turn = self.session.pick(draw, hand.complete.index(candidate), entry)
        self.turned()
        return turn

    def keep(self, hand: Hand) -> Draw | None:
        """Remember a hand, also one from which nothing was picked; an empty one is nothing."""
        candidates = tuple(hand.complete)
        if candidates and (hand.kept is None or hand.kept.candidates != candidates):
            hand.kept = self.session.keep(
                Draw(
                    0,
                    hand.after,
                    hand.speaker.name,
                    candidates,
                    hand.model,
                    hand.speaker.adapter,
                    hand.sampling.seed,
                )
            )
        return hand.kept

    # --- going back and forth ---

    def undo(self) -> bool:
        return self._moved(self.session.undo())

    def redo(self) -> bool:
        return self._moved(self.session.redo())

    def go(self, turn: int) -> None:
        self.session.go(turn)
        self.turned()

    def edit(self, turn: Turn, text: str) -> Turn:
        """Say `text` instead at a turn of this branch; the old line stays on its own branch."""
        edited = self.session.edit(turn.id, self._edited(turn.entry, text))
        self.turned()
        return edited

    def _edited(self, old: Entry, text: str) -> Entry:
        """What `text` means in place of `old`: of the same kind and by the same speaker, unless
        it says otherwise."""
        if old.kind in SPOKEN:
            return self.entry(text, Role(old.speaker))
        if old.kind == "narration":
            return self.entry(text, Role("", narrator=True))
        found = parse(_one_line(text))
        if len(found) != 1 or found[0].kind != old.kind:
            raise KnownError(
                _(
                    "this is no {kind} line; it is written like {write}",
                    kind=old.kind,
                    write=write(old),
                )
            )
        return found[0]

    def _moved(self, moved: bool) -> bool:
        if moved:
            self.turned()
        return moved


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, and the entries of a line that holds several, as logs may."""
    for line in text.splitlines():
        found = parse(line)
        yield from map(write, found) if len(found) > 1 else [line] * len(found)


def _one_line(text: str) -> str:
    return " ".join(UNPRINTABLE.sub("", text).split())


def body_of(entry: Entry) -> str:
    """A line without the name it begins with, as it is shown and edited."""
    line = write(entry)
    return line.partition("：")[2] if entry.kind in SPOKEN else line
