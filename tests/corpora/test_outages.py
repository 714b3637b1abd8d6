import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.availability import Clock
from models.teacher import ONCE, Manner
from models.teacher import Teacher as Opened
from scenes.data.books.book import read_book
from scenes.data.teacher.answer_cache import AnswerCache
from scenes.data.teacher.distill import Distilled, DistillRun, distil
from tests.corpora.conftest import Start
from tests.corpora.teachers import Gone, Teacher
from tests.tui.conftest import Run

CHAPTERS = 8
AWAY = "does not answer"
BACK = "answers again"


@pytest.fixture
def novel(tmp_path: Path) -> Path:
    """A passage a chapter."""
    path = tmp_path / "雨夜.txt"
    lines = (f"第{n}章\n他们走了{n}天。" for n in range(1, CHAPTERS + 1))
    path.write_text("\n".join(lines), "utf-8")
    return path


def walked(system: str, user: str, before: int) -> Any:
    return {"items": [{"kind": "info", "text": "他们走了。"}]}


def after(first: int, what: Callable[[], object]) -> Callable[[str, str, int], Any]:
    """Does something else instead of answering the question of that number."""

    def say(system: str, user: str, before: int) -> Any:
        if before == first:
            what()
        return walked(system, user, before)

    return say


def gone() -> None:
    raise Gone


class Hours:
    """A clock whose time passes as one sleeps, a sleep in `step` seconds of the real one."""

    def __init__(self, awake: Callable[[float], object], step: float = 0.0) -> None:
        self.at = 0.0
        self.awake = awake
        self.step = step

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.step)
        self.at += seconds
        self.awake(self.at)


def back_after_ten_minutes(teacher: Teacher) -> Callable[[float], None]:
    away = [True]

    def awake(at: float) -> None:
        if at >= 600 and away:
            away.clear()
            teacher.come_back()

    return awake


def distilled(
    novel: Path, teacher: Teacher, hours: Hours, told: list[str], wait: float = 900.0, jobs: int = 1
) -> Distilled:
    """What a run finds whose time passes as it sleeps."""
    manner = Manner(wait, patience=replace(ONCE, tries=1), told=told.append, clock=hours.clock)
    cache = AnswerCache.open(novel.with_name("out.journal"), "distill")
    run = DistillRun(read_book(novel), summaries=False)
    with closing(cache), closing(Opened.open(teacher.url, manner=manner)) as opened:
        return distil(run, opened, cache, jobs, lambda record: None)


def answered_once(teacher: Teacher) -> bool:
    return sorted(Counter(teacher.answered).values()) == [1] * CHAPTERS


def lines_with(words: str, err: str) -> list[str]:
    return [line for line in err.splitlines() if words in line]


def test_a_teacher_that_hangs_is_asked_again(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(after(2, lambda: time.sleep(2)))
    options = ("--no-summaries", "--timeout", "1", "--wait", "0.8")
    ran = run("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, *options)
    assert ran.status == 0, ran.err
    assert len(teacher.asked) == CHAPTERS + 1
    assert out.read_text("utf-8").count("【他们走了。】") == CHAPTERS
    assert "nothing came for 1 s" in lines_with(AWAY, ran.err)[0]
    assert len(lines_with(AWAY, ran.err)) == len(lines_with(BACK, ran.err)) == 1


def test_a_teacher_that_comes_back_at_its_address_ends_the_work_it_began(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(walked)

    def leave() -> None:
        threading.Timer(0.8, teacher.come_back).start()
        raise Gone

    teacher.say = after(3, leave)
    command = ("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, "-j", 2)
    ran = run(*command, "--no-summaries", "--wait", "20")
    assert ran.status == 0, ran.err
    assert answered_once(teacher)
    assert out.read_text("utf-8").count("【他们走了。】") == CHAPTERS
    told = lines_with(AWAY, ran.err)
    assert len(told) == len(lines_with(BACK, ran.err)) == 1
    assert "cannot connect" in told[0] or "broke off" in told[0]
    assert "waiting for it until" in told[0]


@pytest.mark.parametrize("jobs", [1, 4])
def test_ten_minutes_without_a_teacher_are_waited_for(teach: Start, novel: Path, jobs: int) -> None:
    teacher, told = teach(after(4, gone)), []
    hours = Hours(back_after_ten_minutes(teacher))
    found = distilled(novel, teacher, hours, told, jobs=jobs)
    assert len(found.items) == CHAPTERS and answered_once(teacher)
    assert hours.at >= 600
    assert len(told) == 2 and AWAY in told[0] and BACK in told[1]


def test_an_answer_on_its_way_when_the_teacher_leaves_does_not_end_the_outage(
    teach: Start, novel: Path
) -> None:
    told: list[str] = []
    known, answered = threading.Event(), threading.Event()

    def say(system: str, user: str, before: int) -> Any:
        if before == 4:
            raise Gone
        if before == 3:
            known.wait(20)
            answered.set()
        return walked(system, user, before)

    teacher = teach(say)
    back = back_after_ten_minutes(teacher)

    def awake(at: float) -> None:
        known.set()
        if answered.is_set():
            back(at)

    hours = Hours(awake, step=0.02)
    found = distilled(novel, teacher, hours, told, jobs=2)
    assert len(found.items) == CHAPTERS and answered_once(teacher)
    assert len(told) == 2 and AWAY in told[0] and BACK in told[1]


def test_a_server_that_is_loading_is_waited_for(teach: Start, novel: Path) -> None:
    def say(system: str, user: str, before: int) -> Any:
        return (503, "loading") if before < 5 else walked(system, user, before)

    told: list[str] = []
    found = distilled(novel, teach(say), Hours(lambda at: None), told)
    assert len(found.items) == CHAPTERS and "loading" in told[0] and BACK in told[1]


def test_the_waiting_begins_with_the_first_failure(teach: Start, novel: Path) -> None:
    teacher, told = teach(walked), []
    hours = Hours(lambda at: teacher.come_back() if at >= 3700 else None)

    def slow() -> None:
        hours.at += 3600
        raise Gone

    teacher.say = after(0, slow)
    assert len(distilled(novel, teacher, hours, told, wait=100).items) == CHAPTERS


def test_a_run_ends_when_the_teacher_stays_away_and_goes_on_when_it_is_there(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(after(3, gone))
    command = ("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, "--no-summaries")
    ran = run(*command, "--wait", "0.3")
    assert ran.status == 1 and not out.exists()
    assert len(lines_with("the same command goes on from there", ran.err)) == 1
    assert "passage" not in ran.err and "Traceback" not in ran.err
    teacher.come_back()
    ran = run(*command)
    assert ran.status == 0, ran.err
    assert answered_once(teacher)
    assert out.read_text("utf-8").count("【他们走了。】") == CHAPTERS


def test_an_outage_longer_than_the_wait_is_said_once(teach: Start, novel: Path) -> None:
    teacher, told, hours = teach(after(3, gone)), [], Hours(lambda at: None)
    with pytest.raises(KnownError, match=r"cannot connect.*the last 2 questions had no answer"):
        distilled(novel, teacher, hours, told)
    assert len(told) == 1 and hours.at == pytest.approx(900)
    teacher.come_back()
    assert len(distilled(novel, teacher, hours, told).items) == CHAPTERS
    assert answered_once(teacher) and len(told) == 1


def test_a_question_that_fails_while_others_are_answered_is_no_outage(
    teach: Start, novel: Path
) -> None:
    def say(system: str, user: str, before: int) -> Any:
        return (500, "no memory") if "他们走了3天" in user else walked(system, user, before)

    teacher, told, hours = teach(say), [], Hours(lambda at: None)
    found = distilled(novel, teacher, hours, told)
    assert len(found.items) == CHAPTERS - 1 and hours.at == pytest.approx(900)
    assert len(told) <= 2
