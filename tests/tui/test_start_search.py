"""Search at the start: pinyin, initials, Chinese, near misses; and letters that are commands."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.starts import at_sessions, at_start, played, rows, screen_text, start
from tests.tui.tables import at, until
from tui.screens.role import RoleScreen
from tui.screens.table import TableScreen


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("yyjz", "雨夜旧宅"),
        ("yuye", "雨夜旧宅"),
        ("旧宅", "雨夜旧宅"),
        ("linmo", "雨夜旧宅"),
        ("lindaiyu", "雪夜残稿"),
        ("honglou", "雪夜残稿"),
        ("qmzj", "青梅煮酒"),
        ("greyharbor", "The Lantern at Greyharbour"),
        ("看一局", "看一局：实话镇"),
        ("kyj", "看一局：实话镇"),
    ],
)
async def test_a_scene_is_found_by_what_a_person_types(typed: str, title: str) -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        await pilot.press("slash", *typed)
        await until(pilot, lambda: rows(pilot) and title in rows(pilot)[0])


async def test_letters_are_text_in_the_search_and_commands_in_the_list() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        await pilot.press("slash", "r", "m")
        assert pilot.app.screen.query_one(Input).value == "rm"
        await pilot.press("escape", "r")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))


async def test_enter_in_the_search_plays_what_is_lit_and_down_gives_the_keys_to_the_list() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        await pilot.press("slash", *"sanguo", "down", "r")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        await pilot.press("escape", "slash", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.scene.title == "青梅煮酒"


async def test_escape_clears_the_search_and_what_finds_nothing_says_so() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        many = len(rows(pilot))
        await pilot.press("slash", *"zzzz")
        await until(pilot, lambda: "没有找到" in rows(pilot)[0])
        await pilot.press("enter")
        await pilot.press("escape")
        assert len(rows(pilot)) == many


async def test_a_session_is_found_by_its_last_line() -> None:
    played("灯灭了。")
    played("上车吧。")
    async with start().run_test(size=(80, 24)) as pilot:
        await at_sessions(pilot, 2)
        await pilot.press("slash", *"dengmie")
        await until(pilot, lambda: len(rows(pilot)) == 1)
        assert "灯灭了。" in rows(pilot)[0]


@pytest.mark.parametrize(
    "typed", ["[b]" * 20, "\u202e" * 9, "👨\u200d👩\u200d👧" * 5, "%{}()*" * 9]
)
async def test_nothing_that_is_pasted_into_the_search_breaks_it(typed: str) -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        await pilot.press("slash")
        pilot.app.screen.query_one(Input).insert_text_at_cursor(typed)
        await until(pilot, lambda: "没有找到" in rows(pilot)[0])


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_keys_of_every_list_are_named_in_one_line_of_80_columns(
    monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", lang)
    played("走吧。")
    async with start().run_test(size=(80, 24)) as pilot:
        await at_sessions(pilot, 1)
        for _list in range(3):
            line = screen_text(pilot).splitlines()[21]
            for key, _words in at_start(pilot).section.hints:
                assert f"{key} " in line, (key, line)
            await pilot.press("tab")
            await pilot.pause()
