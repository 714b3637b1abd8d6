"""Sessions at the start: recap, rename, duplicate, archive, the bin, and the way back."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from base.folders import sessions_folder
from scenes.table.journal_files import held_lock
from scenes.table.session_list import ARCHIVE, BIN
from tests.tui.starts import (
    at_sessions,
    at_start,
    played,
    preview,
    rows,
    screen_text,
    start,
    told,
)
from tests.tui.tables import at, house, until
from tui.screens.asking import AskScreen
from tui.screens.table import TableScreen


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ids(place: str = "") -> list[str]:
    return sorted(path.stem for path in (sessions_folder() / place).glob("*.jsonl"))


async def test_sessions_stand_below_their_scenes_with_role_turns_and_last_line() -> None:
    played("先进去。", "灯灭了。")
    played("苏晚：上车。", scene=house(name="train", title="末班地铁"), role=None)
    async with start().run_test(size=(80, 24)) as pilot:
        await at_sessions(pilot, 2)
        shown = "\n".join(rows(pilot))
        assert "旧宅 (1)" in shown and "末班地铁 (1)" in shown
        assert "林默  2 轮" in shown and "灯灭了。" in shown
        assert "旁观  1 轮" in shown
        assert "会话 2" in screen_text(pilot)


async def test_the_preview_of_a_session_is_its_last_lines_even_where_there_is_little_room() -> None:
    yesterday = datetime.now() - timedelta(days=1)
    played(*(f"这是第{n}句。" for n in range(30)), at=yesterday)
    async with start().run_test(size=(80, 24)) as pilot:
        await at_sessions(pilot, 1)
        await until(pilot, lambda: "这是第29句。" in screen_text(pilot))
        assert "30 轮" in preview(pilot) and "昨天" in preview(pilot)
        assert "这是第1句" not in screen_text(pilot)


async def test_a_session_is_renamed_and_the_old_name_comes_back() -> None:
    path = played("走吧。")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        pilot.app.screen.query_one(Input).value = "雨夜之后 [b]\x1b[31m"
        await pilot.press("enter")
        await until(pilot, lambda: any("雨夜之后 [b]" in row for row in rows(pilot)))
        assert ids() == [path.stem] and "Ctrl+Z" in told(pilot)[-1]
        await pilot.press("ctrl+z")
        await until(pilot, lambda: not any("雨夜之后" in row for row in rows(pilot)))
    assert path.exists() and not path.with_suffix(".title").exists()


async def test_a_deleted_session_lies_in_the_bin_and_ctrl_z_takes_it_out() -> None:
    path = played("走吧。")
    before = path.read_bytes()
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("delete")
        await until(pilot, lambda: any("回收站 (1)" in row for row in rows(pilot)))
        assert ids() == [] and ids(BIN) == [path.stem]
        await pilot.press("ctrl+z")
        await until(pilot, lambda: any("走吧。" in row for row in rows(pilot)))
    assert ids(BIN) == [] and path.read_bytes() == before
    assert path.with_suffix(".txt").exists()


async def test_the_bin_is_opened_from_the_list_and_emptied_only_on_a_plain_yes() -> None:
    kept, gone = played("留下。"), played("删掉。")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 2)
        await pilot.press("delete")
        await until(pilot, lambda: any("回收站 (1)" in row for row in rows(pilot)))
        await pilot.press("end", "enter")
        await until(pilot, lambda: any("删掉。" in row for row in rows(pilot)))
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("enter")
        await pilot.pause()
        assert ids(BIN) == [gone.stem]
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        pilot.app.screen.query_one(Input).value = "是"
        await pilot.press("enter")
        await until(pilot, lambda: ids(BIN) == [])
        await pilot.press("escape")
        await until(pilot, lambda: any("留下。" in row for row in rows(pilot)))
    assert ids() == [kept.stem]
    assert not [
        *sessions_folder().glob(f"{gone.stem}*"),
        *sessions_folder().glob(f"*/{gone.stem}*"),
    ]


async def test_enter_in_the_bin_restores_and_enter_in_the_archive_plays_on() -> None:
    played("一。")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("delete")
        await until(pilot, lambda: any("回收站 (1)" in row for row in rows(pilot)))
        await pilot.press("enter")
        await until(pilot, lambda: any("一。" in row for row in rows(pilot)))
        await pilot.press("enter")
        await until(pilot, lambda: len(ids()) == 1)
        await pilot.press("escape", "a")
        await until(pilot, lambda: len(ids(ARCHIVE)) == 1)
        await until(pilot, lambda: any("归档 (1)" in row for row in rows(pilot)))
        await pilot.press("enter")
        await until(pilot, lambda: any("一。" in row for row in rows(pilot)))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.session.entries[-1].text == "一。"


async def test_a_duplicate_begins_as_a_copy_and_the_first_stays_as_it_was() -> None:
    path = played("走吧。")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("d")
        await until(pilot, lambda: any("（副本）" in row for row in rows(pilot)))
    first, second = sorted(sessions_folder().glob("*.jsonl"))
    assert first.read_bytes() == second.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("key", ["delete", "a", "d"])
async def test_a_session_that_another_program_plays_is_refused_in_one_line(key: str) -> None:
    path = played("走吧。")
    lock = held_lock(path)
    try:
        async with start().run_test(size=(80, 24), notifications=True) as pilot:
            await at_sessions(pilot, 1)
            await pilot.press(key)
            await until(pilot, lambda: told(pilot))
            assert "另一个" in told(pilot)[-1] and "\n" not in told(pilot)[-1]
    finally:
        lock.release()
    assert ids() == [path.stem] and ids(BIN) == ids(ARCHIVE) == []


async def test_who_comes_back_to_a_long_session_is_told_where_they_are() -> None:
    long = played(*(f"第{n}句。" for n in range(1, 15)))
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("enter")
        await until(pilot, lambda: any("上次玩到第 14 轮" in line for line in told(pilot)))
        assert any("林默刚说：第14句。" in line for line in told(pilot))
    assert long.exists()


async def test_a_short_session_is_opened_without_a_word() -> None:
    played("走吧。")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        await pilot.pause(0.1)
        assert not any("上次" in line for line in told(pilot))


async def test_letters_of_sessions_do_nothing_to_scenes() -> None:
    path = played("走吧。")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: at_start(pilot).sessions.saved)
        await pilot.press("d", "a", "delete", "f2", "v")
        await pilot.pause()
        assert at_start(pilot).section is at_start(pilot).scenes
    assert ids() == [path.stem]
