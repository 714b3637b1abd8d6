"""Each line to learn with the prompt that play would have made for it, by the same code."""

from collections import Counter as Counting
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Protocol

from base.messages import N_, _
from base.text import shown
from characters.knowledge import NOTHING, Knowledge, Shelf
from models.backend import Counter
from models.train.data import Example, Split
from scenes.data.examples.blocks import in_blocks
from scenes.data.examples.histories import Histories
from scenes.data.examples.passages import Passage, passages
from scenes.data.examples.script import Script, reply_of, speaker_of
from scenes.embedding import embedder
from scenes.informing import informed_apart
from scenes.injection import informed
from scenes.log import Entry
from scenes.note import Note
from scenes.prompt import Count, history_budget, prompt_after, stable_within
from scenes.recall import recap_told
from scenes.scene import Role, Scene
from scenes.table.draw import line_sampling
from scenes.view import NOBODY, Missing, missing_in

OUT_OF_FORM = N_("not a line that play could draw")
BETWEEN = N_("between what is learned and what is held out")
TOO_LONG = N_("longer than a reply may be (see --max-tokens)")


@dataclass
class ExampleTally:
    """What became of the lines, none of which goes without a word."""

    learned: Counting[str] = field(default_factory=Counting)
    """Replies by speaker."""
    left_out: Counting[str] = field(default_factory=Counting)
    """Replies by the reason why they are no examples."""
    notices: list[str] = field(default_factory=list)


class CountsTokens(Protocol):
    """A backend, or whatever else counts tokens as one does."""

    def count(self, text: str) -> int: ...


class Counted:
    """Tokens of texts, each asked for once, and many at a time where the backend can."""

    def __init__(self, backend: CountsTokens) -> None:
        self._backend = backend
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = self._backend.count(text)
        return self._known[text]

    def expect(self, texts: Iterable[str]) -> None:
        """Texts that will be asked for."""
        if isinstance(self._backend, Counter):
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            self._known.update(zip(new, self._backend.counts(new), strict=True))


@dataclass(frozen=True)
class Bounds:
    """What a prompt and a reply may take, as at the table."""

    context: int
    """Tokens of both together."""
    count: Count
    """Tokens of a text; asked often for the same one."""
    reply: int | None = None
    """Tokens of a reply; `None` is what the scene says, or the default of play."""
    by_chapter: bool = False
    """Whether each chapter begins a history of its own."""
    by_passage: bool = False
    """Whether a history that is full begins anew with its last lines, as if play had begun there.

    Play cuts a quarter off; so cut, prompts of a long log overlap by three quarters."""
    tokenizer: str = ""
    """The model whose tokens are counted, as a draw names it."""
    shortens_recorded: bool = False
    """Whether a prompt that play gave is cut where it is longer than `context`."""

    def longest(self, scene: Scene) -> int:
        """Tokens of a reply in `scene`."""
        if self.reply is not None:
            return self.reply
        return line_sampling(scene, scene.cast[0]).max_tokens


class ExampleSource(Protocol):
    """What examples come from, in parts that are held out whole or not at all."""

    @property
    def lines(self) -> Sequence[int]:
        """Lines to learn in each part."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What is odd about it but no error."""
        ...

    @property
    def weight(self) -> float:
        """How much each token of its replies counts, beside other sources."""
        ...

    def in_blocks(self, at: int) -> "ExampleSource":
        """The same with its part `at` as several, where it can be cut."""
        ...

    def at_end(self, share: float) -> "ExampleSource | None":
        """The same with the last `share` of its lines as a part of its own, where it can be cut
        so."""
        ...

    def examples(
        self, splits: Sequence[Split], bounds: Bounds, tally: ExampleTally
    ) -> Iterator[Example]:
        """The examples in order; `splits` has one for each part.

        Raises `KnownError` where the scene leaves no room.
        """
        ...


@dataclass(frozen=True)
class LogSource:
    """The lines of `roles` in a log; its parts are its chapters, or groups of them."""

    script: Script
    roles: Sequence[Role]
    weight: float = 1.0
    """How much each token of its replies counts, beside other sources."""

    @property
    def lines(self) -> Sequence[int]:
        counted = [0] * (max(self._parts, default=-1) + 1)
        for part, chapter in zip(self._parts, self.script.chapters, strict=True):
            learnable = chapter.entries[chapter.known :]
            counted[part] += sum(speaker_of(self.roles, entry) is not None for entry in learnable)
        return counted

    def in_blocks(self, at: int) -> "LogSource":
        """The same log with its part `at` in blocks; questions and answers stay whole."""
        if self.script.apart:
            return self
        return replace(self, script=in_blocks(self.script, self.roles, at))

    def at_end(self, share: float) -> None:
        """A log is cut in blocks instead."""

    @cached_property
    def _parts(self) -> Sequence[int]:
        """Of each chapter, the part that it belongs to."""
        groups = self.script.groups
        if not groups:
            return range(len(self.script.chapters))
        numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
        return [numbers[group] for group in groups]

    @property
    def warnings(self) -> Sequence[str]:
        entries = chain.from_iterable(chapter.entries for chapter in self.script.chapters)
        speakers = {entry.speaker for entry in entries if entry.speaker}
        if len(speakers) != 1 or self.script.apart:
            return ()
        source, name = self.script.source, shown(speakers.pop())
        return (
            _("{source}: only {name} speaks in it, answering nobody", source=source, name=name),
        )

    def examples(
        self, splits: Sequence[Split], bounds: Bounds, tally: ExampleTally
    ) -> Iterator[Example]:
        """A history goes on from chapter to chapter, but never from one split into the other."""
        scene, source = self.script.scene, self.script.source
        longest = self._longest(bounds)
        budget = history_budget(scene, bounds.context, longest, bounds.count)
        stable, hides = stable_within(scene, bounds.context, bounds.count), self._hides
        with closing(Shelf(embedder)) as shelf:
            for run, split in self._runs([splits[part] for part in self._parts], bounds.by_chapter):
                chapter, weight = "", round(run.weight * self.weight, 4)
                if run.gap:
                    gap = run.entries[: run.gap]
                    tally.left_out[BETWEEN] += sum(
                        speaker_of(self.roles, entry) is not None for entry in gap
                    )
                whole = [Passage(run.entries, 0)]
                by_passage = bounds.by_passage
                for part in passages(run.entries, budget, bounds.count) if by_passage else whole:
                    histories = Histories(scene, self.roles, bounds.count, hides)
                    lines = self._lines(run.of(part), budget, bounds, tally, shelf)
                    for number, line in enumerate(lines, 1):
                        entry, role = line.entry, line.role
                        if recap := recap_told(entry, number):
                            histories.add(recap, line.missing)
                        chapter = entry.text if entry.kind == "chapter" else chapter
                        if role and line.reply:
                            prompt = prompt_after(stable, histories.of(role), role, budget)
                            place = source, chapter, split
                            yield Example(prompt, line.reply, role.name, *place, weight)
                        histories.add(entry, line.missing)

    def _longest(self, bounds: Bounds) -> int:
        """Tokens of a reply; answers of records are longer than lines of a table."""
        if self.script.apart and bounds.reply is None:
            return bounds.context // 2
        return bounds.longest(self.script.scene)

    @cached_property
    def _hides(self) -> bool:
        """Whether anything in the log is not for all."""
        entries = list(chain.from_iterable(chapter.entries for chapter in self.script.chapters))
        return (
            self.script.scene.thoughts == "private"
            or missing_in(entries, self.script.scene) is not None
            or any(entry.to for entry in entries)
        )

    def _lines(
        self, run: "_Run", budget: int, bounds: Bounds, tally: ExampleTally, shelf: Shelf
    ) -> Iterator["_Line"]:
        """The entries of a passage and its knowledge; who is learned from each, and what."""
        known, longest = run.known, self._longest(bounds)
        for entry, missing in self._informed(run, budget, bounds.count, tally, shelf):
            if isinstance(entry, Note):
                yield _Line(entry, missing)
                continue
            role = None if known > 0 else speaker_of(self.roles, entry)
            known -= 1
            reply = learned_reply(role, entry, longest, bounds.count, tally) if role else None
            yield _Line(entry, missing, role, reply)

    def _runs(self, splits: Sequence[Split], by_chapter: bool) -> Iterator[tuple["_Run", Split]]:
        """The entries of chapters that share a history."""
        scene, chapters = self.script.scene, self.script.chapters
        entries = list(chain.from_iterable(chapter.entries for chapter in chapters))
        missing = missing_in(entries, scene) or [NOBODY] * len(entries)
        start, end, before, known, gap, weight = 0, 0, None, 0, 0, 1.0
        for chapter, split in zip(chapters, splits, strict=True):
            if before is None or by_chapter or self.script.apart or split != before:
                if before is not None:
                    of_run = entries[start:end], missing[start:end]
                    yield _Run(*of_run, max(known, gap), weight, gap), before
                gap = chapter.gap if before not in (None, split) else 0
                start, known, weight = end, chapter.known, chapter.weight
            end += len(chapter.entries)
            before = split
        if before is not None:
            yield _Run(entries[start:], missing[start:], max(known, gap), weight, gap), before

    def _informed(
        self, run: "_Run", budget: int, count: Count, tally: ExampleTally, shelf: Shelf
    ) -> Iterable[tuple[Entry, Missing]]:
        """The entries with the knowledge that comes up before each line to learn, as if those
        lines had been drawn, and the others been said by a person."""
        scene = self.script.scene
        if not scene.knowledge and not any(role.knowledge for role in self.roles):
            return zip(run.entries, run.missing, strict=True)
        learned = {role.name for role in self.roles}

        def known_to(role: Role) -> Knowledge:
            paths = (*role.knowledge, *scene.knowledge) if role.name in learned else ()
            return shelf.of(paths) if paths else NOTHING

        entries, player = run.entries, scene.play_as
        try:
            if self._hides:
                missing = run.missing
                return informed_apart(scene, entries, missing, known_to, budget, count, player)
            told = informed(scene, entries, known_to, budget, count, player)
            return [(entry, NOBODY) for entry in told]
        finally:
            tally.notices += shelf.take_problems()


class _Run(NamedTuple):
    """Entries that share a history, who did not see each, and how many are read, not learned."""

    entries: Sequence[Entry]
    missing: Sequence[Missing]
    known: int = 0
    weight: float = 1.0
    gap: int = 0
    """How many of those are not learned since the ones before are on the other side."""

    def of(self, passage: Passage) -> "_Run":
        """The part of it that a passage is."""
        end = passage.start + len(passage.entries)
        known = max(passage.known, self.known - passage.start)
        return _Run(passage.entries, self.missing[passage.start : end], known)


class _Line(NamedTuple):
    """An entry, who did not see it, and who is learned from it, and what."""

    entry: Entry
    missing: Missing
    role: Role | None = None
    reply: str | None = None


def learned_reply(
    role: Role, entry: Entry, longest: int, count: Count, tally: ExampleTally
) -> str | None:
    """The reply that an entry of `role` is, counted as kept or as left out."""
    text = reply_of(role, entry)
    if text is None:
        tally.left_out[OUT_OF_FORM] += 1
        return None
    if count(text) > longest:
        tally.left_out[TOO_LONG] += 1
        return None
    tally.learned[role.name] += 1
    return text
