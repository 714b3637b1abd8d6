"""Each line to learn with the prompt that play would have made for it, by the same code."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from characters.knowledge import NOTHING, Knowledge, Shelf
from models.train.data import Example, Split
from scenes.draw import line_sampling
from scenes.examples.script import Chapter, Script, reply_of, speaker_of
from scenes.injection import informed
from scenes.log import Entry, write
from scenes.note import Note
from scenes.prompt import BLOCKS, Count, History, history_budget, prompt_after, stable_part
from scenes.scene import Role, Scene

OUT_OF_FORM = "not a line that could be drawn"
TOO_LONG = "longer than a reply may be"


@dataclass
class Tally:
    """What became of the lines, none of which goes without a word."""

    kept: Counter[str] = field(default_factory=Counter)
    """Replies by speaker."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Replies by the reason why they are no examples."""
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Bounds:
    """What a prompt and a reply may take, as at the table."""

    context: int
    """Tokens of both together."""
    count: Count
    """Tokens of a text; it is asked once for each."""
    reply: int | None = None
    """Tokens of a reply; `None` is what the scene says, or the default of play."""
    by_chapter: bool = False
    """Whether each chapter begins a history of its own."""
    by_passage: bool = False
    """Whether a history that is full begins anew with its last lines, as if play had begun there.

    Play cuts a quarter off; so cut, prompts of a long log overlap by three quarters."""

    def of(self, scene: Scene) -> int:
        """Tokens of a reply in `scene`."""
        if self.reply is not None:
            return self.reply
        return line_sampling(scene, scene.cast[0]).max_tokens


def cached(count: Count) -> Count:
    """`count`, asking once for each text."""
    return cache(count)


def learnable(chapter: Chapter, roles: Sequence[Role]) -> int:
    """Lines of `roles` in a chapter."""
    return sum(speaker_of(roles, entry) is not None for entry in chapter.entries)


def examples_of_script(
    script: Script, roles: Sequence[Role], splits: Sequence[Split], bounds: Bounds, tally: Tally
) -> Iterator[Example]:
    """The examples of a log in its order; `splits` has one for each chapter.

    A history goes on from chapter to chapter, but never from one split into the other.
    Raises `SceneError` where the scene leaves no room.
    """
    reply = bounds.of(script.scene)
    budget = history_budget(script.scene, bounds.context, reply, bounds.count)
    stable = stable_part(script.scene)
    for run, split in _runs(script.chapters, splits, bounds.by_chapter):
        chapter = ""
        for passage in _passages(run, budget if bounds.by_passage else None, bounds.count):
            said, known = History(bounds.count), passage.known
            for entry in _informed(
                script.scene, passage.entries, roles, budget, bounds.count, tally
            ):
                told = isinstance(entry, Note)
                role = None if told or known > 0 else speaker_of(roles, entry)
                text = _kept(role, entry, reply, bounds.count, tally) if role else None
                chapter = entry.text if entry.kind == "chapter" else chapter
                if role and text:
                    prompt = prompt_after(stable, said, role, budget)
                    yield Example(prompt, text, role.name, script.source, chapter, split)
                said.add(entry)
                known -= not told


def _kept(role: Role, entry: Entry, longest: int, count: Count, tally: Tally) -> str | None:
    """The reply, counted as kept or as left out."""
    text = reply_of(role, entry)
    if text is None:
        tally.left_out[OUT_OF_FORM] += 1
    elif count(text) > longest:
        tally.left_out[TOO_LONG] += 1
        return None
    else:
        tally.kept[role.name] += 1
    return text


def _runs(
    chapters: Sequence[Chapter], splits: Sequence[Split], by_chapter: bool
) -> Iterator[tuple[list[Entry], Split]]:
    """The entries of chapters that share a history."""
    run, before = list[Entry](), None
    for chapter, split in zip(chapters, splits, strict=True):
        if before is not None and (by_chapter or split != before):
            yield run, before
            run = []
        run += chapter.entries
        before = split
    if before is not None:
        yield run, before


class _Passage(NamedTuple):
    """Entries that share a history; the first `known` of them are those that ended the last."""

    entries: Sequence[Entry]
    known: int


def _passages(entries: Sequence[Entry], budget: int | None, count: Count) -> Iterator[_Passage]:
    """The entries in passages that fit `budget` tokens; without one they are a single passage."""
    costs = [count(write(one) + "\n") if budget else 0 for one in entries]
    start = known = total = 0
    for index, cost in enumerate(costs):
        if budget and total + cost > budget and index > start + known:
            yield _Passage(entries[start:index], known)
            start, total = index, 0
            while start > 0 and total + costs[start - 1] <= budget // BLOCKS:
                start -= 1
                total += costs[start]
            known = index - start
        total += cost
    yield _Passage(entries[start:], known)


def _informed(
    scene: Scene,
    entries: Sequence[Entry],
    roles: Sequence[Role],
    budget: int,
    count: Count,
    tally: Tally,
) -> Sequence[Entry]:
    """The entries with the knowledge that comes up before each line of `roles`, as if those had
    been drawn and the others' lines been said by a person."""
    if not scene.knowledge and not any(role.knowledge for role in roles):
        return entries
    shelf = Shelf()

    def known_to(role: Role) -> Knowledge:
        return shelf.of((*role.knowledge, *scene.knowledge)) if role in roles else NOTHING

    try:
        return informed(scene, entries, known_to, budget, count, scene.play_as)
    finally:
        tally.notices += shelf.problems
        shelf.close()
