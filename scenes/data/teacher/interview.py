"""Mock interviews that a teacher holds with the people of a novel, passage by passage."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from base.messages import _
from models.server.backend import estimate
from models.teacher import Question, Teacher
from scenes.data.books.book import Book
from scenes.data.books.passages import BookPassage, book_passages, place_of
from scenes.data.teacher.answer_cache import AnswerCache
from scenes.data.teacher.distilled import UNKNOWN, is_chinese, named
from scenes.data.teacher.runner import OnAnswer, TeacherTask, Unfit, ask_all, shaped
from scenes.log import Entry

INTERVIEW = """读下面的小说片段，虚拟一场采访：记者向片段里的人物提问，人物用自己的口吻回答。
只输出 JSON：{"interviews": [{"respondent": "人物的名字", "ask": "问题", "answer": "回答"}]}。
最多四组，问题各不相同，回答依据片段、用第一人称、不超过五十字，用片段原来的语言。"""
WANTED = "只采访这些人物，没有出现就给空列表："
EXPECTED = 250
"""Tokens of an answer: four exchanges in JSON."""
ASKERS = ("记者", "访客", "过路人", "说书人", "史官")
"""Who asks, by turns, so that no one name is learned with it."""


class Exchange(BaseModel):
    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    respondent: str
    ask: str = Field(min_length=1)
    answer: str = Field(min_length=1)


class Interviews(BaseModel):
    """The answer for a passage."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    interviews: list[Exchange]


HeldInterviews = list[tuple[BookPassage, list[dict[str, str]] | None]]
"""The exchanges of each passage; `None` where it failed."""


def passages(
    book: Book, tokens: int, people: Sequence[str]
) -> list[tuple[BookPassage, TeacherTask]]:
    """The passages in which one of `people` is named, or all where none is said."""
    return [
        (passage, _task(passage, people))
        for passage in book_passages(book, tokens)
        if not people or any(name in passage.text for name in people)
    ]


def interview(
    tasks: Sequence[tuple[BookPassage, TeacherTask]],
    teacher: Teacher,
    cache: AnswerCache,
    jobs: int,
    on_answer: OnAnswer,
) -> HeldInterviews:
    """Ask what the cache does not hold. Raises `KnownError` where the teacher is gone."""
    values = ask_all(teacher, [task for __, task in tasks], cache, jobs, on_answer)
    return [(passage, values.get(task.key)) for passage, task in tasks]


def entries(held: HeldInterviews) -> Iterator[Entry]:
    """The log: a question and an answer, under the chapters."""
    chapter, turn = "", 0
    for passage, exchanges in held:
        if passage.chapter != chapter:
            chapter = passage.chapter
            yield Entry("chapter", chapter)
        if exchanges is None:
            yield Entry("comment", _("{place}: no answer", place=place_of(passage)))
        for one in exchanges or ():
            others = [name for name in ASKERS if name != one["respondent"]]
            yield Entry("speech", one["ask"], others[turn % len(others)])
            yield Entry("speech", one["answer"], one["respondent"])
            turn += 1


def instructions(held: HeldInterviews) -> Iterator[dict[str, str]]:
    """The same as instruction, input and output."""
    for __, exchanges in held:
        for one in exchanges or ():
            who = f"以{one['respondent']}的身份回答。"
            yield {"instruction": who, "input": one["ask"], "output": one["answer"]}


def _task(passage: BookPassage, people: Sequence[str]) -> TeacherTask:
    def judge(value: Any) -> tuple[list[dict[str, str]], tuple[str, ...]]:
        exchanges, flags = [], []
        for number, one in enumerate(shaped(Interviews, value).interviews, 1):
            who = named(one.respondent)
            if who == UNKNOWN or (people and who not in people):
                flags.append(f"interview {number}: not a person asked for")
                continue
            if who not in passage.text:
                flags.append(f"interview {number}: {who} is not in the text")
            ask, answer = " ".join(one.ask.split()), " ".join(one.answer.split())
            exchanges.append({"respondent": who, "ask": ask, "answer": answer})
        answers = "".join(one["answer"] for one in exchanges)
        if answers and is_chinese(passage.text) and not is_chinese(answers):
            raise Unfit(_("the answer is not in the language of the text"))
        return exchanges, tuple(flags)

    wanted = f"{WANTED}{'、'.join(people)}\n\n" if people else ""
    room = estimate(passage.text) + 512
    question = Question(INTERVIEW, wanted + passage.text, Interviews.model_json_schema(), room)
    return TeacherTask("interview", place_of(passage), question, judge, EXPECTED)
