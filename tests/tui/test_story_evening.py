"""An evening that is more than talk, on a real terminal, line by line and on the screen.

A check, a whisper, somebody who leaves, many turns that are summed up, and a way back.
"""

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo terminal", allow_module_level=True)

from models.scripted import Scripted
from scenes.table.journal_reader import read_journal
from scenes.table.play import Play
from scenes.table.session import Session
from tests.tui.terminals import Terminal, saved

SCENE = """\
title: 钥匙
play_as: 林默
turns: list
thoughts: private
dice: coc7
model:
  use: scripted
  context: 900
cast:
  林默:
    profile: 医生。
    sheet: {侦查: 60}
  苏晚:
    profile: 记者。
  老周:
    profile: 管家。
    secret: 密道在书架后面。
opening: |
  【雨下了一整夜。】
  苏晚：你确定是这里？
"""
WHISPER, KEY = "钥匙在瓷瓶里", "他们在客厅守到了天亮"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    scenes = tmp_path / "data/paotuan/scenes"
    scenes.mkdir(parents=True)
    (scenes / "key.yaml").write_text(SCENE, encoding="utf-8")
    return tmp_path


def prompts(play: Play) -> dict[str, str]:
    """What each role would read now."""
    backend = Scripted(["好。"], context=900)
    return {
        role.name: "".join((prompt := play.prompt(backend, role)).stable + prompt.history)
        for role in play.scene.cast
    }


def test_what_was_rolled_whispered_and_summed_up_stands_where_it_belongs(home: Path) -> None:
    at = Terminal("play", "key", "--line", "--pace", "0", "--context", "900", home=home)
    try:
        at.until(at.asks("林默>"))
        at.type(".ra 侦查\r")
        at.until(at.shows("1d100="))
        at.until(at.asks("林默>"))
        at.type(f"@苏晚 {WHISPER}。\r")
        at.until(at.shows(f"＠苏晚 {WHISPER}"))
        at.until(at.asks("林默>"))
        at.type("/离席 苏晚\r")
        at.until(at.asks("林默>"))
        at.type("/watch 100\r")
        at.until(at.shows("100"), 120)
        at.until(at.asks("林默>"), 120)
        at.type(f"/前情 {KEY}。\r")
        at.until(at.asks("林默>"))
        at.type("/quit\r")
        assert at.end() == 0
    finally:
        at.close()
    (journal,) = (home / "data/paotuan/sessions").glob("*.jsonl")
    play = Play.resume(journal)
    try:
        (roll,) = play.session.rolled
        assert roll.who == "林默" and roll.value == 60
        before = next(turn for turn in play.session.path if WHISPER in turn.entry.text)
        assert len(play.session.path) > 100
        late = prompts(play)
        assert all(f"前情提要：{KEY}" in late[name] for name in ("林默", "老周"))
        assert KEY not in late["苏晚"], "who had left has not lived through it"
        assert ["密道" in late[name] for name in ("林默", "苏晚", "老周")] == [False, False, True]
        play.session.go(before.id)
        early = prompts(play)
        assert all(KEY not in prompt for prompt in early.values())
        assert [WHISPER in early[name] for name in ("林默", "苏晚", "老周")] == [True, True, False]
        assert all("侦查 1d100=" in prompt for prompt in early.values())
    finally:
        play.close()


# --- on the screen --------------------------------------------------------------------------------

F7, ESCAPE, RIGHT, CTRL_Q = "\x1b[18~", "\x1b", "\x1b[C", "\x11"


def played(home: Path) -> Session:
    """What has been played so far, while it is being played."""
    return Session.replay(read_journal(saved(home)).events, lambda event: None)


def say(table: Terminal, text: str) -> None:
    """Type a line, and send it once it stands there."""
    table.type(text)
    table.until(table.shows(text[:20]))
    table.type("\r")


def test_on_the_screen_each_role_reads_what_it_saw_after_a_way_back(home: Path) -> None:
    scene = home / "data/paotuan/scenes/key.yaml"
    scene.write_text(f"{SCENE}memory: {{model: scripted}}\n", encoding="utf-8")
    at = Terminal("play", "key", "--pace", "0", "--context", "900", home=home)
    try:
        at.until(at.shows("你确定是这里？"))
        say(at, ".ra 侦查")
        at.until(at.shows("1d100="))
        say(at, f"@苏晚 {WHISPER}。")
        at.until(at.shows(f"＠苏晚 {WHISPER}"))
        say(at, "/离席 苏晚")
        at.until(lambda: played(home).floor.away == {"苏晚"})
        say(at, "/watch 60")
        at.until(lambda: len(played(home).path) > 60, 120)
        at.until(lambda: played(home).memory.summaries, 120)
        assert played(home).memory.summaries[0].by == "model"
        before = next(turn for turn in played(home).path if WHISPER in turn.entry.text)
        say(at, f"/go {before.id}")
        at.until(lambda: played(home).head == before.id)
        at.type(F7)
        at.until(at.shows("老周 读到的", "密道在书架后面", "1d100="))
        assert WHISPER not in at.text
        assert "前情" not in at.text
        at.type(RIGHT)
        at.until(at.shows("林默 读到的", WHISPER))
        at.type(RIGHT)
        at.until(at.shows("苏晚 读到的", WHISPER))
        assert "密道" not in at.text
        at.type(ESCAPE)
        at.type(CTRL_Q)
        assert at.end() == 0
    finally:
        at.close()
