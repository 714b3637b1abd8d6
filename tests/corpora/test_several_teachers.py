"""Several teachers that share the questions of one run."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.corpora.conftest import Start
from tests.corpora.teachers import Gone, Teacher
from tests.tui.conftest import Ran, Run

CHAPTERS = 24
WITHOUT = "the others go on without it"


@pytest.fixture
def novel(tmp_path: Path) -> Path:
    """A passage a chapter."""
    path = tmp_path / "雨夜.txt"
    lines = (f"第{n}章\n他们走了{n}天。" for n in range(1, CHAPTERS + 1))
    path.write_text("\n".join(lines), "utf-8")
    return path


def walked(system: str, user: str, before: int) -> Any:
    time.sleep(0.02)
    return {"items": [{"kind": "info", "text": user[user.index("他们") :].split("。")[0] + "。"}]}


def refuses(system: str, user: str, before: int) -> Any:
    return 400, "This model's maximum context length is 16 tokens"


def gone_after(answers: int) -> Any:
    def say(system: str, user: str, before: int) -> Any:
        if before >= answers:
            raise Gone
        return walked(system, user, before)

    return say


def distil(run: Run, novel: Path, out: Path, *teachers: Teacher, jobs: int = 4) -> Ran:
    named = [word for one in teachers for word in ("--teacher", one.url)]
    command = ("corpus", "distill", novel, "-o", out, "--no-summaries", "-j", jobs)
    return run(*command, "--wait", "0.3", *named)


def log_of_one(run: Run, teach: Start, novel: Path, out: Path) -> str:
    """What a run with one teacher writes."""
    assert distil(run, novel, out, teach(walked)).status == 0
    return out.read_text("utf-8")


def test_several_write_what_one_writes_and_a_slow_one_is_asked_less(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    def slow(system: str, user: str, before: int) -> Any:
        time.sleep(0.3)
        return walked(system, user, before)

    one, two, late = teach(walked), teach(walked), teach(slow)
    ran = distil(run, novel, tmp_path / "three.txt", one, two, late)
    assert ran.status == 0, ran.err
    whole = log_of_one(run, teach, novel, tmp_path / "one.txt")
    assert (tmp_path / "three.txt").read_text("utf-8") == whole
    told = [len(teacher.answered) for teacher in (one, two, late)]
    assert sum(told) == CHAPTERS and min(told) == told[2] > 0 and told[2] < CHAPTERS / 4
    for teacher, count in zip((one, two, late), told, strict=True):
        assert f"{teacher.url}: {count} answer" in ran.err


def test_one_that_goes_away_is_done_without(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    stays, leaves = teach(walked), teach(gone_after(2))
    ran = distil(run, novel, tmp_path / "two.txt", stays, leaves)
    assert ran.status == 0, ran.err
    assert len(stays.answered) + len(leaves.answered) == CHAPTERS
    assert len([line for line in ran.err.splitlines() if WITHOUT in line]) == 1
    assert "waiting for it until" not in ran.err


def test_one_that_was_away_at_the_beginning_is_asked_when_it_is_there(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    def first(system: str, user: str, before: int) -> Any:
        if before == 2:
            late.come_back()
        time.sleep(0.1)
        return walked(system, user, before)

    late, there = teach(walked), teach(first)
    late.stop()
    ran = distil(run, novel, tmp_path / "two.txt", late, there, jobs=2)
    assert ran.status == 0, ran.err
    assert WITHOUT in ran.err and f"{late.url} answers again" in ran.err
    assert late.answered and len(late.answered) + len(there.answered) == CHAPTERS


def test_where_all_are_away_the_first_is_named(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    one, two = teach(walked), teach(walked)
    one.stop()
    two.stop()
    ran = distil(run, novel, tmp_path / "two.txt", one, two)
    assert ran.status != 0 and not (tmp_path / "two.txt").exists()
    assert len(ran.err.strip().splitlines()) == 1 and one.url in ran.err


def test_one_with_too_short_a_context_leaves_its_questions_to_the_others(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    able, short = teach(walked), teach(refuses)
    ran = distil(run, novel, tmp_path / "two.txt", short, able)
    assert ran.status == 0, ran.err
    assert len(able.answered) == CHAPTERS and len(short.asked) < CHAPTERS / 2
    assert "maximum context length" in ran.err and WITHOUT in ran.err


def test_where_all_refuse_nothing_is_written_and_it_is_said_why(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    ran = distil(run, novel, tmp_path / "two.txt", teach(refuses), teach(refuses))
    assert ran.status != 0 and not (tmp_path / "two.txt").exists()
    assert "maximum context length" in ran.err and "Traceback" not in ran.err
