"""The questions to a teacher of which questions to a role, and their answers, are made."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from base.messages import _
from models.server.backend import estimate
from models.teacher import Question
from scenes.data.teacher.distilled import is_chinese
from scenes.data.teacher.question_prompts import LANGUAGES, QuestionPrompts
from scenes.data.teacher.runner import TeacherTask, Unfit, shaped
from scenes.data.teacher.templates import Templates, cleaned_values, slots_of

MOST_VALUES = 20
MOST_USES = 3
"""Questions that a slot is shown in."""
ANSWER_TOKENS = 80
FactsOf = Callable[[str], Sequence[str]]
"""What is known that bears on a question."""


class ListedValues(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})
    values: list[str]


class Reply(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})
    answer: str = Field(min_length=1)


class GroundedReply(Reply):
    known: bool
    """Whether the facts hold the answer."""


@dataclass(frozen=True)
class QuestionRun:
    """What a run is to do."""

    role: str
    given: Templates
    n: int = 100
    """Most questions."""
    seed: int = 1
    language: str = "zh"
    world: str = ""
    profile: str = ""
    likes: tuple[str, ...] = ()
    voice: str = ""
    """Sample lines of the role."""
    grow: int = 0
    """Templates to be added to those given."""
    reword: bool = True
    knowledge: str = ""
    """What tells the facts that answers come of from any others; none without."""
    facts_of: FactsOf = field(default=lambda question: (), compare=False)

    @property
    def prompts(self) -> QuestionPrompts:
        return LANGUAGES[self.language]

    @cached_property
    def texts(self) -> list[str]:
        """Its templates, each once."""
        return list(dict.fromkeys(one.text for one in self.given.templates))

    @cached_property
    def digest(self) -> str:
        """What tells its templates, and who is asked, from those of other runs."""
        return hashlib.sha256("\0".join((self.about(), *self.texts)).encode()).hexdigest()

    def about(self, who: str | None = None) -> str:
        """Who is asked, a line for each thing that is known."""
        words = self.prompts
        lines = [who if who is not None else f"{words.role}{self.role}"]
        lines += [f"{words.world}{self.world}"] if self.world else []
        lines += [f"{words.profile}{self.profile}"] if self.profile else []
        comma = "、" if self.language == "zh" else ", "
        lines += [f"{words.likes}{comma.join(self.likes)}"] if self.likes else []
        lines += [words.voice, self.voice.rstrip("\n")] if self.voice else []
        return "\n".join(lines)


def slot_task(run: QuestionRun, name: str, ask: Mapping[str, str]) -> TeacherTask:
    """Asks for the values of a slot, and shows where they go."""
    words, slot = run.prompts, f"{{{name}}}"
    uses = [one for one in run.texts if slot in one][:MOST_USES]
    user = "\n".join(
        (run.about(), f"{words.wanted}{ask.get(name, name)}", words.uses.format(slot=slot), *uses)
    )
    return _listing("slot", name, words.values, user, 8 * MOST_VALUES)


def wordings_task(run: QuestionRun, question: str) -> TeacherTask:
    """Asks for a question in other words."""
    tokens = 2 * estimate(question) + 16
    return _listing("otherwise", question, run.prompts.otherwise, question, tokens)


def growth_task(
    run: QuestionRun, number: int, n: int, slots: Mapping[str, str], shown: Sequence[str]
) -> TeacherTask:
    """Asks for `n` new questions like those `shown`, of whose slots it may use `slots`.

    The answer is kept under its number: which examples it had is no reason to ask again.
    """
    words = run.prompts
    listed = [f"{{{name}}} {what}" for name, what in slots.items()]
    user = "\n".join(
        (
            run.about(),
            *((words.slots, *listed) if listed else ()),
            words.examples,
            *(f"{at}. {one}" for at, one in enumerate(shown, 1)),
        )
    )
    where = f"{number + 1}"
    kept_as = f"{run.digest} {run.seed} {where}"
    tokens = n * (sum(map(estimate, shown)) // max(len(shown), 1) + 4)
    return _listing("grow", where, words.grow.format(n=n), user, tokens, kept_as)


def answer_key(run: QuestionRun, question: str) -> str:
    """What the answer to a question is kept under, whatever facts were found for it."""
    return _answer(run, question, ()).key


def answer_task(run: QuestionRun, question: str) -> TeacherTask:
    """Asks for the answer in role, from the facts that bear on it if there is knowledge."""
    return _answer(run, question, run.facts_of(question) if run.knowledge else ())


def _answer(run: QuestionRun, question: str, facts: Sequence[str]) -> TeacherTask:
    def judge(value: Any) -> tuple[Any, tuple[str, ...]]:
        reply = shaped(GroundedReply if run.knowledge else Reply, value)
        answer = " ".join(reply.answer.split())
        foreign = is_chinese(answer) != is_chinese(question)
        if not answer or (foreign and (is_chinese(question) or run.language == "en")):
            raise Unfit(_("the answer has no words, or is in another language"))
        if isinstance(reply, GroundedReply):
            return {"answer": answer, "known": reply.known}, () if reply.known else ("unknown",)
        return answer, ()

    words = run.prompts
    system = run.about(words.answer.format(role=run.role))
    kept_as = ""
    user = question
    if run.knowledge:
        system += "\n" + words.grounded.strip()
        listed = [f"- {one}" for one in facts] or [words.no_facts]
        user = "\n".join((words.facts, *listed, f"{words.question}{question}"))
        kept_as = "\0".join((system, run.knowledge, question))
    asked = Question(system, user, _schema(GroundedReply if run.knowledge else Reply), 512)
    return TeacherTask("answer", question, asked, judge, ANSWER_TOKENS, kept_as)


def _listing(
    stage: str, where: str, system: str, user: str, tokens: int, kept_as: str = ""
) -> TeacherTask:
    def judge(value: Any) -> tuple[list[str], tuple[str, ...]]:
        different = cleaned_values(shaped(ListedValues, value).values)
        if not different:
            raise Unfit(_("the list is empty"))
        return different, ()

    most = max(512, 2 * tokens)
    question = Question(system, user, _schema(ListedValues), most)
    return TeacherTask(stage, where, question, judge, tokens, kept_as)


@cache
def _schema(kind: type[BaseModel]) -> dict[str, Any]:
    return kind.model_json_schema()


def unknown_slots(text: str, slots: Mapping[str, Sequence[str]]) -> bool:
    """Whether a template has a slot without values, or a brace that belongs to none."""
    names = slots_of(text)
    rest = text
    for name in names:
        rest = rest.replace(f"{{{name}}}", "")
    return "{" in rest or "}" in rest or any(not slots.get(name) for name in names)
