"""A novel distilled by a teacher into our log: four rounds of questions, each kept in a journal.

Passages become items; who says what nobody was named for is asked with a wider window; free
expressions are mapped onto a scene's labels; chapters get a summary.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from base.messages import _
from models.server.backend import estimate
from models.teacher import Question, Teacher
from scenes.data.books.book import Book
from scenes.data.books.passages import BookPassage, book_passages, place_of
from scenes.data.teacher.answer_cache import AnswerCache
from scenes.data.teacher.distill_questions import (
    CHAPTER,
    ITEMS,
    ITEMS_PER_TOKEN,
    LABEL,
    MOST_CHARACTERS,
    NONE,
    SPEAKERS,
    Attributions,
    ChapterSummary,
)
from scenes.data.teacher.distilled import UNKNOWN, DistilledItems, entries_of, judged, named
from scenes.data.teacher.runner import OnAnswer, TeacherTask, Unfit, ask_all, shaped
from scenes.log import Entry
from scenes.scene import EMOTIONS


@dataclass(frozen=True)
class DistillRun:
    """What a run is to do."""

    book: Book
    tokens: int = 600
    """Budget of a passage, in estimated tokens."""
    labels: tuple[str, ...] = EMOTIONS
    summaries: bool = True


@dataclass
class Distilled:
    """What a run has distilled."""

    pieces: list[BookPassage]
    items: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """By the number of the passage; failed ones are missing."""
    labels: dict[str, str] = field(default_factory=dict)
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By chapter."""


def passages(run: DistillRun) -> list[tuple[BookPassage, TeacherTask]]:
    """The passages of the book and the question for each."""
    return [
        (passage, _passage(passage, run.book)) for passage in book_passages(run.book, run.tokens)
    ]


def distil(
    run: DistillRun, teacher: Teacher, cache: AnswerCache, jobs: int, on_answer: OnAnswer
) -> Distilled:
    """Ask all that the cache does not hold. Raises `KnownError` where the teacher is gone."""
    tasks = passages(run)
    values = ask_all(teacher, [task for __, task in tasks], cache, jobs, on_answer)
    distilled = Distilled([passage for passage, __ in tasks])
    for passage, task in tasks:
        if task.key in values:
            distilled.items[passage.number] = [dict(item) for item in values[task.key]]
    _attribute(distilled, teacher, cache, jobs, on_answer)
    _label(distilled, run.labels, teacher, cache, jobs, on_answer)
    if run.summaries:
        _summarise(distilled, run, teacher, cache, jobs, on_answer)
    return distilled


def entries(distilled: Distilled) -> Iterator[Entry]:
    """The log: chapters with their summaries, and a comment where a passage failed."""
    chapter = None
    for passage in distilled.pieces:
        if passage.chapter != chapter:
            chapter = passage.chapter
            if chapter:
                yield Entry("chapter", chapter)
            yield from _context(distilled.summaries.get(chapter))
        if passage.number in distilled.items:
            yield from entries_of(distilled.items[passage.number], distilled.labels)
        else:
            yield Entry("comment", _("{place}: no answer", place=place_of(passage)))


def counts(distilled: Distilled) -> dict[str, Any]:
    """Figures of a run, for a person."""
    items = [item for passage in distilled.items.values() for item in passage]
    spoken = [item for item in items if item["kind"] != "info"]
    words = {item["expression"].strip() for item in spoken if item.get("expression", "").strip()}
    return {
        "passages": len(distilled.pieces),
        "failed": [c.number for c in distilled.pieces if c.number not in distilled.items],
        "items": dict(Counter(item["kind"] for item in items)),
        "not_copied": sum(item.get("copied") is False for item in items),
        "unknown": sum(item["speaker"] == UNKNOWN for item in spoken),
        "expressions": len(words),
        "labelled": sum(word in distilled.labels for word in words),
        "speakers": dict(Counter(item["speaker"] for item in spoken).most_common()),
    }


def _passage(passage: BookPassage, book: Book) -> TeacherTask:
    heading = f"《{book.name}》{passage.chapter}\n\n" if book.name else ""
    room = 2 * estimate(passage.text) + 512
    question = Question(ITEMS, heading + passage.text, DistilledItems.model_json_schema(), room)
    return TeacherTask(
        "passage",
        place_of(passage),
        question,
        lambda value: judged(value, passage.text),
        int(ITEMS_PER_TOKEN * estimate(passage.text)),
    )


def _attribute(
    distilled: Distilled, teacher: Teacher, cache: AnswerCache, jobs: int, on_answer: OnAnswer
) -> None:
    """Ask for the speakers that stayed unknown, with the passages before and after."""
    tasks: dict[str, list[dict[str, Any]]] = {}
    open_tasks = []
    for at, passage in enumerate(distilled.pieces):
        items = distilled.items.get(passage.number, ())
        open_items = [item for item in items if item.get("speaker") == UNKNOWN]
        if open_items:
            task = _speakers(distilled.pieces[max(at - 1, 0) : at + 2], passage, open_items)
            tasks[task.key] = open_items
            open_tasks.append(task)
    for key, names in ask_all(teacher, open_tasks, cache, jobs, on_answer).items():
        for number, name in names:
            tasks[key][number - 1]["speaker"] = name


def _speakers(
    window: Sequence[BookPassage], passage: BookPassage, items: Sequence[dict[str, Any]]
) -> TeacherTask:
    text = "\n".join(one.text for one in window)
    lines = "\n".join(f"{number}. {item['text']}" for number, item in enumerate(items, 1))

    def judge(value: Any) -> tuple[list[list[Any]], tuple[str, ...]]:
        given = shaped(Attributions, value).speakers
        names = {one.number: named(one.speaker) for one in given if 0 < one.number <= len(items)}
        known = {number: name for number, name in names.items() if name != UNKNOWN}
        flags = tuple(f"{name}: not in the text" for name in known.values() if name not in text)
        return [[number, name] for number, name in sorted(known.items()) if name in text], flags

    return TeacherTask(
        "speakers",
        place_of(passage),
        Question(SPEAKERS, f"{text}\n\n{lines}", Attributions.model_json_schema(), 512),
        judge,
    )


def _label(
    distilled: Distilled,
    labels: Sequence[str],
    teacher: Teacher,
    cache: AnswerCache,
    jobs: int,
    on_answer: OnAnswer,
) -> None:
    """Ask once for each expression that is none of the labels."""
    words = {
        " ".join(item["expression"].split())
        for items in distilled.items.values()
        for item in items
        if item.get("expression", "").strip()
    }
    distilled.labels |= {word: word for word in words if word in labels}
    tasks = {word: _labelling(word, labels) for word in sorted(words - distilled.labels.keys())}
    values = ask_all(teacher, list(tasks.values()), cache, jobs, on_answer)
    for word, task in tasks.items():
        if (label := values.get(task.key, NONE)) != NONE:
            distilled.labels[word] = label


def _labelling(word: str, labels: Sequence[str]) -> TeacherTask:
    known = [*labels, NONE]
    schema = {
        "type": "object",
        "properties": {"label": {"enum": known}},
        "required": ["label"],
        "additionalProperties": False,
    }

    def judge(value: Any) -> tuple[str, tuple[str, ...]]:
        label = value.get("label") if isinstance(value, dict) else None
        if label not in known:
            raise Unfit(_("the answer is not one of the labels"))
        return str(label), ()

    user = f"类别：{'、'.join(labels)}\n词：{word}"
    return TeacherTask("expression", word, Question(LABEL, user, schema, 64), judge)


def _summarise(
    distilled: Distilled,
    run: DistillRun,
    teacher: Teacher,
    cache: AnswerCache,
    jobs: int,
    on_answer: OnAnswer,
) -> None:
    """Ask for what happens in each chapter, and what its people are up to."""
    lines: dict[str, list[str]] = {}
    for passage in distilled.pieces:
        entries = entries_of(distilled.items.get(passage.number, ()), {})
        lines.setdefault(passage.chapter, []).extend(entry.line for entry in entries)
    tasks = {
        chapter: _summary(chapter, _thinned(material, 4 * run.tokens))
        for chapter, material in lines.items()
        if material
    }
    values = ask_all(teacher, list(tasks.values()), cache, jobs, on_answer)
    for chapter, task in tasks.items():
        if task.key in values:
            distilled.summaries[chapter] = values[task.key]


def _thinned(lines: Sequence[str], budget: int) -> str:
    """Lines from all over that keep within a budget of tokens."""
    total = sum(map(estimate, lines))
    step = max(1.0, total / budget)
    picked = [lines[int(at * step)] for at in range(int(len(lines) / step))] or list(lines[:1])
    return "\n".join(picked)


def _summary(chapter: str, text: str) -> TeacherTask:
    def judge(value: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
        summary = shaped(ChapterSummary, value).model_dump(exclude_defaults=True)
        people = [one for one in summary.get("characters", ()) if one["name"].strip()]
        return summary | {"characters": people[:MOST_CHARACTERS]}, ()

    user = f"{chapter}\n{text}"
    return TeacherTask(
        "chapter", chapter, Question(CHAPTER, user, ChapterSummary.model_json_schema()), judge
    )


def _context(summary: dict[str, Any] | None) -> Iterator[Entry]:
    if summary is None:
        return
    yield Entry("context", f"本章概要：{_flat(summary['summary'])}")
    names = {"role": "身份", "goal": "目标", "obstacle": "阻碍", "plan": "打算"}
    for one in summary["characters"]:
        about = "；".join(f"{names[key]}：{_flat(one[key])}" for key in names if one.get(key))
        if about:
            yield Entry("context", f"{_flat(one['name'])}：{about}")


def _flat(text: str) -> str:
    return " ".join(text.split())
