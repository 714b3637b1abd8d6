"""The one prompt builder, used by play and by training examples alike. Pure but for counting.

The prompt is itself a log: what is stable comes first and never changes during a session, so that
a model's KV cache survives; then the history, trimmed from the left in whole blocks, and last in it
what only the speaker knows; then the cue. The history is what the speaker saw: `scenes.view`.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.backend import Backend, Primed, Prompt
from scenes.constants import all_of, fitted, line_of, told, without_any
from scenes.log import Entry, cue, dump, parse, write
from scenes.note import Note
from scenes.recall import (
    NOTHING_RECALLED,
    OPENING_SHARE,
    SHARE,
    OpeningEnd,
    Recalled,
    Recap,
    recalled_within,
    recap_line,
)
from scenes.scene import AuthorNote, Role, Scene
from scenes.steering import UNSTEERED, Steering, note_line, room, steered
from scenes.view import without_thought

Count = Callable[[str], int]
"""Tokens of a text, in the tokenizer of the model that will read it."""

BLOCKS = 4
"""The history is trimmed by this fraction of its budget at a time."""
MARGIN = 16
"""Tokens kept free for what joining the parts may add."""
NARRATION_CUE = "【"
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


class Reading(NamedTuple):
    """What of a history a prompt holds."""

    dropped: int
    """Lines that are cut from the left."""
    recalled: Recalled = NOTHING_RECALLED
    """What stands there in their place."""


class History:
    """What has been said, as lines that grow; the tokens of each are counted once.

    Where summaries stand in it, they take the place of what is cut, behind the opening, and within
    `share` of its tokens. Of what was said, no more than the last `turns` are read.
    """

    def __init__(
        self,
        count: Count,
        entries: Iterable[Entry] = (),
        share: float = SHARE,
        turns: int | None = None,
    ) -> None:
        self._count, self._share, self._turns = count, share, turns
        self._said: list[int] = []
        """Which of the lines are turns, and not what was told of knowledge."""
        self._lines: list[str] = []
        self.ends = [0]
        """The tokens up to each line's end, beginning with 0."""
        self._recaps: list[tuple[int, Recap]] = []
        self._costs: dict[str, int] = {}
        self._opening = 0
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take what is said next; a comment is not said."""
        if isinstance(entry, Recap):
            self._recaps.append((len(self._lines), entry))
        elif isinstance(entry, OpeningEnd):
            self._opening = len(self._lines)
        elif entry.kind != "comment":
            if not isinstance(entry, Note):
                self._said.append(len(self._lines))
            self._lines.append(write(entry) + "\n")
            self.ends.append(self.ends[-1] + self._count(self._lines[-1]))

    def __len__(self) -> int:
        return len(self._lines)

    def kept(self, budget: int, beside: int = 0) -> str:
        """The last lines that fit into `budget` tokens less those `beside`, as `trim` cuts, with
        what stands in the place of the others."""
        dropped, recalled = self.reading(budget, beside)
        return self.lead(recalled) + self.without(dropped, budget - beside)

    def dropped(self, budget: int, beside: int = 0) -> int:
        """How many lines are cut from the left; the last one always stays."""
        return self.reading(budget, beside).dropped

    def reading(self, budget: int, beside: int = 0) -> Reading:
        """What is cut, as `trim` cuts, and what stands in its place; nothing without summaries.

        What stands `beside` moves the cut by whole blocks, and only where there is no room for it.
        """
        first = self._first_turn()
        last, room = max(len(self._lines) - 1, first), budget - beside
        if not self._recaps or (self.ends[-1] <= room and not first):
            return Reading(min(max(first_kept(self.ends, budget, beside), first), last))
        block, total = max(1, budget // BLOCKS), self.ends[-1]
        at = max(-(-(total - room) // block), 0)
        while True:
            cut = min(max(bisect_left(self.ends, min(at * block, total)), first), last)
            recalled, cost = self._recalled(cut, budget)
            if cut == last:
                fits = total - self.ends[last] + cost <= room
                return Reading(cut, recalled if fits else NOTHING_RECALLED)
            if total - max(at * block, self.ends[first]) + cost <= room:
                return Reading(cut, recalled)
            at += 1

    def _first_turn(self) -> int:
        """The line that the last turns begin with which are to be read at most."""
        if self._turns is None or self._turns >= len(self._said):
            return 0
        return self._said[-self._turns] if self._turns else self._said[-1] + 1

    def lead(self, recalled: Recalled) -> str:
        """The lines that stand in the place of what was cut."""
        texts = {recap.number: recap.text for __, recap in self._recaps}
        told = (recap_line(texts[number][:kept]) for number, kept in recalled.summaries)
        return "".join([*self._lines[: recalled.opening], *told])

    def _recalled(self, cut: int, budget: int) -> tuple[Recalled, int]:
        """What is told of the lines before `cut`, and how many tokens that takes."""
        opening = self._opening
        if opening > cut or self.ends[opening] > budget // OPENING_SHARE:
            opening = 0
        recaps = [recap for at, recap in self._recaps if at < cut]
        read = recalled_within(recaps, int(self._share * budget), self._cost)
        texts = {recap.number: recap.text for recap in recaps}
        cost = sum(self._cost(texts[number][:kept]) for number, kept in read)
        recalled = Recalled(opening, read) if read else NOTHING_RECALLED
        return recalled, cost + (self.ends[opening] if read else 0)

    def _cost(self, text: str) -> int:
        if text not in self._costs:
            self._costs[text] = self._count(recap_line(text))
        return self._costs[text]

    def without(self, dropped: int, budget: int = 0) -> str:
        """All but the first `dropped` lines; a last one that is too long by itself for `budget`
        tokens keeps its end."""
        lines = self._lines[dropped:]
        if budget and len(lines) == 1 and self.ends[-1] - self.ends[-2] > budget:
            return _ending(lines[0], budget, self._count)
        return "".join(lines)


def build_prompt(
    scene: Scene,
    history: Sequence[Entry],
    speaker: Role,
    context: int,
    reply: int,
    count: Count,
    steering: Steering = UNSTEERED,
) -> Prompt:
    """The prompt for the next line by `speaker`, within `context` tokens less `reply`.

    Raises `KnownError` where not even the last line fits beside what is stable.
    """
    budget = history_budget(scene, context, reply, count)
    beside = room(steering, scene, budget, count)
    said = History(count, history, scene.memory.share, scene.memory.turns)
    prompt = prompt_after(stable_within(scene, context, count), said, speaker, budget, beside)
    return steered(prompt, steering, scene.language, secret_part(speaker))


def prime(backend: Backend, scene: Scene, history: Iterable[Entry]) -> None:
    """Have a backend count at once what a prompt of `scene` after `history` is made of."""
    if isinstance(backend, Primed):
        lines = (write(entry) + "\n" for entry in history if entry.kind != "comment")
        secrets = (secret_part(role) for role in scene.cast if role.secret)
        reminders = (line for role in scene.cast for line in map(_reminder, role.notes))
        constants = map(line_of, all_of(scene))
        own = [*map(cue_of, scene.cast), *secrets, *reminders, *constants]
        backend.prime([stable_part(scene), stable_part(without_any(scene)), *own, *lines])


def prompt_after(stable: str, said: History, speaker: Role, budget: int, beside: int = 0) -> Prompt:
    """The prompt for the next line by `speaker`, its history within `budget` tokens less those
    `beside`."""
    history = reminded(said.kept(budget, beside), speaker)
    return Prompt(stable, history + secret_part(speaker), cue_of(speaker))


def prompt_without(
    stable: str, said: History, speaker: Role, dropped: int, budget: int = 0, lead: str = ""
) -> Prompt:
    """The prompt that a draw had which `dropped` so many entries of its history, whatever tokens
    are counted by now; `budget` is that of the draw, `lead` what stood in their place."""
    history = reminded(lead + said.without(dropped, budget), speaker) + secret_part(speaker)
    return Prompt(stable, history, cue_of(speaker))


def history_budget(scene: Scene, context: int, reply: int, count: Count) -> int:
    """Tokens that the history may take beside what is stable. Raises as `build_prompt` does."""
    longest_cue = max(count(cue_of(role)) for role in scene.cast)
    own = max(_own_tokens(role, count) for role in scene.cast)
    stable = count(stable_within(scene, context, count))
    budget = context - reply - stable - own - longest_cue - MARGIN
    if budget < context // 8:
        raise KnownError(
            _(
                "{scene}: its profiles and voices, and {reply} tokens for the reply, leave "
                "{left} of {context} tokens for what is said; shorten them, or give the "
                "model more context",
                scene=scene.name,
                reply=reply,
                left=max(budget, 0),
                context=context,
            )
        )
    return budget


def cue_of(role: Role) -> str:
    """How a line by `role` begins: `夏娜：`, or `【` for a narrator."""
    return NARRATION_CUE if role.narrator else cue(role.name)


def _own_tokens(role: Role, count: Count) -> int:
    """Tokens of what stands in the prompts of this role's lines alone."""
    secret = count(secret_part(role)) if role.secret else 0
    return secret + sum(count(_reminder(note)) for note in role.notes)


def _reminder(note: AuthorNote) -> str:
    return note_line(note.text)


def reminded(history: str, role: Role) -> str:
    """A history with what the prompts of this role's lines remind of, so many lines before its
    end."""
    if not role.notes:
        return history
    lines = [f"{line}\n" for line in history.split("\n")[:-1]]
    for at, line in reminders_in(role, len(lines)):
        lines.insert(at, line)
    return "".join(lines)


def reminders_in(role: Role, lines: int) -> list[tuple[int, str]]:
    """Where the reminders of a role come to stand among so many lines of history, in the order in
    which they are put there."""
    notes = sorted((n for n in role.notes if n.text), key=lambda note: -note.depth)
    placed = [max(0, lines - note.depth) for note in notes]
    pairs = enumerate(zip(placed, notes, strict=True))
    return [(at + before, _reminder(note)) for before, (at, note) in pairs]


def stable_within(scene: Scene, context: int, count: Count) -> str:
    """What does not change during a session, with those entries of lorebooks that have room."""
    return stable_part(within(scene, context, count))


def within(scene: Scene, context: int, count: Count) -> Scene:
    """The scene with those constant entries of its lorebooks that have room in a context."""
    if not all_of(scene):
        return scene
    return fitted(scene, context, count, count(stable_part(without_any(scene))))


def secret_part(role: Role) -> str:
    """What only `role` knows, as a log line before its cue, so that all before it is shared with
    the prompts of others; empty where it has no secret."""
    secret = one_line(role.secret)
    if not secret:
        return ""
    whose = f"{role.name}的秘密：" if _HAN.search(secret) else f"{role.name}'s secret: "
    return write(Entry("context", f"{whose}{secret}")) + "\n"


def stable_part(scene: Scene) -> str:
    """What does not change during a session: title, summary, cast and voices, as log lines; where
    thoughts are private, none of the voices, since all read them."""
    entries = [Entry("chapter", one_line(scene.title))]
    profiles = [one_line(role.profile) for role in scene.cast]
    about = (one_line(scene.summary), one_line(scene.aim))
    entries += [
        Entry("context", text)
        for text in about
        if text and not any(profile.startswith(text) for profile in profiles)
    ]
    for role in scene.cast:
        likes = "、".join(role.likes)
        profile = one_line(f"{role.profile} {likes and f'（{likes}）'}")
        if profile:
            entries.append(Entry("context", f"{role.name}：{profile}"))
        entries += [Entry("context", text) for text in told(role.constants, role)]
    entries += [Entry("context", text) for text in told(scene.constants)]
    entries = list(dict.fromkeys(entries))  # two of the cast may have one book
    for role in scene.cast:
        entries += _voice(role, scene)
    return dump(entries)


def _voice(role: Role, scene: Scene) -> list[Entry]:
    """Sample lines; where somebody else speaks in them, set apart from what happens."""
    voice = [entry for entry in parse(role.voice) if entry.kind != "comment"]
    if scene.thoughts == "private":
        voice = [said for entry in voice if (said := without_thought(entry))]
    names = (role.name, *role.aliases)
    if not any(entry.speaker and entry.speaker not in names for entry in voice):
        return voice
    zh = scene.language.startswith("zh")
    head = f"{role.name}说话的例子" if zh else f"How {role.name} speaks"
    end = "例子完" if zh else "End of the examples"
    return [Entry("context", head), *voice, Entry("context", end)]


def trim(lines: Sequence[str], budget: int, count: Count) -> Sequence[str]:
    """The last lines that fit into `budget` tokens, cut where a block of history begins.

    A block is a quarter of the budget, counted from the first line, so that the cut stays where
    it is for many turns and then moves by a whole block. A last line that is too long by itself
    keeps its end.
    """
    return _kept(lines, list(accumulate(map(count, lines), initial=0)), budget, count)


def first_kept(ends: Sequence[int], budget: int, beside: int = 0) -> int:
    """The first line that is kept, as `trim` cuts; `ends` are the tokens up to each line's end,
    beginning with 0. As many as there are lines where not even the last is."""
    need = ends[-1] + beside - budget
    if need <= 0:
        return 0
    block = max(1, budget // BLOCKS)
    cut = -(-need // block) * block
    return bisect_left(ends, min(cut, ends[-1]))


def _kept(lines: Sequence[str], ends: Sequence[int], budget: int, count: Count) -> Sequence[str]:
    first = first_kept(ends, budget)
    if first < len(lines):
        return lines[first:]
    if not lines or ends[-1] - ends[-2] <= budget:
        return lines[-1:]
    return [_ending(lines[-1], budget, count)]


def _ending(line: str, budget: int, count: Count) -> str:
    """The longest end of `line` within `budget` tokens, found by halving."""
    low, high = 0, len(line)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if count(line[middle:]) <= budget else (middle + 1, high)
    return line[low:]
