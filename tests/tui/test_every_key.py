"""Every key that the help names, as real terminals send it, and what then is on the screen."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")
from scenes.scene_loader import load_scene
from tests.tui.terminals import Terminal, replayed, saved
from tui.table_keys import ALWAYS, CANDIDATES, SAID, WRITING

LEGACY = {
    **{"enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z"},
    **{"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H"},
    **{"pageup": "\x1b[5~", "pagedown": "\x1b[6~", "f1": "\x1bOP", "f8": "\x1b[19~"},
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abefgjlpqyz"},
    **{"alt+enter": "\x1b\r", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS"},
}
KITTY = {
    **LEGACY,
    **{"enter": "\x1b[13u", "escape": "\x1b[27u", "tab": "\x1b[9u", "shift+tab": "\x1b[9;2u"},
    **{f"ctrl+{letter}": f"\x1b[{ord(letter)};5u" for letter in "abefgjlpqyz"},
    **{letter: f"\x1b[{ord(letter)};;{ord(letter)}u" for letter in "bcdemrvy0123456789"},
    **{"alt+enter": "\x1b[13;3u", "shift+enter": "\x1b[13;2u", "f1": "\x1b[P", "f3": "\x1b[13~"},
}
TERMINALS: Mapping[str, Mapping[str, str]] = {
    "xterm": {**LEGACY, "home": "\x1bOH"},
    "kitty": KITTY,
    "Windows Terminal": {
        **LEGACY,
        **{
            "alt+enter": "\x1b[27;3;13~",
            "shift+enter": "\x1b[27;2;13~",
            "ctrl+j": "\x1b[27;5;106~",
        },
    },
    "tmux": {**LEGACY, "home": "\x1b[1~", "shift+enter": "\x1b[13;2u", "f1": "\x1b[11~"},
}


class Keyboard:
    """Presses keys as one kind of terminal sends them."""

    def __init__(self, opened: Terminal, codes: Mapping[str, str]) -> None:
        self.opened, self.codes = opened, codes
        self.pressed: set[str] = set()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed.add(key)
            self.opened.type(self.codes.get(key, key))

    def write(self, text: str) -> None:
        self.opened.type(text)

    def sees(self, *words: str) -> None:
        self.opened.until(self.opened.shows(*words), 15)

    def sees_no_more(self, *words: str) -> None:
        self.opened.until(lambda: not any(word in self.opened.text for word in words), 15)


def play_at(keys: Keyboard) -> None:
    """A few turns in which every key has its turn."""
    keys.press("up")
    keys.sees("↑↓", "Enter")
    keys.press("escape")
    keys.write("我上楼")
    if "shift+enter" in keys.codes:
        keys.press("shift+enter")
        keys.write("慢慢地")
        keys.sees(" 我上楼\n 慢慢地")
        keys.press("ctrl+z", "ctrl+z")
        keys.sees_no_more("慢慢地")
    keys.write("！")
    keys.press("ctrl+z", "ctrl+y", "ctrl+z")
    keys.sees_no_more("！")
    keys.write("我上楼")
    keys.press("alt+enter")
    keys.write("第二行")
    keys.press("ctrl+j")
    keys.write("第三行")
    keys.sees(" 我上楼\n 第二行\n 第三行")
    keys.press("ctrl+g")
    first, second = load_scene("rain-house").emotions[:2]
    keys.sees(f"〔{first}〕")
    keys.press("tab")
    keys.sees(f"〔{second}〕")
    keys.press("shift+tab", "shift+tab")
    keys.sees_no_more(f"─〔{first}〕", f"─〔{second}〕")
    keys.press("enter")
    keys.sees("▌ 林默：第三行", ">1 你听见了吗")


def choose_at(keys: Keyboard) -> None:
    keys.press("down", "right")
    keys.sees(">2", "━")
    keys.press("down")
    keys.sees(">4")
    keys.press("left", "up")
    keys.sees(">1")
    keys.press("v")
    keys.sees("你听见了吗？楼上有人在走动。", "Esc")
    keys.press("escape")
    keys.press("y")
    keys.press("m")
    keys.sees("1–9, 0")
    keys.press("r")
    keys.sees("2/2")
    keys.press("left")
    keys.sees("1/2")
    keys.press("right")
    keys.press("right", "right")
    keys.sees("2/2")
    keys.press("c")
    keys.press("tab")
    keys.sees_no_more("━")
    keys.press("left")
    keys.press("right")
    keys.press("escape", "escape")
    keys.sees("收起来了")
    keys.press("enter")
    keys.sees_no_more("收起来了")
    keys.press("tab", "e")
    keys.sees("Esc 放弃")
    keys.write("啊")
    keys.press("escape")
    keys.sees_no_more("Esc 放弃")
    keys.press("ctrl+z")
    keys.sees("啊\n")
    keys.press("escape", "2")


def turn_at(keys: Keyboard) -> None:
    keys.press("ctrl+z")
    keys.press("ctrl+y")
    keys.press("pageup")
    keys.press("pagedown")
    keys.press("up", "home")
    keys.press("b")
    keys.sees("★")
    keys.press("down", "y", "left", "right")
    keys.press("e")
    keys.sees("Esc 放弃")
    keys.press("escape")
    keys.press("up", "d")
    keys.sees("Ctrl+Z")
    keys.press("ctrl+z")
    keys.press("up", "r")
    keys.press("escape", "escape")
    keys.press("up", "c")
    keys.press("escape", "escape")
    keys.press("up", "up", "enter")
    keys.press("ctrl+e")
    keys.sees("Esc 放弃")
    keys.press("escape", "shift+tab")


def open_at(keys: Keyboard) -> None:
    """What opens above, and goes away again by the key that it names."""
    for key in ("f1", "f8", "f2", "f3", "f4", "ctrl+b", "ctrl+f", "ctrl+p"):
        before = keys.opened.text
        keys.press(key)
        keys.opened.until(lambda before=before: keys.opened.text != before, 15)  # type: ignore[misc]
        keys.press("escape")
        keys.sees("你：林默")


@pytest.mark.parametrize("name", TERMINALS)
def test_every_key_does_what_the_help_says_in_this_terminal(
    name: str, terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    more = ("--kitty-keys",) if name == "kitty" else ()
    opened = terminal("play", "rain-house", "--as", "林默", "--model", "scripted", *more)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    keys = Keyboard(opened, TERMINALS[name])
    for part in (play_at, choose_at, turn_at, open_at):
        part(keys)
    named = {key for law in (*WRITING, *CANDIDATES, *SAID, *ALWAYS) for key in law.names}
    untold = {"shift+enter"} - keys.codes.keys()
    assert named - keys.pressed - untold - set("134567890") == set()
    keys.press("ctrl+q")
    assert opened.end() == 0, opened.text
    texts = [turn.entry.text for turn in replayed(saved(tmp_path)).turns.values()]
    assert texts.index("我上楼") + 2 == texts.index("第三行")
