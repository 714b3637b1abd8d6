"""How a text is copied: by a tool, or by the terminal, through whatever lies between."""

import base64

import pytest

from tui import copying
from tui.copying import Surroundings, safe, sequences, told

PLAIN = Surroundings(desktop=False)


def around(platform="linux", browser=False, **environment):
    return Surroundings.of(environment, platform, browser)


def test_over_ssh_and_without_a_display_the_terminal_is_asked():
    assert around(DISPLAY=":0").desktop
    assert around("darwin").desktop
    assert not around(DISPLAY=":0", SSH_CONNECTION="1 2 3 4").desktop
    assert not around("darwin", SSH_TTY="/dev/pts/1").desktop
    assert not around().desktop
    assert not around(DISPLAY=":0", browser=True).desktop


def test_the_terminal_is_asked_with_the_text_in_base64():
    encoded = base64.b64encode("灯灭了。".encode()).decode()
    assert sequences("灯灭了。", PLAIN) == f"\x1b]52;c;{encoded}\x07"


def test_in_tmux_the_terminal_outside_is_asked_too():
    asked = sequences("灯", around(TMUX="/tmp/tmux-1/default,1,0"))
    assert asked.startswith("\x1b]52;c;")
    assert "\x1bPtmux;\x1b\x1b]52;c;" in asked and asked.endswith("\x07\x1b\\")


def test_in_screen_what_is_long_is_sent_in_pieces():
    asked = sequences("灯" * 400, around(STY="1.pts-0"))
    assert all(len(piece) <= 256 for piece in asked.split("\x1b\\"))


def test_what_is_copied_drives_no_terminal_into_which_it_is_pasted():
    for one in ("\x1b[201~rm", "\x00", "\x9b2J", "\u202e"):
        assert not set(safe(one)) & {"\x1b", "\x00", "\x9b", "\u202e"}
    assert safe("甲：一。\n乙：二。") == "甲：一。\n乙：二。"


@pytest.mark.parametrize("name", ["linux"])
def test_a_terminal_that_takes_no_copies_is_named_with_what_to_do(name):
    words, wrong = told("terminal", "the last line", "灯", around(TERM=name))
    assert wrong and "Shift" in words and "xclip" in words


def test_a_long_text_is_told_as_perhaps_too_long():
    words, wrong = told("terminal", "the log", "灯" * 40_000, PLAIN)
    assert wrong and "/export log" in words


async def test_a_tool_that_fails_leaves_it_to_the_terminal(monkeypatch):
    monkeypatch.setenv("PATH", "")
    sent = []
    way = await copying.copied("灯", Surroundings(desktop=True), sent.append)
    assert way in ("tool", "terminal")
    assert sent if way == "terminal" else not sent
