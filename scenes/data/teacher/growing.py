"""More templates out of those there are: a few are shown to the teacher, which writes new ones, and
what is unlike all before is kept (Self-Instruct, Wang et al. 2023; Alpaca, Taori et al. 2023).
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from scenes.data.teacher.distilled import is_chinese
from scenes.data.teacher.question_tasks import QuestionRun, growth_task, unknown_slots
from scenes.data.teacher.runner import TeacherTask
from scenes.data.teacher.templates import SLOT
from scenes.data.teacher.variety import Variety

PER_REQUEST = 10
"""New templates that are asked for at once."""
FROM_GIVEN, FROM_GROWN = 6, 2
"""Examples in a request, as in Self-Instruct."""
LONGEST = 200
"""Characters of a new template."""
MOST_AT_ONCE = 256
"""Requests between two looks at what has come."""

Ask = Callable[[Sequence[TeacherTask]], Mapping[str, list[str]]]
"""Asks a teacher; the answers by their keys."""


def most_requests(grow: int) -> int:
    """At most twice as many requests as there would be if all that comes were new."""
    return 2 * -(-grow // PER_REQUEST)


def grown(run: QuestionRun, slots: Mapping[str, Sequence[str]], ask: Ask) -> list[str]:
    """Up to `run.grow` new templates, fewer where the teacher repeats itself."""
    given = run.texts
    variety = Variety(given)
    new: list[str] = []
    number, most = 0, most_requests(run.grow)
    while len(new) < run.grow and number < most:
        wanted = -(-(run.grow - len(new)) // PER_REQUEST)
        count = min(wanted, most - number, MOST_AT_ONCE, max(8, len(given) + len(new)))
        tasks = [_request(run, slots, new, at) for at in range(number, number + count)]
        answers = ask(tasks)
        for task in tasks:
            for one in answers.get(task.key, ()):
                if len(new) < run.grow and _will_do(run, one, slots) and variety.add(one):
                    new.append(one)
        number += count
    return new


def expected_requests(
    run: QuestionRun, slots: Mapping[str, Sequence[str]]
) -> Iterator[TeacherTask]:
    """What `grown` asks at most."""
    for number in range(most_requests(run.grow)):
        yield _request(run, slots, (), number)


def _request(
    run: QuestionRun, slots: Mapping[str, Sequence[str]], new: Sequence[str], number: int
) -> TeacherTask:
    rng, given = random.Random(f"{run.seed} {number}"), run.texts
    shown = rng.sample(given, min(FROM_GIVEN, len(given)))
    shown += rng.sample(new, min(FROM_GROWN, len(new)))
    rng.shuffle(shown)
    comma = "、" if run.language == "zh" else ", "
    example = {name: comma.join(values[:3]) for name, values in sorted(slots.items()) if values}
    return growth_task(run, number, PER_REQUEST, example, shown)


def _will_do(run: QuestionRun, text: str, slots: Mapping[str, Sequence[str]]) -> bool:
    """Whether a new template can be asked: its slots known, its length and language right."""
    words = SLOT.sub("", text)
    return (
        len(text) <= LONGEST
        and not unknown_slots(text, slots)
        and is_chinese(words) == (run.language == "zh")
    )
