"""Recites a lesson: whatever the learner does, the next draw has an answer, and a next step.

Where a learner stands is read from the log alone: a teacher's line is known by its words, and a
line that is none of them was edited. Only what a log cannot tell is remembered, and may be lost:
that a hand was drawn again, and that a line was taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Literal

from models.backend import Prompt
from scenes.lesson import NARRATOR, TASK, Lesson, Step, Wants
from scenes.log import Entry, cue, parse
from scenes.prompt import NARRATION_CUE
from scenes.table.lines import body_of

Way = Literal["keys", "typed"]
"""How the table is played: by keys on the screen, or line by line."""


@dataclass(frozen=True)
class _Place:
    """How far a learner has come."""

    step: int = 0
    """The step that was taught last; past the last one, all is learnt."""
    nudged: bool = False
    done: frozenset[Wants] = frozenset()
    """What was done since."""


class Teacher:
    """Answers the draws of one play; what it remembers of them is lost with it."""

    def __init__(self, lesson: Lesson, opening: str = "", way: Way = "keys") -> None:
        """`opening` is the scene's, after which the first step is taught already."""
        self.lesson = lesson
        self.steps = [step for step in lesson.steps if way == "keys" or step.typed]
        self._way = way
        self._known = self._all_lines(opening)
        self._taken: dict[tuple[str, str, object], int] = {}
        self._seen: dict[str, set[str]] = {}
        """By what stood before, the last lines after which the teacher was asked."""

    def lines(self, prompt: Prompt, n: int) -> list[str]:
        """What follows the cue in `n` candidates; the next ones at each draw in the same place."""
        entries = [entry for entry in parse(prompt.history) if entry.kind != "context"]
        speaker = "" if prompt.cue == NARRATION_CUE else prompt.cue.rstrip("：: ")
        if speaker != self.lesson.teacher:
            pool, place = self._of_another(speaker), None
            said = sum(entry.speaker == speaker for entry in entries)
        else:
            place, said = self._next(self._walk(entries), prompt), 0
            pool = [*self._texts(place), *self.lesson.anybody]
        last = [entry.text for entry in entries if entry.speaker == speaker][-1:]
        pool = [text for text in pool if not last or last[0] not in text] or pool
        key = (prompt.history, prompt.cue, place)
        at = self._taken.get(key, said * 5)
        self._taken[key] = at + n
        return list(islice(cycle(pool), at % len(pool), at % len(pool) + n))

    def _of_another(self, speaker: str) -> Sequence[str]:
        return self.lesson.others.get(speaker or NARRATOR) or self.lesson.anybody

    # --- how far the learner has come ---

    def _walk(self, entries: Sequence[Entry]) -> _Place:
        """What the log tells: what was taught last, and what was done since."""
        place = _Place()
        for entry in entries:
            if entry.speaker != self.lesson.teacher:
                place = _Place(place.step, place.nudged, place.done | self._deeds(entry))
            elif known := self._known.get(_words(entry)):
                place = _Place(*known)
            else:
                after = self._after(place)
                place = _Place(after.step, after.nudged, frozenset({"edit"}))
        return place

    def _deeds(self, entry: Entry) -> frozenset[Wants]:
        if entry.speaker not in ("", self.lesson.learner):
            return frozenset({"other"})
        deeds: set[Wants] = {"said"}
        if entry.kind == "action":
            deeds.add("act")
        if entry.kind == "narration":
            deeds |= {"narrate", "other"}
        if entry.emotion:
            deeds.add("feel")
        return frozenset(deeds)

    def _next(self, place: _Place, prompt: Prompt) -> _Place:
        """What the teacher is at now, and what was done to come there."""
        before, __, last = prompt.history.rstrip("\n").rpartition("\n")
        ways = self._seen.setdefault(before, set())
        again, back = last in ways, bool(ways - {last})
        ways.add(last)
        seen: set[Wants] = set()
        if again:
            seen.add("redraw")
        if back:
            seen.add("undo")
        return self._after(_Place(place.step, place.nudged, place.done | seen))

    def _after(self, place: _Place) -> _Place:
        if place.step >= len(self.steps):
            return _Place(place.step)
        step = self.steps[place.step]
        if step.wants in place.done:
            return _Place(place.step + 1, done=frozenset({step.wants}))
        return _Place(place.step + place.nudged, nudged=not place.nudged)

    # --- what is said ---

    def _texts(self, place: _Place) -> list[str]:
        """All that the teacher may say there, without doubles."""
        if place.step >= len(self.steps):
            before = self.steps[-1].praise if place.done else ()
            return [*before, *self.lesson.after]
        step = self.steps[place.step]
        praise = self.steps[place.step - 1].praise if place.done and place.step else ()
        own = step.nudge if place.nudged and step.nudge else step.say
        praised = (f"{word}{' ' * word[-1].isascii()}{TASK}" for word in praise[:2])
        lines = [*praised, *own, *self.lesson.asides]
        task = self._task(step, place.nudged)
        return list(dict.fromkeys(line.replace(TASK, task) for line in lines))

    def _task(self, step: Step, again: bool) -> str:
        task, more = step.keys, step.keys_again
        if self._way == "typed":
            task, more = step.typed, step.typed_again
        return more if again and more else task

    def _all_lines(self, opening: str) -> dict[str, tuple[int, bool]]:
        """Every line of the teacher's by its words: of which step, and whether it asks again."""
        begun = (each for each in parse(opening) if each.speaker == self.lesson.teacher)
        known = {_words(entry): (0, False) for entry in begun}
        for at in range(len(self.steps), -1, -1):
            for place in (_Place(at, True), _Place(at, done=frozenset({"said"})), _Place(at)):
                for text in self._texts(place):
                    for entry in parse(f"{cue(self.lesson.teacher)}{text}"):
                        known[_words(entry)] = (at, place.nudged and at < len(self.steps))
        return known


def _words(entry: Entry) -> str:
    """A line without its emotion and its blanks, by which it is known again."""
    return "".join(body_of(entry).partition("\\emoji")[0].split())
