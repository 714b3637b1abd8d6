"""What the program says: one line, never over what is read, all of it kept."""

from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from models.scripted import Scripted
from tests.tui.tables import dealt, say, table, tray_text, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.help import HelpScreen
from tui.screens.messages import MessagesScreen
from tui.told import READ_S
from tui.widgets.composer import Composer
from tui.widgets.message_line import MessageLine
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray


def line(pilot: Pilot[None]) -> str:
    """What the message line of the uppermost screen shows."""
    return pilot.app.screen.query_one(MessageLine).render_line(0).text.strip()


def regions(app: App[None]) -> list[object]:
    return [app.screen.query_one(part).region for part in (Transcript, Composer, MessageLine)]


async def test_a_message_stands_on_its_line_and_moves_nothing(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        before = regions(app)
        app.notify("存好了 [b]不是标记[/b]", markup=False)
        await until(pilot, lambda: line(pilot))
        assert line(pilot) == "存好了 [b]不是标记[/b]"
        assert regions(app) == before
        assert not app.screen.query(Toast)
        assert app.screen.query_one(MessageLine).region.y == 22


async def test_a_long_message_is_cut_and_names_the_key_that_shows_it_whole(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(60, 24)) as pilot:
        app.notify("很长的一句，" * 20 + "完了", severity="error", markup=False)
        await until(pilot, lambda: line(pilot))
        assert line(pilot).startswith("Error: 很长")
        assert line(pilot).endswith("… F8")
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, MessagesScreen))
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "完了" in shown
        assert "Error: " in shown
        await pilot.press("f8")
        await until(pilot, lambda: not isinstance(app.screen, MessagesScreen))


async def test_all_messages_are_kept_the_newest_last(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(60):
            app.notify(f"第{number}条", severity="warning" if number % 2 else "information")
        await pilot.pause()
        assert line(pilot) == "Note: 第59条"
        assert [told.message for told in app.messages][-2:] == ["第58条", "第59条"]
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, MessagesScreen))
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "第59条" in shown
        assert "第3条" not in shown
        await pilot.press("home")
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "第3条" in shown


async def test_a_message_goes_with_the_next_key_once_it_could_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.notify("坏了", severity="error", markup=False)
        await until(pilot, lambda: line(pilot))
        await pilot.press("a")
        assert line(pilot) == "Error: 坏了"
        monkeypatch.setitem(READ_S, "error", 0.0)
        await pilot.press("b")
        await until(pilot, lambda: not line(pilot))
        assert app.screen.query_one(Composer).text == "ab"


async def test_a_message_goes_by_itself_when_its_time_is_over(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.notify("一", markup=False)
        await until(pilot, lambda: line(pilot))
        app._tell(None)
        await until(pilot, lambda: not line(pilot))


async def test_a_screen_without_a_line_shows_a_message_at_its_bottom_and_so_does_the_start() -> (
    None
):
    app = PaotuanApp(None, Choice(), Scripted())
    async with app.run_test(size=(80, 24)) as pilot:
        app.notify("在起点", markup=False)
        await until(pilot, lambda: line(pilot) == "在起点")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        app.notify("在帮助里", markup=False)
        await until(pilot, lambda: app.screen.query(MessageLine))
        await until(pilot, lambda: line(pilot) == "在帮助里")
        assert app.screen.query_one(MessageLine).region.y == 23
        await pilot.press("escape")
        await until(pilot, lambda: line(pilot) == "在帮助里")


@pytest.mark.parametrize("size", [(20, 5), (24, 8), (80, 24), (200, 60)])
async def test_every_size_keeps_the_composer_the_status_and_a_line_of_what_was_said(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        composer = app.screen.query_one(Composer)
        assert composer.region.height >= 1
        assert composer.region.bottom <= size[1]
        assert app.screen.query_one(Transcript).region.height >= 1
        await pilot.press("a")
        assert composer.text == "a"
        app.notify("听见了", markup=False)
        await until(pilot, lambda: line(pilot) == "听见了")
        await until(pilot, lambda: app.screen.query_one(MessageLine).region.height == 1)
        assert composer.region.bottom <= size[1] - 1


@pytest.mark.parametrize("size", [(20, 5), (30, 7), (40, 9)])
async def test_with_candidates_too_every_part_has_a_row_and_nothing_scrolls(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=size) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.pause()
        for part in (Transcript, Tray, Composer):
            region = app.screen.query_one(part).region
            assert region.height >= 1
            assert region.bottom <= size[1]
            assert region.width == size[0]
        assert app.screen.max_scroll_y == 0
        assert ">1 " in tray_text(pilot)
