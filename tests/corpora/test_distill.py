import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenes.log import parse
from tests.corpora.conftest import Start
from tests.corpora.teachers import Broken, diligent
from tests.tui.conftest import Run

QUIET = ("--no-summaries",)


def failed(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text("utf-8").splitlines()[1:]
    return [record for record in map(json.loads, lines) if record["failed"]]


def test_a_novel_becomes_a_log(run: Run, teach: Start, novel: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(diligent)
    ran = run("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, "-j", 2)
    assert ran.status == 0, ran.err
    lines = out.read_text("utf-8").splitlines()
    assert lines[:5] == [
        "==== 第一回 雨夜 ====",
        "{本章概要：有人进了屋。}",
        "{林默：身份：访客；目标：找人}",
        "【林默推开门】",
        "林默：有人吗？ \\emoji 惊讶",
    ]
    assert all(entry.kind != "unrecognised" for entry in parse(out.read_text("utf-8")))
    assert "not word for word in the text: 1" in ran.err


def test_a_speaker_is_asked_for_again_with_a_wider_window(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(diligent)
    assert run("corpus", "distill", novel, "--teacher", teacher.url, "-o", out).status == 0
    assert "苏晚：谁在那里？" in out.read_text("utf-8")
    second = [b["messages"] for b in teacher.asked if "speakers" in b["messages"][0]["content"]]
    assert len(second) == 1 and "有人吗" in second[0][1]["content"]


def test_a_speaker_whom_the_window_does_not_name_is_not_believed(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    def say(system: str, user: str, before: int) -> Any:
        if "speakers" in system:
            return {"speakers": [{"number": 1, "speaker": "守秘人"}]}
        return diligent(system, user, before)

    out = tmp_path / "out.txt"
    run("corpus", "distill", novel, "--teacher", teach(say).url, "-o", out)
    assert "守秘人" not in out.read_text("utf-8") and "【“谁在那里？”】" in out.read_text("utf-8")


def test_a_second_run_asks_nothing(run: Run, teach: Start, novel: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(diligent)
    command = ("corpus", "distill", novel, "--teacher", teacher.url, "-o", out)
    run(*command)
    first, asked = out.read_bytes(), len(teacher.asked)
    run(*command)
    assert (out.read_bytes(), len(teacher.asked)) == (first, asked)


def test_the_schema_goes_with_every_question(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    teacher = teach(diligent)
    run("corpus", "distill", novel, "--teacher", teacher.url, "-o", tmp_path / "out.txt")
    assert all(body["response_format"]["type"] == "json_schema" for body in teacher.asked)


def before_first(first: Any) -> Callable[[str, str, int], Any]:
    def say(system: str, user: str, before: int) -> Any:
        if before == 0:
            if first is Broken:
                raise Broken
            return first
        return diligent(system, user, before)

    return say


@pytest.mark.parametrize(
    "first",
    [
        (429, "slow down"),
        (500, "out of memory"),
        Broken,
        "",
        "我不能回答这个问题。",
        '{"items": [{"kind": "say"',
        {"items": []},
        {"items": [{"kind": "song", "text": "啦"}]},
        {"items": [{"kind": "info", "text": "Lin Mo opens the door and enters."}]},
        "x" * 10_000_000,
        "[" * 100_000,
    ],
    ids=["429", "500", "broken off", "empty", "refusal", "torn", "nothing", "wrong kind",
         "wrong language", "ten megabytes", "nested"],
)  # fmt: skip
def test_a_bad_answer_is_asked_for_again(
    run: Run, teach: Start, novel: Path, tmp_path: Path, first: Any
) -> None:
    out = tmp_path / "out.txt"
    teacher = teach(before_first(first))
    ran = run("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, *QUIET)
    assert ran.status == 0, ran.err
    assert "有人吗？" in out.read_text("utf-8")
    assert not failed(tmp_path / "out.txt.journal")


@pytest.mark.parametrize(
    "mend",
    [
        lambda text: f"好的：\n```json\n{text}\n```\n希望有帮助。",
        lambda text: text.replace("}]", "},]"),
        lambda text: f"<think>怎么写呢 {{ </think>{text}",
        lambda text: text[:-2] + ', {"kind": "say", "sp',
    ],
    ids=["fences", "trailing comma", "thoughts", "lost tail"],
)
def test_json_that_can_be_mended_is_not_asked_for_again(
    run: Run, teach: Start, novel: Path, tmp_path: Path, mend: Callable[[str], str]
) -> None:
    def say(system: str, user: str, before: int) -> Any:
        value = diligent(system, user, before)
        return mend(json.dumps(value, ensure_ascii=False)) if "items" in value else value

    out = tmp_path / "out.txt"
    teacher = teach(say)
    ran = run("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, *QUIET)
    assert ran.status == 0, ran.err
    assert len([b for b in teacher.asked if "info" in b["messages"][0]["content"]]) == 2


def test_a_passage_that_fails_is_told_and_asked_for_again_next_time(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    def stubborn(system: str, user: str, before: int) -> Any:
        return (
            "不。"
            if "脚步声" in user and "speakers" not in system
            else diligent(system, user, before)
        )

    out = tmp_path / "out.txt"
    teacher = teach(stubborn)
    command = ("corpus", "distill", novel, "--teacher", teacher.url, "-o", out, *QUIET)
    ran = run(*command)
    assert ran.status == 1
    assert "passage 2, line 6: the answer is not JSON (3 times)" in ran.err
    assert "# passage 2, line 6: no answer" in out.read_text("utf-8")
    teacher.say, asked = diligent, len(teacher.asked)
    assert run(*command).status == 0
    assert "谁在那里" in out.read_text("utf-8")
    assert len(teacher.asked) == asked + 2  # the passage, and who spoke in it


def test_a_teacher_that_refuses_is_told_in_a_line_and_nothing_is_written(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    novel.write_text("\n".join(f"第{n}章\n他们又走了一天。" for n in range(1, 30)), "utf-8")
    teacher = teach(lambda *_: (401, "who are you"))
    out = tmp_path / "out.txt"
    ran = run("corpus", "distill", novel, "--teacher", teacher.url, "-o", out)
    assert ran.status == 1
    assert "refused the key" in ran.err and "Traceback" not in ran.err
    assert not out.exists() and len(teacher.asked) == 15


def test_a_killed_run_goes_on_and_nothing_is_asked_twice(
    run: Run, teach: Start, novel: Path, tmp_path: Path
) -> None:
    novel.write_text("\n".join(f"第{n}章\n他们走了{n}天。" for n in range(1, 13)), "utf-8")
    out = tmp_path / "out.txt"
    done: list[str] = []

    def slow(system: str, user: str, before: int) -> Any:
        time.sleep(0.15 if before < 8 else 0)
        done.append(user)
        return {"items": [{"kind": "info", "text": "他们走了。"}]}

    teacher = teach(slow)
    command = ["corpus", "distill", str(novel), *QUIET, "--teacher", teacher.url, "-o", str(out)]
    killed = subprocess.Popen([sys.executable, "-m", "tui", *command], stderr=subprocess.DEVNULL)
    journal = tmp_path / "out.txt.journal"
    while len(done) < 4 and killed.poll() is None:
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    answered = len(journal.read_bytes().splitlines()) - 1
    with journal.open("ab") as file:
        file.write('{"key": "半'.encode())
    asked = len(teacher.asked)
    ran = run(*command)
    assert ran.status == 0 and "a half-written last line was dropped" in ran.err
    assert 0 < answered < 12 and len(teacher.asked) - asked == 12 - answered
    assert out.read_text("utf-8").count("【他们走了。】") == 12


def test_an_estimate_asks_nothing(run: Run, teach: Start, novel: Path, tmp_path: Path) -> None:
    ran = run(
        "corpus", "distill", novel, "-o", tmp_path / "out.txt", "--estimate", "--price", "1000,2000"
    )
    assert ran.status == 0 and "2 questions" in ran.err and "costs" in ran.err
    assert not (tmp_path / "out.txt.journal").exists()


def test_a_strange_journal_is_refused(run: Run, teach: Start, novel: Path, tmp_path: Path) -> None:
    journal = tmp_path / "out.txt.journal"
    journal.write_text('{"something": "else"}\n')
    url = teach(diligent).url
    ran = run("corpus", "distill", novel, "--teacher", url, "-o", tmp_path / "out.txt")
    assert ran.status == 2 and "not the journal of a `corpus distill`" in ran.err
    assert journal.read_text() == '{"something": "else"}\n'


def test_a_binary_novel_is_refused_before_the_teacher_is_asked(
    run: Run, teach: Start, tmp_path: Path
) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(4000))
    teacher = teach(diligent)
    ran = run("corpus", "distill", path, "--teacher", teacher.url, "-o", tmp_path / "out.txt")
    assert ran.status == 2 and not teacher.asked and "Traceback" not in ran.err
