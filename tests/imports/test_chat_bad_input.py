"""Files that are no chat or a damaged one: a line that says so, and nothing half-written."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from base.errors import KnownError
from base.messages import speak
from scenes.files.chats import import_chat, source
from scenes.table.play import Play

HEADER = b'{"user_name":"You","character_name":"A"}\n'
GOOD = '{"name":"安","is_user":false,"mes":"你好"}\n'.encode()


@pytest.fixture
def tried(tmp_path):
    """Imports bytes into an empty folder: the report, and the lines of the session."""

    def read(raw):
        path = tmp_path / "chat.jsonl"
        path.write_bytes(raw)
        report = import_chat(path, tmp_path / "sessions")
        play = Play.resume(tmp_path / "sessions" / f"{report.session}.jsonl")
        play.close()
        return report, [entry.line for entry in play.session.entries]

    return read


@pytest.fixture
def in_chinese():
    speak("zh_CN")
    yield
    speak()


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'{"zzz":1}', "chat.jsonl：认不出是哪个程序的聊天记录；里面是含有 zzz 的 JSON 对象"),
        (b'{"entries":{}}', "chat.jsonl：这是世界书，这里要聊天记录"),
        (b"[" * 100_000, "chat.jsonl：不是聊天记录：嵌套超过 64 层"),
        (b"{a\n}", "chat.jsonl：不是聊天记录：JSON 不对：这里应是用双引号括起来的键名（第 2 列）"),
    ],
    ids=["object", "lorebook", "deep", "broken"],
)
def test_what_is_no_chat_is_refused_in_chinese_with_the_file_named_once(tried, raw, line):
    with pytest.raises(KnownError) as refused:
        tried(raw)
    assert str(refused.value) == line


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not a text file"),
        (b"hello\n", "not valid JSON"),
        (b'{"a": [1, 2', "cut off"),
        (b"[1]", "other JSON"),
        (b'{"spec":"chara_card_v2","data":{}}', "character card"),
        (b'{"entries":{}}', "lorebook"),
        (b'{"zzz":1}', "zzz"),
        (HEADER, "no message"),
        (b'{"internal":[]}', "no message"),
        (b"[" * 100_000, "nested"),
        (HEADER + b'{"name":"a","mes":3}', "no message"),
    ],
)
def test_what_is_no_chat_is_refused_in_a_line_and_leaves_nothing(tried, tmp_path, raw, why):
    with pytest.raises(KnownError, match=why) as refused:
        tried(raw)
    assert str(refused.value).startswith("chat.jsonl: ")
    assert refused.value.problems == (str(refused.value),)
    left = list((tmp_path / "sessions").glob("*")) if (tmp_path / "sessions").is_dir() else []
    assert not [path for path in left if path.suffix != ".lock"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b'{"name":"a","mes":"cut', "cut off before its end"),
        (b'{"role":"user","content":"x"}', "not a chat message"),
        (b'{"name":"a","mes":[1]}', "its text is a list, expected text in quotes"),
        (b"[1,2]", "not a chat message"),
        (b'{"name":"a","mes":"x","extra":' + b"[" * 200 + b"]" * 200 + b"}", "nested more than"),
        (b'{"name":"a","mes":"x","extra":' + b"[" * 5000 + b"]" * 5000 + b"}", "nested more than"),
        (b'{"name":"a","mes":"x","n":1e999}', "a number too large"),
        (b'{"name":"a","mes":"x","n":NaN}', "NaN"),
        (b"<p>no</p>", "not valid JSON"),
        (HEADER.strip(), "another header"),
    ],
)
def test_a_bad_line_is_dropped_by_its_number_and_the_good_ones_are_kept(tried, bad, why):
    report, lines = tried(HEADER + GOOD + bad + b"\n" + GOOD)
    assert lines == ["安：你好", "安：你好"]
    assert report.dropped.total() == 1
    ((reason, places),) = report.places.items()
    assert places == [3] and why in reason


def test_a_chat_in_gb18030_is_read_and_said(tried):
    report, lines = tried(HEADER + GOOD.decode().encode("gb18030"))
    assert lines == ["安：你好"]
    assert report.notices == [(0, "read as GB18030, not UTF-8")]


def test_bytes_that_are_no_utf_8_are_marked_and_said(tried):
    report, lines = tried(HEADER + GOOD + b'{"name":"A","mes":"a\xffb"}')
    assert lines == ["安：你好", "A：a\ufffdb"]
    assert report.notices[0].number == 3 and "not UTF-8" in report.notices[0].text


def test_wrong_types_beside_the_text_are_kept_and_not_used(tried):
    wrong = {
        "name": 3,
        "is_user": "yes",
        "mes": "x",
        "extra": 7,
        "swipes": {"a": 1},
        "swipe_id": [],
    }
    report, lines = tried(HEADER + json.dumps(wrong).encode())
    assert lines == ["A：x"]
    assert not report.dropped


def test_a_line_that_is_too_long_is_left_out(tried, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 2000)
    report, lines = tried(HEADER + GOOD + b'{"mes":"' + b"x" * 9000 + b'"}\n' + GOOD)
    assert len(lines) == 2
    assert report.dropped == {"the line is too long": 1}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_full_disk_leaves_nothing(tmp_path):
    path = tmp_path / "chat.jsonl"
    path.write_bytes(HEADER + GOOD * 2000)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), str(tmp_path / "sessions")],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
    )
    assert "cannot be written" in done.stdout, done
    assert not [one for one in (tmp_path / "sessions").iterdir() if one.suffix != ".lock"]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from base.errors import KnownError
from scenes.files.chats import import_chat

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    import_chat(Path(sys.argv[1]), Path(sys.argv[2]))
except KnownError as error:
    print(error)
"""


def test_two_imports_in_a_second_are_two_sessions(tmp_path):
    path = tmp_path / "chat.jsonl"
    path.write_bytes(HEADER + GOOD)
    made = {import_chat(path, tmp_path / "sessions").session for _ in range(3)}
    assert len(made) == 3
    assert {one.stem for one in (tmp_path / "sessions").glob("*.jsonl")} == made


def test_mutated_chats_are_read_or_refused():
    spec = importlib.util.spec_from_file_location(
        "fuzz_chats", Path(__file__).resolve().parents[1] / "fuzz" / "chats.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said: list[str] = []
    outcomes = module.fuzz(0, 200, said.append)
    assert not outcomes["failed"], said
    assert outcomes["read"] and outcomes["refused"]
