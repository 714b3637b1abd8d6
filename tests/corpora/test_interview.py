import json
from pathlib import Path
from typing import Any

from tests.corpora.conftest import Start
from tests.tui.conftest import Run


def talkative(system: str, user: str, before: int) -> Any:
    one = {"respondent": "林默", "ask": "你为什么来？", "answer": "为了一封信。"}
    return {"interviews": [one, {"respondent": "作者", "ask": "几岁？", "answer": "不老。"}]}


def test_interviews_become_a_log_and_are_not_held_twice(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    teacher, out = teach(talkative), tmp_path / "out.txt"
    command = ("corpus", "interview", novel, "--teacher", teacher.url, "--for", "林默", "-o", out)
    assert run(*command).status == 0
    lines = out.read_text("utf-8").splitlines()
    assert lines[:3] == ["==== 第一回 雨夜 ====", "记者：你为什么来？", "林默：为了一封信。"]
    assert not any("不老" in line for line in lines)
    assert run(*command, "--to", "instruct").status == 0 and len(teacher.asked) == 2
    record = json.loads(out.read_text("utf-8").splitlines()[0])
    assert record["input"] == "你为什么来？" and record["output"] == "为了一封信。"


def test_whom_the_novel_does_not_name_is_told(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    ran = run("corpus", "interview", novel, "--for", "哪吒", "--teacher", "http://x", "-o", out)
    assert ran.status == 2 and "nobody of that name" in ran.err
