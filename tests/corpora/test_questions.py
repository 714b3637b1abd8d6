import json
from pathlib import Path
from typing import Any

import pytest

from scenes.corpora.questions import distinct
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


def test_much_the_same_question_is_left_out() -> None:
    assert distinct(["你为什么信不过这个人？", "你为什么信不过这个人", "你去过哪里？"]) == [
        "你为什么信不过这个人？",
        "你去过哪里？",
    ]


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
