"""Many questions to one teacher: side by side, checked, tried again, each answer kept at once."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from base.errors import KnownError, PassingError
from base.messages import _, _n
from models.teacher import Answer, Question, Teacher
from scenes.data.teacher.answer_cache import AnswerCache, CachedAnswer
from scenes.data.teacher.json_repair import repaired_json

TRIES = 3
"""How often a question is asked whose answer does not do."""
IN_A_ROW = 5
"""Questions in a row to which the teacher gives nothing, after which a run ends."""
AFTER_AN_OUTAGE = 2
"""The same, where it has been waited for in vain: one question alone may be what it dies of."""

Model = TypeVar("Model", bound=BaseModel)


class Unfit(Exception):
    """An answer that does not do, and why, in a few words."""


Judge = Callable[[Any], tuple[Any, tuple[str, ...]]]
"""Takes the JSON of an answer; gives what is kept of it, and flags. Raises `Unfit`."""


@dataclass(frozen=True)
class TeacherTask:
    """One question and what its answer has to be."""

    stage: str
    where: str
    """Where in the source it comes from, for a person."""
    question: Question
    judge: Judge = field(compare=False)
    expected: int = 64
    """Tokens of the answer, estimated."""
    kept_as: str = ""
    """What the answer is kept under, with the stage; the words of the question if empty."""

    @property
    def key(self) -> str:
        text = "\0".join(
            (self.stage, self.kept_as or f"{self.question.system}\0{self.question.user}")
        )
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


OnAnswer = Callable[[CachedAnswer], None]


def ask_all(
    teacher: Teacher,
    tasks: Sequence[TeacherTask],
    cache: AnswerCache,
    jobs: int,
    on_answer: OnAnswer,
) -> dict[str, Any]:
    """Ask what the cache does not hold, `jobs` at a time; the answers by key, failed ones not.

    `on_answer` hears of each record, of unanswered ones when the run goes on after them. Raises
    `KnownError` where the teacher gave nothing to several questions in a row: what was answered
    is kept.
    """
    waiting = {task.key: task for task in tasks if not cache.done(task.key)}
    if waiting:
        asyncio.run(_ask_all(teacher, list(waiting.values()), cache, jobs, on_answer))
    values = {task.key: cache.value(task.key) for task in tasks}
    return {key: value for key, value in values.items() if value is not None}


async def _ask_all(
    teacher: Teacher, tasks: list[TeacherTask], cache: AnswerCache, jobs: int, on_answer: OnAnswer
) -> None:
    queue = iter(tasks)
    silent: list[CachedAnswer] = []

    async def work() -> None:
        for task in queue:
            record, answered = await _ask(teacher, task)
            cache.add(record)
            silent.append(record)
            if answered:
                _pass_on(silent, on_answer)
            elif len(silent) >= (AFTER_AN_OUTAGE if teacher.outage.too_long else IN_A_ROW):
                raise KnownError(
                    _n(
                        "{why} ({n} question had no answer; what was answered is kept, and the "
                        "same command goes on from there)",
                        "{why} (the last {n} questions had no answer; what was answered is kept, "
                        "and the same command goes on from there)",
                        len(silent),
                        why=record.failed,
                    )
                )

    try:
        async with asyncio.TaskGroup() as group:
            for __ in range(min(jobs, len(tasks))):
                group.create_task(work())
    except* (KnownError, OSError) as errors:
        raise errors.exceptions[0] from None
    _pass_on(silent, on_answer)


def _pass_on(records: list[CachedAnswer], on_answer: OnAnswer) -> None:
    for record in records:
        on_answer(record)
    records.clear()


async def _ask(teacher: Teacher, task: TeacherTask) -> tuple[CachedAnswer, bool]:
    """The record of one question, and whether the teacher answered at all."""
    seconds, prompt_tokens, tokens, why, answered = 0.0, 0, 0, "", False
    spent: dict[str, Any] = {}
    for attempt in range(TRIES):
        try:
            answer = await teacher.ask(task.question, attempt)
        except KnownError as error:
            why = str(error)
            if isinstance(error, PassingError):
                break
            continue
        answered = True
        seconds += answer.seconds
        prompt_tokens += answer.prompt_tokens
        tokens += answer.tokens
        spent = {"seconds": round(seconds, 3), "prompt_tokens": prompt_tokens, "tokens": tokens}
        try:
            value, flags = task.judge(_json(answer))
        except Unfit as unfit:
            why = str(unfit)
            continue
        flags += ("cut",) if answer.cut else ()
        return _record(task, attempt + 1, spent, value=value, flags=flags), True
    if answered:
        why = _("{why} ({tries} times)", why=why, tries=TRIES)
    return _record(task, attempt + 1, spent, failed=why), answered


def _record(task: TeacherTask, tries: int, spent: Mapping[str, Any], **came: Any) -> CachedAnswer:
    return CachedAnswer(task.key, task.stage, task.where, tries=tries, **spent, **came)


def _json(answer: Answer) -> Any:
    if not answer.text.strip():
        raise Unfit(_("an empty answer"))
    value = repaired_json(answer.text)
    if value is None:
        raise Unfit(_("the answer is not JSON"))
    return value


def shaped(kind: type[Model], value: Any) -> Model:
    """`value` as `kind`. Raises `Unfit` with the first place that does not fit."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place, problem = ".".join(map(str, first["loc"])), first["msg"]
        if not place:
            raise Unfit(
                _("the answer is not in the form asked for: {problem}", problem=problem)
            ) from None
        raise Unfit(
            _(
                "the answer is not in the form asked for, at {place}: {problem}",
                place=place,
                problem=problem,
            )
        ) from None
