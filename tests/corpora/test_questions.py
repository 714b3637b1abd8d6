import json
from pathlib import Path
from typing import Any

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
