"""What would be asked of a teacher, and what it costs, before anything is asked."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from base.messages import _, _n
from tui.commands.teaching_options import TeacherOptions
from tui.output import as_json, word

if TYPE_CHECKING:
    from scenes.data.teacher.answer_cache import AnswerCache
    from scenes.data.teacher.runner import TeacherTask


@dataclass(frozen=True)
class Workload:
    """What is to be asked, of which it is `sure` or which is the most that it can be."""

    questions: int
    answered_before: int
    tokens_in: int
    tokens_out: int
    sure: bool


def estimated(tasks: Iterable["TeacherTask"], cache: "AnswerCache | None", sure: bool) -> Workload:
    """What is left of the tasks to be asked, tokens as estimated."""
    questions = answered = into = out = 0
    for task in tasks:
        if cache is not None and cache.done(task.key):
            answered += 1
            continue
        questions += 1
        into += task.question.tokens
        out += task.expected
    return Workload(questions, answered, into, out, sure)


def tell_estimate(
    asking: TeacherOptions,
    tasks: Iterable["TeacherTask"],
    cache: "AnswerCache | None",
    sure: bool = True,
) -> int:
    """Say what is to be asked, `sure` or at most; how many questions that is."""
    load = estimated(tasks, cache, sure)
    if load.answered_before:
        word(_n("{n} answered before", "{n} answered before", load.answered_before))
    values = {
        "into": load.tokens_in,
        "out": load.tokens_out,
        "costs": asking.costs(load.tokens_in, load.tokens_out),
        "span": _as_measured(asking, load.questions, cache),
    }
    if sure:
        line = _n(
            "{n} question: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            "{n} questions: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            load.questions,
            **values,
        )
    else:
        line = _n(
            "at most {n} question: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            "at most {n} questions: about {into:,} tokens in, {out:,} tokens out{costs}{span}",
            load.questions,
            **values,
        )
    word(line)
    return load.questions


def print_estimate(
    asking: TeacherOptions, tasks: Iterable["TeacherTask"], as_data: bool, sure: bool = True
) -> None:
    """What `--estimate` prints, in words or as JSON."""
    if not as_data:
        tell_estimate(asking, tasks, None, sure)
        return
    load = estimated(tasks, None, sure)
    as_json(asdict(load) | {"cost": asking.cost(load.tokens_in, load.tokens_out)})


def _as_measured(asking: TeacherOptions, left: int, cache: "AnswerCache | None") -> str:
    each = cache.mean_seconds if cache else 0.0
    if not each or not left:
        return ""
    span = span_of(left * each / asking.jobs)
    return _("; at {each:.1f} s each, as before, {span}", each=each, span=span)


def span_of(seconds: float) -> str:
    if seconds < 90:
        return _("{seconds:.0f} s", seconds=seconds)
    if seconds < 5400:
        return _("{minutes:.0f} min", minutes=seconds / 60)
    return _("{hours:.1f} h", hours=seconds / 3600)
