"""A whole evening in Chinese, on a real terminal: from the tutorial to going on the next day."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo terminal", allow_module_level=True)

from scenes.table.journal_reader import read_journal
from scenes.table.session import Session
from tests.tui.terminals import Terminal

SCENE = """\
title: 夜雨旧宅
aim: 找到顾先生
play_as: 林默
turns: list
model:
  use: scripted
cast:
  林默:
    profile: 医生。
  苏晚:
    profile: 记者。
opening: |
  【雨下了一整夜。】
  苏晚：你确定是这里？
"""
DOWN, UP, LEFT, ESCAPE = "\x1b[B", "\x1b[A", "\x1b[D", "\x1b"
CTRL_B, CTRL_F, CTRL_L, CTRL_Q = "\x02", "\x06", "\x0c", "\x11"
KILL_LINE = "\x15"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    scenes = tmp_path / "data/paotuan/scenes"
    scenes.mkdir(parents=True)
    (scenes / "yeyu.yaml").write_text(SCENE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def sat(home: Path) -> Iterator[Terminal]:
    """A person at the start of the program."""
    opened = Terminal(home=home)
    yield opened
    opened.close()


def session_of(home: Path, title: str) -> Path:
    folder = home / "data/paotuan/sessions"
    (journal,) = (path for path in folder.glob("*.jsonl") if title in path.stem)
    return journal


def played(journal: Path) -> Session:
    """What has been played so far, while it is being played."""
    return Session.replay(read_journal(journal).events, lambda event: None)


def say(table: Terminal, text: str) -> None:
    """Type a line, and send it once it stands there."""
    table.type(text)
    table.until(table.shows(text))
    table.type("\r")


def learns(sat: Terminal) -> None:
    """A newcomer finds the tutorial lit, says hello and takes a line."""
    sat.until(sat.shows("入门：三碗茶", "Enter 开演"))
    sat.type("\r")
    sat.until(sat.shows("跟小店打声招呼"))
    say(sat, "掌柜的，来碗茶")
    sat.until(sat.shows("1–5 或 Enter 选"))
    sat.type("1")
    sat.until(sat.shows("好，开了口就是自己人"))


def sits_down_to_a_scene(sat: Terminal) -> None:
    """Back to the start, and to a scene of one's own, found by pinyin."""
    sat.type(CTRL_L)
    sat.until(sat.shows("Enter 开演", "场景"))
    sat.type("/yeyu")
    sat.until(sat.shows("夜雨旧宅", "找到顾先生"))
    sat.type("\r")
    sat.until(sat.shows("你确定是这里", "轮到你"))


def plays(sat: Terminal) -> None:
    """Five turns."""
    say(sat, "进去看看。")
    sat.until(sat.shows("1–5 或 Enter 选", "2 * 把灯举高了一些"))
    sat.type("2")
    sat.until(sat.shows("苏晚 把灯举高了一些，照着墙上的画", "轮到你"))
    say(sat, "有人吗？")
    sat.until(sat.shows("1–5 或 Enter 选"))
    sat.type(DOWN + "r")
    sat.until(sat.shows("2/2", "1–5 或 Enter 选"))
    first = next(line for line in sat.text.splitlines() if line.startswith(">1"))
    sat.type(LEFT)
    sat.until(sat.shows("1/2"))
    assert first not in sat.text
    sat.type("1")
    sat.until(sat.shows("轮到你"))


def is_refused_dice(sat: Terminal) -> None:
    """Dice that there are not are refused in one line, and what was typed stays."""
    say(sat, ".jrrp")
    sat.until(sat.shows("这里没有 .jrrp 这种骰子"))
    assert ".jrrp" in sat.text
    sat.type(KILL_LINE)
    sat.until(lambda: ".jrrp\n" not in sat.text)


def takes_another_answer(sat: Terminal, home: Path) -> None:
    """Leaf back to the first answer, and take another: a branch."""
    before = played(session_of(home, "yeyu"))
    sat.type(UP + UP + UP)
    sat.until(sat.shows("第 4 轮"))
    sat.type(LEFT)
    sat.until(sat.shows("选过：2", "1–5 选"))
    sat.type("4")
    sat.until(sat.shows("苏晚：先别出声，跟在我后面。 〔专注〕", "轮到你"))
    assert "有人吗" not in sat.text
    branched = played(session_of(home, "yeyu"))
    assert len(branched.leaves()) == 2
    assert len(branched.turns) == len(before.turns) + 1
    sat.type(CTRL_B)
    sat.until(sat.shows("轮次与分支", "有人吗"))
    sat.type(ESCAPE)
    sat.until(lambda: "轮次与分支" not in sat.text)


def finds_the_other_branch(sat: Terminal) -> None:
    """What was said on the other branch is found."""
    sat.type(CTRL_F)
    sat.until(sat.shows("在这场会话里找"))
    sat.type("有人吗")
    sat.until(sat.shows("林默：有人吗？  · 在另一条分支上"))
    sat.type(ESCAPE)
    sat.until(lambda: "在这场会话里找" not in sat.text)


def exports_with_a_hand_undecided(sat: Terminal, home: Path) -> list[str]:
    """The next answer lies there undecided while it is taken along; its row on the screen."""
    say(sat, "上楼。")
    sat.until(sat.shows("1–5 或 Enter 选"))
    sat.type(f"/导出 markdown {home / 'yeyu.md'}")
    sat.type("\r")
    sat.until(lambda: (home / "yeyu.md").exists())
    assert "先别出声" in (home / "yeyu.md").read_text("utf-8")
    return [line for line in sat.text.splitlines() if line.startswith(">1")]


def leaves(sat: Terminal, home: Path) -> Path:
    """The terminal is as it was, and says how to go on with the journal."""
    sat.type(CTRL_Q)
    assert sat.end() == 0
    assert sat.is_as_before
    journal = session_of(home, "yeyu")
    farewell = sat.raw[-2000:].decode("utf-8", "replace").partition("\x1b[?1049l")[2]
    assert "已存好：" in farewell and journal.name in farewell
    assert f"接着玩：paotuan play --resume {journal.stem}" in farewell
    return journal


def goes_on_the_next_day(journal: Path, home: Path, lying: list[str]) -> None:
    """It is all there, also what was not decided."""
    again = Terminal("play", "--resume", journal.stem, home=home)
    try:
        again.until(again.shows("林默：上楼。", "1–5 或 Enter 选"))
        assert [line for line in again.text.splitlines() if line.startswith(">1")] == lying
        again.type(CTRL_Q)
        assert again.end() == 0
    finally:
        again.close()


def test_an_evening(sat: Terminal, home: Path) -> None:
    learns(sat)
    sits_down_to_a_scene(sat)
    plays(sat)
    is_refused_dice(sat)
    takes_another_answer(sat, home)
    finds_the_other_branch(sat)
    lying = exports_with_a_hand_undecided(sat, home)
    journal = leaves(sat, home)
    goes_on_the_next_day(journal, home, lying)
    assert os.path.exists(session_of(home, "入门"))
