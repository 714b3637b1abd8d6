"""Where the person writes: what keys do there, however fast they come and however busy it is."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.events import Key, Paste

from models.scripted import Scripted
from scenes.table.play import Play
from tests.tui.tables import (
    at,
    burst,
    composer_of,
    dealt,
    house,
    said,
    say,
    table,
    tray_text,
    until,
)
from tests.tui.terminals import Terminal
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.palette import Palette
from tui.screens.start import StartScreen
from tui.terminal_keys import Input
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray


@pytest.mark.parametrize("text", ["really? run.", "me too.", "edit?", "r", "every word", "m1"])
async def test_letters_written_with_candidates_there_are_text(tmp_path: Path, text: str) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        hands = len(at(pilot).table.hands)
        burst(app, text, 0.01)
        await until(pilot, lambda: composer_of(app).text == text)
        assert said(play) == ["林默：进去。"]
        assert len(at(pilot).table.hands) == hands


async def test_e2_written_fast_takes_and_edits_nothing(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        burst(app, "e2")
        await until(pilot, lambda: composer_of(app).text == "e2")
        assert said(play) == ["林默：进去。"]


async def test_keys_are_done_one_after_the_other_however_fast(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        for key in ("down", "e", "home", "X", "end", "Y", "left", "Z", "enter"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: len(said(play)) == 2)
        assert said(play)[-1] == "苏晚：X你听见了吗？ZY"


async def test_a_key_that_was_pressed_before_the_candidates_were_there_is_not_about_them(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "进去。\r2", 0.1)
        await until(pilot, lambda: composer_of(app).text == "2")
        assert said(play) == ["林默：进去。"]
        await pilot.press("backspace", "2")
        await until(pilot, lambda: len(said(play)) == 2)


# --- Enter ---


async def test_an_enter_within_what_an_input_method_commits_sends_nothing_and_says_so(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "我们先进去看看\r")
        await until(pilot, lambda: composer_of(app).text == "我们先进去看看")
        await pilot.pause(0.1)
        assert said(play) == []
        assert "input method" in str(composer_of(app).border_title)
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：我们先进去看看"])


async def test_an_enter_pressed_while_the_program_is_busy_is_not_swallowed(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "走\r", 0.1)
        time.sleep(0.2)  # all of it is looked at only now
        await until(pilot, lambda: said(play) == ["林默：走"])


BUSY = """
import sys, time
from tui.app import PaotuanApp
mounted = PaotuanApp.on_mount
def on_mount(app):
    mounted(app)
    app.set_interval(0.25, lambda: time.sleep(0.2))
PaotuanApp.on_mount = on_mount
from tui.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Terminal]:
    program = ("-c", BUSY)
    arguments = ("play", "rain-house", "--as", "林默", "--model", "scripted")
    opened = Terminal(*arguments, home=tmp_path, program=program)
    opened.until(opened.shows("雨夜旧宅", "scripted"))
    yield opened
    opened.close()


def test_at_a_busy_program_enter_sends_and_an_input_methods_does_not(busy: Terminal) -> None:
    for number in range(4):
        busy.type(f"第{number}句。")
        busy.type("\r")
        busy.until(busy.shows(f"林默：第{number}句。"))
    busy.type("输入法上屏。\r")
    busy.until(busy.shows(" 输入法上屏。"))
    time.sleep(1)
    busy.read()
    assert "林默：输入法上屏。" not in busy.text
    busy.type("\r")
    busy.until(busy.shows("林默：输入法上屏。"))


def test_what_is_typed_before_the_screen_is_there_is_said_as_typed(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    opened = terminal("play", "rain-house", "--as", "林默", "--model", "scripted")
    opened.type("先来一句。\r")
    opened.type("再来")
    opened.until(opened.shows("▌ 林默：先来一句。", " 再来"))


# --- nothing is lost ---


async def test_an_edit_that_is_dropped_comes_back_with_ctrl_z(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("escape", "e", "啊", "escape")
        assert composer_of(app).text == ""
        assert "Ctrl+Z brings the edit back" in str(composer_of(app).placeholder)
        await pilot.press("ctrl+z")
        assert composer_of(app).text == "你听见了吗？啊"
        await pilot.pause(0.1)
        await pilot.press("enter")
        await until(pilot, lambda: said(play)[-1] == "苏晚：你听见了吗？啊")


async def test_what_was_written_before_a_rewrite_is_there_after_it(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        burst(app, "half of a line", 0.01)
        await pilot.press("ctrl+e")
        assert composer_of(app).text == "进去。"
        await pilot.press("x", "enter")
        await until(pilot, lambda: said(play) == ["林默：进去。x"])
        assert composer_of(app).text == "half of a line"


async def test_a_text_that_was_deleted_comes_back_before_a_turn_is_taken_back(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await pilot.press("a", "b", "ctrl+u")
        assert "Ctrl+Z brings back what was written" in str(composer_of(app).placeholder)
        await pilot.press("ctrl+z")
        assert composer_of(app).text == "ab"
        assert said(play) == ["林默：进去。"]


async def test_hidden_candidates_come_back_and_the_screen_says_how(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("escape", "escape")
        tray = app.screen.query_one(Tray)
        assert tray.folded and "Enter brings" in str(tray.border_title)
        await pilot.press("3")
        assert composer_of(app).text == "3"
        await pilot.press("backspace", "enter")
        assert "1 你听见了吗？" in tray_text(pilot)


async def test_a_paste_is_never_a_command(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        for mode_key in ("", "escape", "up"):
            if mode_key:
                await pilot.press(mode_key)
            app.post_message(Paste("2"))
            await until(pilot, lambda: composer_of(app).text == "2")
            assert composer_of(app).mode == "text"
            await pilot.press("backspace")
        assert said(play) == ["林默：进去。"]


async def test_fifty_thousand_pasted_characters_are_refused_at_once_in_a_clear_line(
    tmp_path: Path,
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        begun = time.monotonic()
        app.post_message(Paste("雨" * 50_000))
        await until(pilot, lambda: any("50,000" in told.message for told in app.messages))
        assert time.monotonic() - begun < 1
        assert composer_of(app).text == ""


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧 a", "שלום עולם", "[b]粗[/b] [/x]", "\x1b[31mred\x07\u202eevil", "e\u0301\u0301"],
)
async def test_odd_characters_are_kept_or_left_out_and_break_nothing(
    tmp_path: Path, text: str
) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(Paste(text))
        await until(pilot, lambda: composer_of(app).text)
        assert "\x1b" not in composer_of(app).text
        await pilot.press("enter")
        await until(pilot, lambda: len(said(play)) == 1)


async def test_what_was_written_and_not_sent_is_there_when_the_table_is_taken_again(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        burst(app, "half of a line", 0.01)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: app.table is None)
        app.post_message(StartScreen.Resume(play.journal.path))
        await until(pilot, lambda: app.table is not None and app.screen is app.table)
        await until(pilot, lambda: composer_of(app).text == "half of a line")


async def test_a_palette_that_is_closed_before_it_is_filled_breaks_nothing(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        palette = app.screen
        await palette.query(CommandList).remove()
        palette._gather_commands("")  # type: ignore[attr-defined]
        await pilot.pause(0.1)
        assert app._exception is None and app.return_code is None


# --- the turn that is lit, and small screens ---


async def test_up_lights_turns_and_typing_gives_the_keys_back(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "一。")
        await say(pilot, "二。")
        transcript = app.screen.query_one(Transcript)
        await pilot.press("up", "up")
        assert transcript.cursor == len(play.session.path) - 2
        assert "Turn" in str(composer_of(app).placeholder)
        await pilot.press("q")
        assert (transcript.cursor, composer_of(app).text) == (None, "q")
        await pilot.press("backspace", "up", "d")
        await until(pilot, lambda: said(play) == ["林默：一。"])
        await pilot.press("ctrl+z")
        await until(pilot, lambda: said(play) == ["林默：一。", "林默：二。"])


async def test_the_composer_stays_at_twenty_by_five_while_candidates_stream(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Scripted(["很长" * 100], delay=0.005))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await until(pilot, lambda: at(pilot).table.drawing)
        for size in ((20, 5), (80, 24), (20, 5)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
            composer = composer_of(app)
            assert composer.region.bottom <= size[1] and composer.region.height >= 1
            await pilot.press("a")
        assert composer_of(app).text == "aaa"


# --- what the terminal sends ---


def keys_of(*pieces: str) -> list[str]:
    """The keys that pieces mean which are read one after the other, and then silence."""
    heard, found = Input(), []
    for number, piece in enumerate(pieces):
        found += list(heard.feed(piece, float(number)))
    for moment in (10.0, 20.0):
        found += list(heard.silent(moment))
    return [
        event.key if isinstance(event, Key) else f"paste {event.text}"  # type: ignore[attr-defined]
        for event in found
    ]


@pytest.mark.parametrize(
    ("pieces", "keys"),
    [
        (["\x1b\r"], ["alt+enter"]),
        (["\x1b[27;3;13~"], ["alt+enter"]),
        (["\x1b[13;3u"], ["alt+enter"]),
        (["\x1b[13;2u", "\x1b[27;2;13~"], ["shift+enter", "shift+enter"]),
        (["\n", "\x1b[106;5u", "\x1b[27;5;106~"], ["ctrl+j"] * 3),
        (["\x1b", "e"], ["escape", "e"]),
        (["\x1b", "\r"], ["escape", "enter"]),
        (["\x1b", "[", "A"], ["up"]),
        (["\x1b", "[200~a\rb\x1b[2", "01~c"], ["paste a\rb", "c"]),
        (["\x1b[200~\x1b[31mred\x1b[201~"], ["paste \x1b[31mred"]),
        (["\x1b[200~lost"], ["paste lost"]),
        (["\x1b[97u\x1b[97;2u"], ["a", "A"]),
    ],
)
def test_keys_and_pastes_are_told_apart(pieces: list[str], keys: list[str]) -> None:
    assert keys_of(*pieces) == keys
