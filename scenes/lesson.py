"""A lesson at the table, as a scene file gives it: what is learnt, and what everybody says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from scenes.log import SPOKEN, cue, parse

Wants = Literal["said", "act", "narrate", "feel", "edit", "redraw", "undo", "other"]
"""What a learner is to do before the next step: say, act, narrate or feel something, edit a line of
the teacher's, draw again, take a line back, or let another than the teacher speak."""
TASK = "{task}"
"""What stands in a line for what is to be done next."""
NARRATOR = "【】"
"""Under which name stand the lines of whoever narrates."""


@dataclass(frozen=True)
class Step:
    """One thing to learn: the teacher asks for it, and praises when it is done."""

    keys: str
    """What is to be done, on the screen."""
    typed: str
    """The same line by line; empty where there is no such thing, and the step is passed over."""
    say: tuple[str, ...]
    """Lines that ask for it, with `{task}` in each."""
    nudge: tuple[str, ...] = ()
    """Lines that ask once more, where it was not done; none is to say the same again."""
    praise: tuple[str, ...] = ()
    """What is said before the next task, once it is done."""
    wants: Wants = "said"
    keys_again: str = ""
    """What is to be done where it was not, while a hand lies there; none is the same."""
    typed_again: str = ""


@dataclass(frozen=True)
class Lesson:
    """The steps, and what everybody says beside them."""

    teacher: str
    learner: str
    steps: tuple[Step, ...]
    after: tuple[str, ...]
    """What the teacher says when all is learnt."""
    asides: tuple[str, ...] = ()
    """How a task is put in yet other words, for draws beyond what a step has."""
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """What the other roles say."""
    anybody: tuple[str, ...] = ("嗯……",)
    """What somebody says whom the lesson does not know."""


def unsayable(lesson: Lesson) -> Iterator[str]:
    """The texts that would not be one line of their role's."""
    for name, text in _texts(lesson):
        narrates = name == NARRATOR
        entries = parse(f"【{text}】" if narrates else f"{cue(name)}{text}")
        kinds = ("narration",) if narrates else SPOKEN
        if len(entries) != 1 or entries[0].kind not in kinds or set("【】\n") & set(text):
            yield text


def _texts(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Whatever is said, with who says it; a task stands in every line that it may stand in."""
    for step in lesson.steps:
        for line in (*step.say, *step.nudge, *step.praise, *lesson.asides):
            for task in {step.keys, step.typed, step.keys_again, step.typed_again} - {""}:
                yield lesson.teacher, line.replace(TASK, task)
    for name, lines in ((lesson.teacher, lesson.after), *lesson.others.items()):
        yield from ((name, line) for line in lines)
    yield from ((lesson.teacher, line) for line in lesson.anybody)
