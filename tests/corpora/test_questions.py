import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpora.conftest import Start
from tests.tui.conftest import Run


def knowing(system: str, user: str, before: int) -> Any:
    if "answer" in system:
        return {"answer": f"我记得第{before}件事。"}
    return {"values": [f"{user}呢？"] if "换两种" in system else ["苏晚", "旧宅"]}


def test_questions_are_filled_answered_and_not_asked_twice(
    run: Run, teach: Start, tmp_path: Path
) -> None:
    teacher, out = teach(knowing), tmp_path / "out.jsonl"
    command = ("corpus", "questions", "林默", "--teacher", teacher.url, "-n", 5, "-o", out)
    ran = run(*command, "--to", "instruct")
    assert ran.status == 0, ran.err
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert 0 < len(rows) <= 5 and all("{" not in row["input"] for row in rows)
    asked = len(teacher.asked)
    assert run(*command).status == 0 and len(teacher.asked) == asked
    assert out.read_text("utf-8").startswith("来客：")


def test_an_estimate_of_questions_asks_nothing_and_is_what_is_then_asked(
    run: Run, teach: Start, tmp_path: Path
) -> None:
    file, out = tmp_path / "mine.yaml", tmp_path / "out.jsonl"
    file.write_text(
        "templates: ['你喜欢{item}吗？', '你去过{place}吗？']\nslots: {item: [剑, 船, 月亮]}\n",
        "utf-8",
    )
    command = ("corpus", "questions", "林默", "--templates", file, "-n", 3, "-o", out)
    ran = run(*command, "--estimate", "--price", "1,1")
    assert ran.status == 0 and ran.err.startswith("at most 7 questions: about "), ran.err
    assert ", costs 0.00" in ran.err and not list(tmp_path.glob("out*"))
    teacher = teach(knowing)
    ran = run(*command, "--teacher", teacher.url, "--json")
    assert ran.status == 0 and len(teacher.asked) == 7
    assert json.loads(ran.out) == {"questions": 3, "answered": 3, "unknown": 0, "failed": []}
    ran = run(*command, "--teacher", teacher.url)
    assert "\n7 answered before\n0 questions: " in f"\n{ran.err}" and len(teacher.asked) == 7


def test_templates_larger_than_they_may_be_are_told_the_limit(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("templates: [你是谁？]\n" + "# and so on\n" * 100_000, "utf-8")
    out = tmp_path / "out.txt"
    ran = run("corpus", "questions", "林默", "--slots", file, "--teacher", "http://x", "-o", out)
    assert ran.status == 2 and "mine.yaml: larger than 1 MB, which" in ran.err


def test_templates_are_never_written_over_and_nested_without_end_they_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tui.__main__ import main

    file = tmp_path / "mine.yaml"
    file.write_text("templates: [你是谁？]\n", encoding="utf-8")
    options = ["corpus", "questions", "关羽", "--templates", str(file), "--teacher", "starter"]
    assert main([*options, "-o", str(file)]) == 2
    assert file.read_text(encoding="utf-8") == "templates: [你是谁？]\n"
    capsys.readouterr()
    file.write_text("[" * 5000, encoding="utf-8")
    assert main([*options, "-o", str(tmp_path / "out.log")]) == 2
    told = capsys.readouterr().err
    assert "mine.yaml" in told and "Traceback" not in told
