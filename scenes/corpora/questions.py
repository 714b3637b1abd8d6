"""Questions made of templates with slots, and a teacher's answers in role."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz, process

from models.teacher import Question, Teacher
from scenes.corpora.asking import Task, Told, Unfit, ask_all, shaped
from scenes.corpora.distilled import is_chinese
from scenes.corpora.ledger import Ledger
from scenes.corpora.records import read_records
from scenes.errors import SceneError
from scenes.log import Entry

BUNDLED = Path(__file__).with_name("questions.yaml")
ALIKE = 90
"""Of 100, how like another a question is that is left out."""
ASKER = "来客"
VALUES = '给出一个列表，每项是一个简短的词。只输出 JSON：{"values": [...]}，二十项以内，不要重复。'
OTHERWISE = '把问题换两种说法，意思不变。只输出 JSON：{"values": ["说法一", "说法二"]}。'
ANSWER = (
    "你是{role}。用{role}自己的口吻、第一人称回答，不超过一百字，不知道的就说不知道。"
    '只输出 JSON：{{"answer": "回答"}}。'
)
_SLOT = re.compile(r"\{(\w+)\}|\[(\w+)\]")


class Values(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})
    values: list[str]


class Reply(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})
    answer: str = Field(min_length=1)


class Templates(BaseModel):
    """A file of templates; `ask` says of a slot what the teacher is to list."""

    model_config = ConfigDict(extra="forbid")
    templates: list[str] = Field(default_factory=list)
    slots: dict[str, list[str]] = Field(default_factory=dict)
    ask: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A question, and the answer in role; `None` where it failed."""

    question: str
    answer: str | None


def read_templates(path: Path) -> Templates:
    """Templates in YAML, or CamelBell's seed tasks in JSON Lines. Raises `SceneError`."""
    if path.suffix == ".jsonl":
        found = []
        for where, record in read_records(path):
            try:
                words = record["instances"][0]["input"] or record["instruction"]
                found.append(_SLOT.sub(lambda slot: f"{{{slot[1] or slot[2]}}}", words))
            except (KeyError, IndexError, TypeError):
                raise SceneError(f"{where}: expected instruction and instances") from None
        return Templates(templates=found)
    try:
        return Templates.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        first = " ".join(str(error).split())[:160]
        raise SceneError(f"{path}: expected templates, slots and ask ({first})") from None


def make(
    role: str, given: Templates, n: int, seed: int, teacher: Teacher, ledger: Ledger,
    jobs: int, told: Told,
) -> list[Asked]:  # fmt: skip
    """`n` questions to `role`, unlike each other, with their answers. Raises `SceneError`."""
    slots = _slots(role, given, teacher, ledger, jobs, told)
    drawn = distinct(filled(given.templates, slots, seed))[:n]
    if not drawn:
        raise SceneError("no template has values for its slots; give them in the file")
    tasks = [_values("otherwise", one, OTHERWISE, one) for one in drawn]
    values = ask_all(teacher, tasks, ledger, jobs, told)
    said = [random.Random(f"{seed}{one}").choice([one, *values.get(task.key, ())])
            for one, task in zip(drawn, tasks, strict=True)]  # fmt: skip
    questions = distinct(said)
    answers = [_answer(role, one) for one in questions]
    replies = ask_all(teacher, answers, ledger, jobs, told)
    pairs = zip(questions, answers, strict=True)
    return [Asked(one, replies.get(task.key)) for one, task in pairs]


def filled(templates: Sequence[str], slots: Mapping[str, Sequence[str]], seed: int) -> list[str]:
    """Every template with every value of its slots, shuffled; without values it is left out."""
    found = []
    for template in templates:
        names = list(dict.fromkeys(match[1] for match in re.finditer(r"\{(\w+)\}", template)))
        for chosen in product(*(slots.get(name, ()) for name in names)):
            question = template
            for name, value in zip(names, chosen, strict=True):
                question = question.replace(f"{{{name}}}", value)
            found.append(question)
    random.Random(seed).shuffle(found)
    return found


def distinct(questions: Sequence[str]) -> list[str]:
    """The questions without those much like one before."""
    kept: list[str] = []
    for one in questions:
        if process.extractOne(one, kept, scorer=fuzz.ratio, score_cutoff=ALIKE) is None:
            kept.append(one)
    return kept


def entries(role: str, asked: Sequence[Asked]) -> Iterator[Entry]:
    for one in asked:
        if one.answer is not None:
            yield Entry("speech", one.question, ASKER)
            yield Entry("speech", one.answer, role)


def _slots(
    role: str, given: Templates, teacher: Teacher, ledger: Ledger, jobs: int, told: Told
) -> dict[str, list[str]]:
    wanted = {match[1] for one in given.templates for match in re.finditer(r"\{(\w+)\}", one)}
    slots = {"role": [role], **given.slots}
    tasks = {
        name: _values("slot", name, VALUES, f"角色：{role}\n要列出：{given.ask.get(name, name)}")
        for name in sorted(wanted - slots.keys())
    }
    values = ask_all(teacher, list(tasks.values()), ledger, jobs, told)
    return slots | {name: values[task.key] for name, task in tasks.items() if task.key in values}


def _values(stage: str, where: str, system: str, user: str) -> Task:
    def judge(value: Any) -> tuple[list[str], tuple[str, ...]]:
        values = [" ".join(one.split()) for one in shaped(Values, value).values]
        kept = list(dict.fromkeys(filter(None, values)))
        if not kept:
            raise Unfit("an empty list")
        return kept, ()

    return Task(stage, where, Question(system, user, Values.model_json_schema(), 512), judge)


def _answer(role: str, question: str) -> Task:
    def judge(value: Any) -> tuple[str, tuple[str, ...]]:
        answer = " ".join(shaped(Reply, value).answer.split())
        if not answer or (is_chinese(question) and not is_chinese(answer)):
            raise Unfit("an answer without words, or in another language")
        return answer, ()

    asked = Question(ANSWER.format(role=role), question, Reply.model_json_schema(), 512)
    return Task("answer", question, asked, judge)
