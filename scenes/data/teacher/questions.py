"""Questions made of templates with slots, and a teacher's answers in role."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from base.errors import KnownError
from base.messages import _
from models.server.backend import estimate
from models.teacher import Question, Teacher
from scenes.data.teacher.answer_cache import AnswerCache
from scenes.data.teacher.distilled import is_chinese
from scenes.data.teacher.runner import OnAnswer, TeacherTask, Unfit, ask_all, shaped
from scenes.data.teacher.templates import Templates, distinct, filled, slots_of
from scenes.log import Entry

BUNDLED = Path(__file__).with_name("questions.yaml")
ASKER = "来客"
VALUES = '给出一个列表，每项是一个简短的词。只输出 JSON：{"values": [...]}，二十项以内，不要重复。'
MOST_VALUES = 20
OTHERWISE = '把问题换两种说法，意思不变。只输出 JSON：{"values": ["说法一", "说法二"]}。'
ANSWER = (
    "你是{role}。用{role}自己的口吻、第一人称回答，不超过一百字，不知道的就说不知道。"
    '只输出 JSON：{{"answer": "回答"}}。'
)
ANSWER_TOKENS = 80


class Values(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})
    values: list[str]


class Reply(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})
    answer: str = Field(min_length=1)


@dataclass(frozen=True)
class QuestionRun:
    """What a run is to do."""

    role: str
    given: Templates
    n: int = 100
    """Most questions."""
    seed: int = 1


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question, and the answer in role; `None` where it failed."""

    question: str
    answer: str | None


def make(
    run: QuestionRun, teacher: Teacher, cache: AnswerCache, jobs: int, on_answer: OnAnswer
) -> list[AnsweredQuestion]:
    """Questions to a role, unlike each other, with their answers. Raises `KnownError`."""
    slots, tasks = _given_slots(run), _slot_tasks(run)
    values = ask_all(teacher, list(tasks.values()), cache, jobs, on_answer)
    slots |= {name: values[task.key] for name, task in tasks.items() if task.key in values}
    drawn = distinct(filled(run.given.templates, slots, run.seed), run.n)
    if not drawn:
        raise KnownError(
            _("no template has values for its slots; give some in the file, or with --slots")
        )
    wordings = ask_all(teacher, [_otherwise(one) for one in drawn], cache, jobs, on_answer)
    questions = _worded(drawn, wordings, run.seed)
    answers = [_answer(run.role, one) for one in questions]
    replies = ask_all(teacher, answers, cache, jobs, on_answer)
    pairs = zip(questions, answers, strict=True)
    return [AnsweredQuestion(one, replies.get(task.key)) for one, task in pairs]


def expected(run: QuestionRun, cache: AnswerCache | None) -> tuple[list[TeacherTask], bool]:
    """What a run asks, and whether that is sure; else it is about the most.

    Of slots whose values are still to be asked for, as many are taken as are asked for.
    """
    slots, tasks = _given_slots(run), _slot_tasks(run)
    held = {name: cache.value(task.key) for name, task in tasks.items()} if cache else {}
    slots |= {name: values for name, values in held.items() if values is not None}
    open_slots = tasks.keys() - slots.keys()
    slots |= {name: [f"“{number:02}”" for number in range(MOST_VALUES)] for name in open_slots}
    questions = filled(run.given.templates, slots, run.seed)
    drawn = list(islice(questions, run.n)) if open_slots else distinct(questions, run.n)
    others = [_otherwise(one) for one in drawn]
    wordings = {task.key: cache.value(task.key) for task in others} if cache else {}
    answers = [_answer(run.role, one) for one in _worded(drawn, wordings, run.seed)]
    sure = not open_slots and all(wordings.get(task.key) for task in others)
    return [*tasks.values(), *others, *answers], sure


def entries(role: str, questions: Sequence[AnsweredQuestion]) -> Iterator[Entry]:
    for one in questions:
        if one.answer is not None:
            yield Entry("speech", one.question, ASKER)
            yield Entry("speech", one.answer, role)


def instructions(role: str, questions: Sequence[AnsweredQuestion]) -> Iterator[dict[str, str]]:
    """The same as instruction, input and output."""
    for one in questions:
        if one.answer is not None:
            who = f"以{role}的身份回答。"
            yield {"instruction": who, "input": one.question, "output": one.answer}


def counts(questions: Sequence[AnsweredQuestion]) -> dict[str, Any]:
    """Figures of a run, for a person."""
    return {
        "questions": len(questions),
        "answered": sum(one.answer is not None for one in questions),
        "failed": [one.question for one in questions if one.answer is None],
    }


def _given_slots(run: QuestionRun) -> dict[str, list[str]]:
    return {"role": [run.role], **run.given.slots}


def _slot_tasks(run: QuestionRun) -> dict[str, TeacherTask]:
    """A question for each slot that has no values."""
    wanted = {name for one in run.given.templates for name in slots_of(one)}
    tasks = {}
    for name in sorted(wanted - _given_slots(run).keys()):
        user = f"角色：{run.role}\n要列出：{run.given.ask.get(name, name)}"
        tasks[name] = _values("slot", name, VALUES, user, 8 * MOST_VALUES)
    return tasks


def _otherwise(question: str) -> TeacherTask:
    return _values("otherwise", question, OTHERWISE, question, 2 * estimate(question) + 16)


def _worded(drawn: Sequence[str], values: Mapping[str, list[str] | None], seed: int) -> list[str]:
    """Each question as it is or in other words, by the seed, without those much alike."""
    return distinct(
        random.Random(f"{seed}{one}").choice([one, *(values.get(_otherwise(one).key) or ())])
        for one in drawn
    )


def _values(stage: str, where: str, system: str, user: str, tokens: int) -> TeacherTask:
    def judge(value: Any) -> tuple[list[str], tuple[str, ...]]:
        values = [" ".join(one.split()) for one in shaped(Values, value).values]
        different = list(dict.fromkeys(filter(None, values)))
        if not different:
            raise Unfit(_("the list is empty"))
        return different, ()

    question = Question(system, user, Values.model_json_schema(), 512)
    return TeacherTask(stage, where, question, judge, tokens)


def _answer(role: str, question: str) -> TeacherTask:
    def judge(value: Any) -> tuple[str, tuple[str, ...]]:
        answer = " ".join(shaped(Reply, value).answer.split())
        if not answer or (is_chinese(question) and not is_chinese(answer)):
            raise Unfit(_("the answer has no words, or is in another language"))
        return answer, ()

    in_role = Question(ANSWER.format(role=role), question, Reply.model_json_schema(), 512)
    return TeacherTask("answer", question, in_role, judge, ANSWER_TOKENS)
