"""Questions made of templates with slots, and a teacher's answers in role."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from rapidfuzz import fuzz

from base.errors import KnownError
from base.messages import _, _n, series
from models.teacher import Teacher
from scenes.data.teacher.answer_cache import AnswerCache
from scenes.data.teacher.distilled import is_chinese
from scenes.data.teacher.filling import FilledQuestion, filled
from scenes.data.teacher.grounding import sampled
from scenes.data.teacher.growing import expected_requests, grown
from scenes.data.teacher.question_tasks import (
    MOST_VALUES,
    QuestionRun,
    answer_key,
    answer_task,
    slot_task,
    wordings_task,
)
from scenes.data.teacher.runner import OnAnswer, TeacherTask, ask_all
from scenes.data.teacher.templates import (
    WORLD_SLOTS,
    Template,
    Templates,
    read_templates,
    slots_of,
)
from scenes.log import Entry

ALIKE = 90
"""Of 100, how like another wording of the same values a wording is that is not taken."""
AT_ONCE = 1_000
"""Questions that are in memory together."""

Slots = dict[str, list[str]]


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question, and the answer in role; `None` where it failed."""

    question: str
    answer: str | None
    known: bool | None = None
    """Whether the facts hold the answer; unknown without facts."""


@dataclass
class QuestionCounts:
    """Figures of a run, for a person."""

    questions: int = 0
    answered: int = 0
    unknown: int = 0
    """Answers that say so because the facts do not hold any."""
    failed: list[str] = field(default_factory=list)
    """Questions without an answer."""

    def counted(self, questions: Iterable[AnsweredQuestion]) -> Iterator[AnsweredQuestion]:
        for one in questions:
            self.questions += 1
            self.answered += one.answer is not None
            self.unknown += one.known is False
            if one.answer is None:
                self.failed.append(one.question)
            yield one


@dataclass(frozen=True)
class Asking:
    """A teacher, and where its answers are kept."""

    teacher: Teacher
    cache: AnswerCache
    jobs: int
    on_answer: OnAnswer

    def __call__(self, tasks: Sequence[TeacherTask]) -> dict[str, Any]:
        return ask_all(self.teacher, tasks, self.cache, self.jobs, self.on_answer)


def completed(run: QuestionRun, asking: Asking) -> tuple[QuestionRun, Slots]:
    """The run with the templates that were grown, and the values of all slots.

    Raises `KnownError` where no template has values.
    """
    slots, tasks = _given_slots(run), _slot_tasks(run)
    values = asking(list(tasks.values()))
    slots |= {name: values[task.key] for name, task in tasks.items() if task.key in values}
    if next(filled(run.texts, slots, run.seed), None) is None:
        raise KnownError(
            _("no template has values for its slots; give some in the file, or with --slots")
        )
    more = [Template(question=one) for one in grown(run, slots, asking)]
    given = run.given.model_copy(update={"templates": [*run.given.templates, *more]})
    return replace(run, given=given), slots


def make(run: QuestionRun, slots: Slots, asking: Asking) -> Iterator[AnsweredQuestion]:
    """Questions to a role with their answers, as they come. Raises `KnownError`."""
    wording = _Wording(run)
    for drawn in _batches(islice(filled(run.texts, slots, run.seed), run.n)):
        wordings = asking([wordings_task(run, one.text) for one in drawn]) if run.reword else {}
        questions = [wording.of(one, wordings) for one in drawn]
        keys = [answer_key(run, one) for one in questions]
        left = [
            answer_task(run, one)
            for one, key in zip(questions, keys, strict=True)
            if not asking.cache.done(key)
        ]
        replies = asking(left)
        for one, key in zip(questions, keys, strict=True):
            reply = replies[key] if key in replies else asking.cache.value(key)
            yield _answered(one, reply)


def expected(
    run: QuestionRun, cache: AnswerCache | None, answers: bool = True
) -> tuple[Iterator[TeacherTask], bool]:
    """What a run asks, and whether that is sure; else it is about the most.

    Of slots whose values are still to be asked for, as many are taken as are asked for; templates
    that are still to be grown are taken to be like those given.
    """
    slots, tasks = _given_slots(run), _slot_tasks(run)
    held = {name: cache.value(task.key) for name, task in tasks.items()} if cache else {}
    slots |= {name: values for name, values in held.items() if values is not None}
    open_slots = tasks.keys() - slots.keys()
    slots |= {name: [f"“{number:02}”" for number in range(MOST_VALUES)] for name in open_slots}
    all_tasks = chain(tasks.values(), expected_requests(run, slots))
    if answers:
        all_tasks = chain(all_tasks, _expected_answers(run, slots, cache))
    return all_tasks, not (open_slots or run.grow)


def entries(run: QuestionRun, questions: Iterable[AnsweredQuestion]) -> Iterator[Entry]:
    for one in questions:
        if one.answer is not None:
            yield Entry("speech", one.question, run.prompts.asker)
            yield Entry("speech", one.answer, run.role)


def instructions(
    run: QuestionRun, questions: Iterable[AnsweredQuestion]
) -> Iterator[dict[str, str]]:
    """The same as instruction, input and output."""
    who = run.prompts.in_role.format(role=run.role)
    for one in questions:
        if one.answer is not None:
            yield {"instruction": who, "input": one.question, "output": one.answer}


def own_templates(language: str) -> Templates:
    """Templates of our own, and what their slots are to hold."""
    from scenes.data.teacher.question_prompts import LANGUAGES

    return read_templates(LANGUAGES[language].templates)


class _Wording:
    """Each question as it is or in other words, by the seed; unlike the others of its values."""

    def __init__(self, run: QuestionRun) -> None:
        self._run = run
        self._fixed = {run.role, run.world}
        self._used: dict[frozenset[str], list[str]] = defaultdict(list)

    def of(self, one: FilledQuestion, wordings: Mapping[str, list[str]]) -> str:
        if not self._run.reword:
            return one.text
        values = {value for value in one.values if value not in self._fixed}
        others = wordings.get(wordings_task(self._run, one.text).key, ())
        words = [one.text, *(other for other in others if _keeps(other, one.text, values))]
        random.Random(f"{self._run.seed}{one.text}").shuffle(words)
        used = self._used[frozenset(values or {one.text})]
        chosen = next((word for word in words if not _is_alike(word, used)), one.text)
        used.append(chosen)
        return chosen


def _keeps(wording: str, question: str, values: Iterable[str]) -> bool:
    """Whether a wording is in the same language, and says all the values, marks aside."""
    said = _letters(wording)
    same = is_chinese(wording) == is_chinese(question)
    return same and all(_letters(value) in said for value in values)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _is_alike(wording: str, used: Iterable[str]) -> bool:
    return any(fuzz.ratio(wording, one, score_cutoff=ALIKE) for one in used)


def _answered(question: str, reply: Any) -> AnsweredQuestion:
    if isinstance(reply, dict):
        return AnsweredQuestion(question, reply["answer"], reply["known"])
    return AnsweredQuestion(question, reply)


def _batches(questions: Iterator[FilledQuestion]) -> Iterator[list[FilledQuestion]]:
    while batch := list(islice(questions, AT_ONCE)):
        yield batch


def _expected_answers(
    run: QuestionRun, slots: Slots, cache: AnswerCache | None
) -> Iterator[TeacherTask]:
    """The wordings and answers of a run, as far as they are known."""
    quick = replace(run, facts_of=sampled(run.facts_of))
    wording, texts = _Wording(run), run.texts
    of_growth = (
        FilledQuestion(f"{texts[number % len(texts)]}{number:05}", -1, ())
        for number in range(run.grow * MOST_VALUES if texts else 0)
    )
    for one in islice(chain(filled(texts, slots, run.seed), of_growth), run.n):
        wordings: dict[str, list[str]] = {}
        if run.reword:
            task = wordings_task(run, one.text)
            yield task
            held = cache.value(task.key) if cache else None
            wordings = {task.key: held} if held else {}
        yield answer_task(quick, wording.of(one, wordings))


def _given_slots(run: QuestionRun) -> Slots:
    world = {name: [run.world] for name in WORLD_SLOTS} if run.world else {}
    return {"role": [run.role], **run.given.values_for(run.role), **world}


def _slot_tasks(run: QuestionRun) -> dict[str, TeacherTask]:
    """A question for each slot that has no values. Raises `KnownError` where the world has none."""
    wanted = list(dict.fromkeys(name for one in run.texts for name in slots_of(one)))
    missing = [name for name in wanted if name not in _given_slots(run)]
    if nameless := [name for name in missing if name in WORLD_SLOTS]:
        count = sum(any(f"{{{name}}}" in one for name in nameless) for one in run.texts)
        raise KnownError(
            _n(
                "{n} template names the world ({slots}); say which with --world",
                "{n} templates name the world ({slots}); say which with --world",
                count,
                slots=series(nameless),
            )
        )
    ask = {**own_templates(run.language).ask, **run.given.ask}
    return {name: slot_task(run, name, ask) for name in sorted(missing)}
