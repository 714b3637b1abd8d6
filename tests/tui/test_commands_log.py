"""`paotuan log`: counting, showing and rewriting logs of any quality and size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOG = """\
==== 第一章 ====
{本章：夏娜与悠二相遇}
# 抄自第三页

【铁珠被砍成两半，爆裂消失】
悠二：等一下。（好疼） \\emoji 微怒
夏娜：\\me 转身追赶玩偶
悠二：（这是怎么回事？）
这一行什么也不是
夏娜:哼 \\emoji 微怒
"""


@pytest.fixture
def log(home):
    path = home / "log.txt"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_a_check_counts_what_is_in_a_log(run, log):
    checked = run("log", "check", log, "--json")
    assert checked.status == 0
    assert json.loads(checked.out) == {
        "lines": 9,
        "narration": 1,
        "speech": 2,
        "action": 1,
        "thought": 1,
        "chapter": 1,
        "context": 1,
        "comment": 1,
        "emotions": {"微怒": 2},
        "speakers": {"悠二": 2, "夏娜": 2},
        "unrecognised": [{"line": 9, "text": "这一行什么也不是"}],
    }


def test_a_check_names_file_and_line_of_each_problem(run, log):
    checked = run("log", "check", log)
    assert checked.status == 0
    assert f"{log}:9: not a line of a log: 这一行什么也不是" in checked.out
    assert run("log", "check", log, "--strict").status == 2


def test_a_log_may_come_from_stdin(run):
    assert json.loads(run("log", "check", "--json", stdin=LOG).out)["speech"] == 2
    assert json.loads(run("log", "check", "-", "--json", stdin=LOG).out)["speech"] == 2


def test_what_a_scene_does_not_know_is_reported(run, home):
    path = home / "log.txt"
    path.write_text("苏晚：哼 \\emoji 微努\n路人：借过\n", encoding="utf-8")
    checked = run("log", "check", path, "--scene", "rain-house", "--json")
    assert checked.status == 0
    assert json.loads(checked.out)["emotions"] == {"微努": 1}
    assert f"{path}:1: \\emoji 微努 is no emotion of this scene" in checked.err
    assert f"{path}:2: 路人 is not in the cast" in checked.err


def test_a_log_is_converted_to_its_canonical_form(run, log, home):
    converted = run("log", "convert", log).out
    assert converted.splitlines()[-1] == "夏娜：哼 \\emoji 微怒"
    assert "这一行什么也不是" in converted.splitlines()
    assert run("log", "convert", stdin=converted).out == converted
    assert run("log", "convert", log, "-o", home / "out.txt").status == 0
    assert (home / "out.txt").read_text("utf-8") == converted


def test_a_log_is_not_converted_onto_itself(run, log):
    before = log.read_bytes()
    assert run("log", "convert", log, "-o", log).status == 2
    assert log.read_bytes() == before


def test_a_failed_conversion_leaves_the_old_file(run, home):
    (home / "bad.txt").write_bytes(b"\xff\xff\xff")
    (home / "out.txt").write_text("甲：旧\n", encoding="utf-8")
    assert run("log", "convert", home / "bad.txt", "-o", home / "out.txt").status == 2
    assert (home / "out.txt").read_text("utf-8") == "甲：旧\n"


def test_stats_tell_who_says_how_much(run, log):
    stats = json.loads(run("log", "stats", log, "--json").out)
    yuji = stats["speakers"][0]
    assert (yuji["name"], yuji["lines"], yuji["characters"]) == ("悠二", 2, 13)
    assert yuji["emotions"] == {"微怒": 1}
    assert "悠二" in run("log", "stats", log).out


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"\x7fELF" + bytes(range(256)) * 40, "not a text"),
        (b"\xff" * 2_000_000, ""),
        (LOG.encode() * 3 + b"\x80\n", ":31: not UTF-8 (byte 0x80)"),
        (LOG.encode("gb18030") * 3 + b"\xff\n", ":31: not GB18030 (byte 0xff)"),
        (LOG.encode("utf-16") + b"\n", ": not UTF-16"),
    ],
    ids=["binary", "ff", "utf-8", "gb18030", "utf-16"],
)
@pytest.mark.parametrize("command", ["check", "show", "convert", "stats"])
def test_what_is_no_text_is_told_in_one_line(run, home, raw, told, command):
    path = home / "log.txt"
    path.write_bytes(raw)
    shown = run("log", command, path)
    assert shown.status == 2
    assert told in shown.err
    assert shown.err.count("paotuan: ") == 1
    assert "YAML" not in shown.err


def test_control_characters_of_a_log_are_never_shown(run, home):
    path = home / "log.txt"
    path.write_text("甲：\x1b[31m\u202e红\n无\x1b]0;x\x07名\r\n", encoding="utf-8")
    for command in (("show",), ("check",), ("check", "--json"), ("stats",)):
        shown = run("log", command[0], path, *command[1:])
        assert shown.status == 0
        assert not {"\x1b", "\u202e", "\r", "\x07"} & set(shown.out + shown.err)


def test_empty_and_enormous_lines_are_read(run, home):
    path = home / "log.txt"
    path.write_text("", encoding="utf-8")
    assert json.loads(run("log", "check", path, "--json").out)["lines"] == 0
    path.write_text("甲：" + "很" * 4_000_000 + "\n乙：好", encoding="utf-8")
    assert json.loads(run("log", "check", path, "--json").out)["speech"] == 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no peak of memory is told")
def test_a_large_log_is_checked_in_bounded_memory(home):
    path = home / "log.txt"
    with path.open("w", encoding="utf-8") as file:
        for number in range(40):
            file.write(f"夏娜：第{number}句，说得很长。{'啊' * 300}\n这一行什么也不是\n" * 1000)
    program = (
        "import sys; from tui.__main__ import main; "
        "main(['log', 'check', sys.argv[1], '--json']); "
        "peak = [line for line in open('/proc/self/status') if 'VmHWM' in line]; "
        "print(peak[0].split()[1], file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, check=True
    )
    assert path.stat().st_size > 35_000_000
    assert int(shown.stderr) < 60_000, "kB"
    assert json.loads(shown.stdout)["speech"] == 40_000
    assert len(json.loads(shown.stdout)["unrecognised"]) == 40_000


def test_every_line_of_a_real_log_is_told_what_it_is(run):
    shared = ROOT / ".." / "shared"
    log = shared / "data" / "novel2trpg" / "log_first_4000.txt"
    if not log.is_file():
        pytest.skip("no shared data beside the checkout")
    ran = run("log", "check", log, "--strict", "--json")
    counts = json.loads(ran.out)
    kinds = {kind: counts[kind] for kind in ("narration", "speech", "action", "thought")}
    assert kinds == {"narration": 1176, "speech": 1769, "action": 505, "thought": 550}
    assert ran.status == 0 and counts["lines"] == 4000 and not counts["unrecognised"]
    assert not (counts["chapter"] or counts["context"] or counts["comment"])


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *(("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16"), ("utf-32", "UTF-32")),
        *(("utf-16-le", "UTF-16-LE"), ("utf-16-be", "UTF-16-BE"), ("utf-8-sig", "")),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        *(("log", "check"), ("log", "show"), ("log", "convert"), ("log", "stats", "--json")),
        ("draw", "--for", "悠二", "--model", "scripted"),
        ("corpus", "examples", "--model", "scripted", "--test", "0", "--show", "9"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_log_is_read_in_the_encodings_that_imports_take(run, home, encoding, name, command):
    path = home / "log.txt"
    path.write_text(LOG, "utf-8")
    expected = run(*command, path)
    assert expected.status == 0
    path.write_bytes(LOG.replace("\n", "\r\n").encode(encoding))
    shown = run(*command, path)
    assert (shown.status, shown.out) == (0, expected.out)
    assert shown.err.count("read as") == bool(name)
    assert f"log.txt: read as {name}\n" in shown.err or not name


def test_another_encoding_that_begins_late_in_stdin_is_read_too(run):
    text = "a: b\n" * 200_000 + LOG
    shown = run("log", "stats", "--json", stdin=text.encode("gb18030"))
    assert "stdin: read as GB18030" in shown.err
    assert "悠二" in shown.out
