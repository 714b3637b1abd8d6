"""Writes knowledge into a history where it fired: the same for play and for training examples.

What the last turns bring up becomes notes at the end of the history, just before the line that is
to be written, each once until it scrolls out. Nothing that stands already moves, so that a prompt
only ever extends the one before. Pure: the same history gives the same notes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random

from characters.cards.macros import expand
from characters.knowledge import Knowledge
from characters.lore.book import MAX_SCAN_DEPTH, Field
from characters.lore.matching import Moment, Utterance
from characters.lore.scan import scan
from characters.wiki.index import Base, Hit
from characters.wiki.vectors import fused
from scenes.constants import all_of
from scenes.log import Entry
from scenes.memory.facts import facts_about
from scenes.note import Note
from scenes.prompt import BLOCKS, Count, History
from scenes.recall import Fact
from scenes.scene import Role, Scene

SHARE_AT_ONCE = 4
"""The part of the history's tokens, one in so many, that a turn may bring up."""
SHARE_STANDING = 2
"""The part of the history's tokens, one in so many, that notes may take together."""
CHUNKS = 2
"""Chunks of text that a turn may bring up."""
TURNS = 2
"""Turns that text is searched for."""
LEAST_WEIGHT = 0.75
"""How much a chunk must share with the turns, in terms that occur once only."""
LEAST_OWN = 0.5
"""The same for a chunk about whoever is to speak."""
SAID = ("speech", "action", "thought", "narration", "unrecognised")

KnowledgeOf = Callable[[Role], Knowledge]
"""What a role may be told when its line is up."""


class KnowledgeInjector:
    """A history as it grows, and the knowledge that stands in it."""

    def __init__(self, scene: Scene, budget: int, count: Count, player: str | None = None) -> None:
        """`budget` is the tokens of the history, as `scenes.prompt.history_budget` gives them."""
        self.scene, self.budget, self.count, self.player = scene, budget, count, player
        self._profile = {one.key for one in all_of(scene)}
        self.entries: list[Entry] = []
        self._history = History(count, share=scene.memory.share, turns=scene.memory.turns)
        self._facts: list[Fact] = []
        self._notes: list[tuple[int, Note]] = []
        self._messages: deque[Utterance] = deque(maxlen=MAX_SCAN_DEPTH)
        self._said = self._replies = 0
        self._started: dict[str, int] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Take what is said next; a `Note` is one that was written before."""
        for entry in entries:
            self.entries.append(entry)
            at = len(self._history)
            self._history.add(entry)
            if isinstance(entry, Fact):
                self._facts.append(entry)
            if entry.kind == "comment":
                continue
            if isinstance(entry, Note):
                self._notes.append((at, entry))
                self._started[entry.key] = self._said
            elif entry.kind in SAID:
                self._said += 1
                self._replies += bool(entry.speaker) and entry.speaker != self.player
                self._messages.append(_message(entry))

    def notes_for(self, speaker: Role, knowledge: Knowledge) -> list[Note]:
        """The notes to be written now, before a line by `speaker`, most relevant first."""
        ends = self._history.ends
        last = ends[-1] - ends[max(0, len(ends) - 2)]
        if not (knowledge or self._facts) or last > self.budget // 2:
            return []  # beside a last line that long, notes would push it out
        first = self._history.dropped(self.budget)
        standing = [(at, note) for at, note in self._notes if at >= first]
        taken = sum(ends[at + 1] - ends[at] for at, _ in standing)
        room = min(
            self.budget // SHARE_AT_ONCE,
            self.budget // SHARE_STANDING - taken,
            self.budget - self.budget // BLOCKS - last,  # a cut takes a block, and leaves the line
        )
        there = {note.key for _, note in standing}
        texts = {note.text for _, note in standing}
        notes = self._of_facts(there, room)
        texts.update(note.text for note in notes)
        left = room - sum(self._cost(note.text) for note in notes)
        fired = self._of_books(speaker, knowledge, left, there) if knowledge.books else []
        for note in fired:
            if note.text not in texts:
                notes.append(note)
                texts.add(note.text)
        room -= sum(self._cost(note.text) for note in notes)
        for note in self._of_bases(speaker, knowledge.bases, there, texts):
            cost = self._cost(note.text)
            if cost <= room:
                notes.append(note)
                room -= cost
        return notes

    def _of_facts(self, there: set[str], room: int) -> list[Note]:
        """The facts that the last turns are about, as long as there is room."""
        notes: list[Note] = []
        for fact in facts_about(self._query(), self._facts) if self._facts else ():
            cost = self._cost(fact.text)
            if fact.key not in there and cost <= room:
                notes.append(Note.of(fact.text, "", fact.key, fact.to))
                room -= cost
        return notes

    def _query(self) -> str:
        return "\n".join(one.text for one in list(self._messages)[-TURNS:])

    def _of_books(
        self, speaker: Role, knowledge: Knowledge, room: int, there: set[str]
    ) -> list[Note]:
        moment = Moment(
            messages=tuple(self._messages),
            said=self._said,
            speaker=speaker.name,
            asked=frozenset(name.casefold() for name in names_of(speaker)),
            fields=self._fields(speaker),
            replies=self._replies,
            started=self._started,
            standing=there,
            profile=self._profile,
        )
        last = self._messages[-1].text if self._messages else ""
        chance = Random(f"{self.scene.title}\n{self._said}\n{speaker.name}\n{last}")
        user = self.player or next((r.name for r in self.scene.cast if r != speaker), "")

        def filled(text: str) -> str:
            return expand(text, speaker.name, user, chance)

        fired = scan(knowledge.books, moment, room, self._cost, chance, filled)
        return [Note.of(one.text, one.book.name, one.key) for one in fired]

    def _fields(self, speaker: Role) -> Mapping[Field, str]:
        player = self.scene.role(self.player) if self.player else None
        return {
            "persona": player.profile if player else "",
            "description": speaker.profile,
            "personality": "、".join(speaker.likes),
            "scenario": f"{self.scene.summary}\n{self.scene.aim}",
        }

    def _of_bases(
        self, speaker: Role, bases: Sequence[Base], there: set[str], said: set[str]
    ) -> list[Note]:
        """Chunks of text: what the last turns share words with, and what is told of the speaker
        under their name, of which something comes up whatever they are asked."""
        query = self._query()
        notes: list[tuple[Note, float, float]] = []
        for base in bases if query else ():
            for hit in base.search(query, CHUNKS + len(there), beside=speaker.name):
                note, shared = _note(hit), base.relevance(hit)
                if note.key in there or note.text in said:
                    continue
                if shared >= LEAST_WEIGHT or hit.near:
                    notes.append((note, shared, hit.near))
                    said.add(note.text)
            notes += self._of_speaker(speaker, base, there, said)
        return _most_relevant(notes)[:CHUNKS]

    def _of_speaker(
        self, speaker: Role, base: Base, there: set[str], said: set[str]
    ) -> list[tuple[Note, float, float]]:
        """What a base has under the speaker's name that the last line is about; of somebody of
        whom nothing has been told, the best of it in any case."""
        asked = self._messages[-1].text
        known = [
            (_note(hit), base.relevance(hit))
            for hit in base.about(asked, names_of(speaker), CHUNKS + len(there))
        ]
        nothing_told = not any(note.key in there or note.text in said for note, __ in known)
        found = list[tuple[Note, float, float]]()
        for note, shared in known:
            if note.key in there or note.text in said:
                continue
            if shared >= LEAST_OWN or (nothing_told and not found):
                found.append((note, max(shared, LEAST_WEIGHT), 0.0))
                said.add(note.text)
        return found

    def _cost(self, text: str) -> int:
        return self.count(f"【{text}】\n")


def informed(
    scene: Scene,
    entries: Iterable[Entry],
    knowledge_of: KnowledgeOf,
    budget: int,
    count: Count,
    player: str | None = None,
) -> list[Entry]:
    """A log with the notes that play would have written into it, before each line of the cast.

    For training examples: each line is then written with the knowledge that fired before it.
    """
    injector = KnowledgeInjector(scene, budget, count, player)
    for entry in entries:
        role = role_of(scene, entry)
        if role is not None:
            injector.add(injector.notes_for(role, knowledge_of(role)))
        injector.add([entry])
    return injector.entries


def names_of(role: Role) -> tuple[str, ...]:
    """All that a role is called."""
    return (role.name, *role.aliases)


def role_of(scene: Scene, entry: Entry) -> Role | None:
    """Whose line an entry is, as it would have been drawn."""
    for role in scene.cast:
        if entry.speaker and entry.speaker in names_of(role):
            return role
        if entry.kind == "narration" and role.narrator and not isinstance(entry, Note):
            return role
    return None


def _most_relevant(found: Sequence[tuple[Note, float, float]]) -> list[Note]:
    """Notes by what they share with the turns and by how near they are, both rankings fused."""
    shared = [at for at, one in enumerate(found) if one[1] >= LEAST_WEIGHT]
    near = [at for at, one in enumerate(found) if one[2]]
    shared.sort(key=lambda at: -found[at][1])
    near.sort(key=lambda at: -found[at][2])
    scores = fused(shared, near)
    return [found[at][0] for at in sorted(scores, key=lambda at: (-scores[at], at))]


def _message(entry: Entry) -> Utterance:
    return Utterance(
        entry.speaker, f"{entry.text} {entry.thought}" if entry.thought else entry.text
    )


def _note(hit: Hit) -> Note:
    title, text = hit.chunk.title, hit.chunk.text
    return Note.of(f"{title}：{text}" if title else text, hit.chunk.source, hit.chunk.key)
