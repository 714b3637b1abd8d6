"""A terminal that knows no escapes, and what a terminal sends that is no text."""

import os
import time
from pathlib import Path

import pytest

from tui.colour import redraws

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from tests.tui.terminals import PLAY, Open, replayed, saved


def test_bytes_that_are_no_utf8_are_told_once_and_never_said(
    terminal: Open, tmp_path: Path
) -> None:
    opened = terminal(*PLAY)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("等等，")
    opened.type("你好".encode("gb18030"))
    opened.until(opened.shows("UTF-8", "等等，�"))
    opened.type("\x1b[200~")
    opened.type("再见".encode("gb18030") + b"\x1b[201~")
    assert opened.text.count("终端发来") == 1
    opened.type("\r")
    opened.until(opened.shows("没有发出", "等等，�"))
    opened.type("\x7f" * 10)
    opened.type("走吧。")
    time.sleep(0.1)
    opened.type("\r")
    opened.until(lambda: "走吧。" in saved(tmp_path).read_text("utf-8"))
    assert "�" not in saved(tmp_path).read_text("utf-8")


def test_a_paste_whose_end_is_lost_does_not_swallow_every_key_after_it(
    terminal: Open, tmp_path: Path
) -> None:
    opened = terminal(*PLAY)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("\x1b[20")
    opened.type("0~等等，听。")
    opened.until(opened.shows("等等，听。"), 10)
    opened.type("\x11")
    assert opened.end() == 0
    assert opened.is_as_before


@pytest.mark.parametrize("arguments", [(), PLAY])
def test_a_dumb_terminal_gets_no_escape_and_is_told_of_the_line_mode(
    terminal: Open, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    opened = terminal(*arguments, TERM="dumb")
    assert opened.end() == 2
    assert "paotuan play 场景 --line" in opened.text.replace("\n", "")
    assert b"\x1b" not in opened.raw
    assert not (tmp_path / "data").exists()


def test_what_is_coloured_or_drawn_over_elsewhere_is_plain_on_a_dumb_terminal(
    terminal: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("【雨】\n甲：在吗？ \\emoji 困惑\n", encoding="utf-8")
    opened = terminal("log", "show", "a.txt", TERM="dumb")
    assert opened.end() == 0
    assert "甲：在吗？ \\emoji 困惑" in opened.text
    assert b"\x1b" not in opened.raw
    coloured = terminal("log", "show", "a.txt")
    assert coloured.end() == 0
    assert b"\x1b[" in coloured.raw
    master, slave = os.openpty()
    with open(slave, "w") as stream:
        for name, may in (("dumb", False), ("xterm", True)):
            monkeypatch.setenv("TERM", name)
            assert redraws(stream) == may
    os.close(master)


def test_the_line_mode_plays_on_a_dumb_terminal_without_an_escape(
    terminal: Open, tmp_path: Path
) -> None:
    opened = terminal(*PLAY, "--line", TERM="dumb")
    opened.until(opened.shows("林默>"))
    opened.type("你好".encode("gb18030") + b"\n")
    opened.until(opened.shows("没有发出"))
    opened.type("有人吗？\n")
    opened.until(opened.shows("5  我倒觉得"))
    opened.type("e 1\n")
    opened.until(opened.shows("e 1 文字"))
    opened.type("1\n")
    opened.until(opened.shows("苏晚：你听见了吗"))
    opened.until(opened.asks("林默>"))
    opened.type("\x04")
    assert opened.end() == 0
    assert b"\x1b" not in opened.raw
    assert replayed(saved(tmp_path)).entries[-2].text == "有人吗？"
