"""What is typed, completed and pasted at the table, and the commands among it."""

from pathlib import Path

import pytest

from tests.tui.tables import at, dealt, said, say, table, until, write
from tui.widgets.composer import Composer


async def test_digits_are_written_when_something_is_written(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await write(pilot, "我数到")
        await pilot.press("3", "e", "m")
        assert app.screen.query_one(Composer).text == "我数到3em"
        await pilot.press("enter")
        await until(pilot, lambda: said(play)[-1] == "林默：我数到3em")


async def test_tab_completes_an_emotion_and_then_changes_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await write(pilot, "好。 \\emoji 微")
        await pilot.press("tab")
        composer = app.screen.query_one(Composer)
        assert (composer.text, composer.label) == ("好。", "微笑")
        await pilot.press("tab")
        assert (composer.text, composer.label) == ("好。", "兴奋")
        assert "〔兴奋〕" in str(composer.border_title)


async def test_the_enter_of_an_input_method_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr("tui.widgets.composer.IME_GUARD_S", 5.0)
        await pilot.press("你", "好", "enter")
        assert said(play) == []
        assert app.screen.query_one(Composer).text == "你好"
        monkeypatch.setattr("tui.widgets.composer.IME_GUARD_S", 0.0)
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：你好"])


async def test_what_is_pasted_beyond_all_measure_is_left_out_and_told(tmp_path: Path) -> None:
    from textual.events import Paste

    app, _ = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        composer = app.screen.query_one(Composer)
        composer.post_message(Paste("雨" * 20_000))
        await until(pilot, lambda: len(composer.text) == 20_000)
        composer.post_message(Paste("很大。"))
        await until(pilot, lambda: any("20,000" in told.message for told in app.messages))
        assert "很大" not in composer.text


async def test_pasted_line_breaks_send_nothing_and_become_turns(tmp_path: Path) -> None:
    from textual.events import Paste

    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one(Composer).post_message(Paste("一。\r\n【灯灭了】\r\n苏晚：谁？"))
        await pilot.pause()
        assert said(play) == []
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：一。", "【灯灭了】", "苏晚：谁？"])


async def test_tab_completes_a_command_and_the_name_behind_next(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        composer = app.screen.query_one(Composer)
        await write(pilot, "/ne")
        await pilot.press("tab")
        assert composer.text == "/next "
        await write(pilot, "老")
        await pilot.press("tab")
        assert composer.text == "/next 老周"
        await pilot.press("enter")
        await dealt(pilot)
        assert at(pilot).table.hand.speaker.name == "老周"  # type: ignore[union-attr]
        assert composer.text == ""


async def test_a_command_that_there_is_none_of_stays_to_be_mended(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await say(pilot, "/undoo")
        assert app.screen.query_one(Composer).text == "/undoo"
        assert any("did you mean /undo?" in n.message for n in app.messages)
        assert said(play) == []


async def test_the_edit_command_puts_a_turn_into_the_composer(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await say(pilot, "/edit 3")
        composer = app.screen.query_one(Composer)
        assert composer.text == "进去。"
        composer.load_text("先别进去。")
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：先别进去。"])
        assert composer.text == ""


async def test_a_turn_that_is_rewritten_to_nothing_stands_there_again(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await say(pilot, "/edit 3")
        composer = app.screen.query_one(Composer)
        composer.load_text(" ")
        await pilot.press("enter")
        await until(pilot, lambda: composer.text == "进去。")
        assert said(play) == ["林默：进去。"] and composer.has_class("editing")


async def test_the_commands_that_show_something_open_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/help")
        await until(pilot, lambda: type(app.screen).__name__ == "HelpScreen")
        await pilot.press("escape")
        await say(pilot, "/log")
        await until(pilot, lambda: type(app.screen).__name__ == "BranchMapScreen")
        await pilot.press("escape")
        await say(pilot, "/quit")
        await until(pilot, lambda: app.return_code == 0)
