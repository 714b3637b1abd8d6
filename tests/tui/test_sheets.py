"""F2, the sheets of the cast: what has changed is marked, and Enter changes it."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from scenes.scene import Role
from tests.tui.conftest import Run
from tests.tui.tables import say, table, until, write
from tui.screens.sheets import SheetsScreen
from tui.screens.table import TableScreen

SHEET = {"HP": 11, "SAN": 55, "侦查": 60, "物品": ("手电", "左轮")}
CAST = (Role("林默", sheet=SHEET), Role("苏晚", sheet={"HP": 9}), Role("老周"))
LONG = {**SHEET, **{f"技能{chr(0x4E00 + n)}": n for n in range(40)}}


async def opened(pilot: Pilot[None]) -> SheetsScreen:
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, SheetsScreen))
    screen = pilot.app.screen
    assert isinstance(screen, SheetsScreen)
    return screen


def rows(screen: SheetsScreen) -> list[str]:
    shown = screen.query_one("#sheets-rows", OptionList)
    return [" ".join(str(option.prompt).split()) for option in shown.options]


async def test_a_change_is_typed_told_and_marked_in_the_panel(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/set 林默.HP -3")
        assert any("HP 11 → 8" in told.message for told in app.messages)
        screen = await opened(pilot)
        assert rows(screen) == [
            "林默 you",
            "* HP 11 → 8",
            "SAN 55",
            "侦查 60",
            "物品 手电、左轮",
            "苏晚",
            "HP 9",
            "老周 no values yet",
        ]
        await pilot.press("f2")
        assert isinstance(app.screen, TableScreen)
        assert play.session.path[-1].by == "opening", "nothing was said"


async def test_enter_changes_a_value_and_a_mistake_stays_to_be_mended(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("down", "enter")
        field = screen.query_one(Input)
        assert field.value == "11", "what it is stands there to be changed"
        await pilot.press(*"abc", "enter")
        assert field.display
        assert field.value == "abc"
        assert play.session.sheet("林默")["HP"] == 11
        field.value = "-3"
        await pilot.press("enter")
        assert play.session.sheet("林默")["HP"] == 8
        assert "* HP 11 → 8" in rows(screen)
        await pilot.press("ctrl+z")
        assert play.session.sheet("林默")["HP"] == 11
        await pilot.press("ctrl+y")
        assert play.session.sheet("林默")["HP"] == 8


async def test_a_value_is_added_and_taken_out(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("end", "a")
        screen.query_one(Input).value = "力量50 HP12"
        await pilot.press("enter")
        assert play.session.sheet("老周") == {"力量": 50, "HP": 12}
        await pilot.press("end", "enter", "escape", "d")
        assert play.session.sheet("老周") == {"力量": 50}
        await pilot.press("end", "a")
        screen.query_one(Input).value = "职业 看门人"
        await pilot.press("enter")
        assert play.session.sheet("老周") == {"力量": 50, "职业": "看门人"}


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_long_sheet_scrolls_and_everything_fits(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app, __ = table(tmp_path, cast=(Role("林默", sheet=LONG), Role("苏晚"), Role("老周")))
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pilot.press("end", "up", "up", "up", "enter")
        await pilot.pause()
        for part in screen.query("#sheets-panel > *"):
            if part.display:
                assert part.region.y >= 0
                assert part.region.bottom <= size[1]
                assert part.region.right <= size[0]
        shown = screen.query_one("#sheets-rows", OptionList)
        assert shown.max_scroll_y > 0
        await pilot.press("escape")
        assert screen.query_one("#sheets-keys", Static).display


async def test_the_panel_opens_at_the_sheet_that_is_named(tmp_path: Path) -> None:
    app, __ = table(tmp_path, cast=CAST)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/卡 苏晚")
        await until(pilot, lambda: isinstance(pilot.app.screen, SheetsScreen))
        screen = pilot.app.screen
        assert isinstance(screen, SheetsScreen)
        assert screen._lit == ("苏晚", None)


async def test_what_could_be_markup_is_shown_as_it_stands(tmp_path: Path) -> None:
    hostile = {"HP[b]": "[/b]\u202e[red]x", "物品": ("[link=x]",)}
    app, __ = table(tmp_path, cast=(Role("林默", sheet=hostile), Role("苏晚"), Role("老周")))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert any("HP[b] [/b][red]x" in row for row in rows(screen))


async def test_tab_completes_what_set_may_change(tmp_path: Path) -> None:
    app, __ = table(tmp_path, cast=CAST)
    async with app.run_test(size=(80, 24)) as pilot:
        await write(pilot, "/设 林默.S")
        await pilot.press("tab", *" -5", "enter")
        await until(pilot, lambda: any("SAN 55 → 50" in told.message for told in app.messages))


SCENE = """
title: 旧宅
play_as: 林默
cast:
  林默: {sheet: {HP: 11, SAN: 55}}
  苏晚: {sheet: {HP: 9}}
opening: 【雨】
"""


def test_line_by_line_the_sheets_are_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SCENE, "utf-8")
    typed = "/set HP -3\n。st 苏晚 侦查60\n/sheet\n/卡 苏晚\n.st show san\n/undo\n/set 谁.HP 1\n"
    ran = run("play", tmp_path / "s.yaml", "--model", "scripted", "--line", stdin=typed)
    assert ran.status == 0
    assert "林默\n *HP               11 → 8\n  SAN              55\n苏晚\n" in ran.out
    assert ran.out.count("  侦查             60\n") == 2
    assert "HP 11 → 8" in ran.err
    assert "SAN 55" in ran.err
    assert "侦查 60 → —" in ran.err, "undo tells what is now"
    assert "no role is named 谁" in ran.err


def test_sheets_in_80_columns(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three sheets; HP and things have changed, and the keys stand below."""
    assert snap_compare(
        pictured(tmp_path, "en", monkeypatch), terminal_size=(80, 24), run_before=changed
    )


def test_sheets_in_chinese_in_a_small_terminal(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40×12, a value is being changed."""

    async def asked(pilot: Pilot[None]) -> None:
        await changed(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()

    assert snap_compare(
        pictured(tmp_path, "zh", monkeypatch), terminal_size=(40, 12), run_before=asked
    )


def pictured(folder: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PAOTUAN_LANG", language)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    app, __ = table(folder, cast=CAST)
    return app


async def changed(pilot: Pilot[None]) -> None:
    await say(pilot, "/set 林默.HP -3")
    await say(pilot, "/set 林默.物品 +绳子")
    await opened(pilot)
    pilot.app.screen.query_one(Input).cursor_blink = False
    await pilot.pause()
