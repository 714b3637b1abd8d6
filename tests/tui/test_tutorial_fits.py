"""The Chinese tutorial at 80×24: what is to be done is read whole before a line is picked."""

import pytest
from rich.style import Style

from scenes.lesson import TASK
from scenes.log import cue, parse
from scenes.scene_loader import load_scene
from tui.paint import candidate_runs, wrap

CELL, ROWS = 36, 10
"""The cells of a candidate beside another one, and the rows that five have, at 80×24."""


def rows(said: str) -> int:
    (entry,) = parse(said)
    return len(wrap(candidate_runs(entry, lambda part: Style.null()), CELL))


@pytest.mark.parametrize("again", [False, True])
def test_no_hand_of_the_teacher_is_cut(again: bool) -> None:
    lesson = load_scene("入门").lesson
    assert lesson is not None
    praise: tuple[str, ...] = ()
    for step in lesson.steps:
        own = step.nudge or step.say if again else step.say
        praised = [] if again else [f"{word}{TASK}" for word in praise[:2]]
        task = step.keys_again or step.keys if again else step.keys
        hand = [*praised, *own][:5]
        high = [rows(f"{cue(lesson.teacher)}{line.replace(TASK, task)}") for line in hand]
        assert sum(max(high[at : at + 2]) for at in range(0, 5, 2)) <= ROWS, hand
        praise = step.praise
