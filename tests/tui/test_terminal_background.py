"""The first theme is that of the terminal's background, and to ask for it disturbs nothing."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
import pty

from tests.tui.terminals import Terminal
from tui.settings import settings_file
from tui.terminal_background import PATIENCE_S, Asked, LateAnswer, told_by
from tui.themes import INK, PAPER

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
BLACK = "\x1b]11;rgb:0000/0000/0000\x07"
QUESTION = b"\x1b]11;?"
Open = Callable[..., Terminal]


def ground(opened: Terminal) -> str:
    """The background of what was said, as the terminal has it."""
    return f"#{opened.screen.buffer[3][4].bg}"


def asked(opened: Terminal) -> None:
    opened.until(lambda: QUESTION in opened.raw)


def test_a_light_terminal_is_given_paper_and_what_is_typed_meanwhile_is_not_lost(
    terminal: Open,
) -> None:
    opened = terminal("play", "rain-house", PAOTUAN_MODEL="scripted")
    asked(opened)
    opened.type(f"进{WHITE}去")
    opened.until(opened.shows("雨夜旧宅", "进去"))
    assert ground(opened) == PAPER.background
    assert "rgb" not in opened.text


def test_a_terminal_that_answers_late_has_typed_nothing(terminal: Open) -> None:
    opened = terminal("play", "rain-house", PAOTUAN_MODEL="scripted")
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    assert ground(opened) == INK.background
    for piece in (WHITE[:9], WHITE[9:], "好"):
        opened.type(piece)
    opened.until(opened.shows("好"))
    assert "rgb" not in opened.text
    assert "ffff" not in opened.text


def test_a_theme_that_was_chosen_is_kept_and_nobody_asks(terminal: Open, home: Path) -> None:
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text('theme = "paper"\n', encoding="utf-8")
    opened = terminal("play", "rain-house", PAOTUAN_MODEL="scripted")
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    assert ground(opened) == PAPER.background
    assert QUESTION not in opened.raw


@pytest.mark.parametrize(("answer", "dark"), [(BLACK, True), (WHITE, False), ("", None)])
def test_an_answer_is_waited_for_no_longer_than_it_may_take(answer: str, dark: bool | None) -> None:
    master, slave = pty.openpty()
    question = Asked(slave, slave)
    os.write(master, f"a{answer}b".encode())
    begun = time.monotonic()
    assert question.answer() == (dark, b"ab")
    assert time.monotonic() - begun < PATIENCE_S + 0.1
    for each in (master, slave):
        os.close(each)


@pytest.mark.parametrize(
    ("told", "dark"), [("15;0", True), ("0;default;15", False), ("0;7", False), ("", None)]
)
def test_where_a_terminal_says_nothing_its_variable_does(told: str, dark: bool | None) -> None:
    assert told_by({"COLORFGBG": told}) is dark


@pytest.mark.parametrize("at", range(len(WHITE)))
def test_a_late_answer_is_taken_out_wherever_it_is_cut(at: int) -> None:
    if at == 1:  # an Esc alone is a key, which cannot wait
        return
    late = LateAnswer()
    assert late.feed(f"你{WHITE[:at]}") + late.feed(f"{WHITE[at:]}好") == "你好"
