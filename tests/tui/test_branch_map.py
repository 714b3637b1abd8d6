"""The branch map on the screen: where one is, going elsewhere, and what is changed from there."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from models.scripted import Scripted
from scenes.log import Entry
from scenes.table.play import Play
from tests.tui.tables import at, house, tray_text, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.branch_map import BranchMapScreen
from tui.widgets.branch_map import BranchMap


def table(folder: Path, turns: int = 12) -> tuple[PaotuanApp, Play]:
    play = Play.start(house(), "林默", folder)
    play.session.say_all(Entry("speech", f"第{number}句", "林默") for number in range(1, turns + 1))
    play.turned()
    return PaotuanApp(play, Choice(), Scripted([f"答{n}。" for n in range(99)])), play


async def opened(pilot: Pilot[Any]) -> BranchMap:
    pilot.app.screen.action_turns()  # type: ignore[attr-defined]
    await until(pilot, lambda: isinstance(pilot.app.screen, BranchMapScreen))
    await until(pilot, lambda: pilot.app.screen.query_one(BranchMap).rows)
    return pilot.app.screen.query_one(BranchMap)


def text_of(app: PaotuanApp) -> str:
    strips = app.screen._compositor.render_strips(app.screen.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_the_map_opens_where_the_play_stands_and_enter_goes_elsewhere(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await opened(pilot)
        assert rows.row is not None and rows.row.here
        assert "●" in text_of(app)
        await pilot.press("home", "down", "right", "down")
        lit = rows.row
        assert lit.kind == "turn" and lit.turn != play.session.head
        await pilot.press("enter")
        await until(pilot, lambda: play.session.head == lit.turn)
        at(pilot).table.undo()
        assert play.session.head == 14


async def test_arrows_light_another_turn_also_where_the_map_is_longer_than_the_screen(
    tmp_path: Path,
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 14)) as pilot:
        rows = await opened(pilot)
        await pilot.press("home", "down", "right", "end")
        last = rows.lit
        assert len(rows.rows) > rows.size.height
        await pilot.press("up", "up")
        assert rows.lit == last - 2
        await pilot.press("home", "down")
        assert rows.lit == 1


async def test_left_and_right_fold_and_unfold(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await opened(pilot)
        folded = len(rows.rows)
        await pilot.press("home", "down", "right")
        assert len(rows.rows) > folded
        await pilot.press("left")
        assert len(rows.rows) == folded


async def test_a_turn_is_deleted_from_the_map_and_comes_back_by_undo(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("up", "right", "down", "d")
        await until(pilot, lambda: len(play.session.path) == 13)
        assert "Ctrl+Z" in text_of(app)
        await pilot.press("escape")
        at(pilot).table.undo()
        assert len(play.session.path) == 14


async def test_a_bookmark_is_put_from_the_map_and_found_by_the_filter(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await opened(pilot)
        await pilot.press("b")
        assert play.session.marks == {14: ""}
        assert "★" in text_of(app)
        await pilot.press("slash")
        await until(pilot, lambda: app.screen.query_one(Input).has_focus)
        app.screen.query_one(Input).value = "第7句"
        await until(pilot, lambda: len(rows.rows) == 1)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: play.session.path[-1].entry.text == "第7句")


async def test_a_line_of_another_branch_is_not_rewritten_but_gone_to_first(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    play.session.go(5)
    play.session.say(Entry("speech", "岔路", "林默"))
    play.turned()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await opened(pilot)
        await pilot.press("end")
        while rows.row is not None and rows.row.on_path:
            await pilot.press("up")
        await pilot.press("e")
        assert isinstance(app.screen, BranchMapScreen)
        assert "another branch" in text_of(app)


async def test_markup_in_a_line_is_text_and_a_narrow_terminal_keeps_the_map(tmp_path: Path) -> None:
    app, play = table(tmp_path, 2)
    play.session.say(Entry("speech", "[bold red]粗[/] 👨‍👩‍👧‍👦 \u202eabc", "林默"))
    play.turned()
    async with app.run_test(size=(20, 8)) as pilot:
        rows = await opened(pilot)
        assert rows.size.height >= 1
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "[bold red]粗" in text_of(app)


async def test_the_hands_of_any_turn_are_leafed_through_on_the_screen(tmp_path: Path) -> None:
    app, play = table(tmp_path, 1)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = at(pilot)
        screen.table.let_speak("苏晚")
        await until(pilot, lambda: not screen.table.drawing and screen.table.hand)
        screen.table.pick(1)
        screen.table.stop()
        turn = play.session.head
        assert turn is not None
        await pilot.press("up", "r")
        await until(pilot, lambda: not screen.table.drawing and screen.table.hand)
        assert (screen.table.hand_at, len(screen.table.hands)) == (2, 2)
        await pilot.press("up", "left")
        assert screen.table.hand_at == 1
        assert "1✓" in tray_text(pilot), "what was taken is told at its number"
        await pilot.press("b", "d")
        assert turn in play.session.marks
        assert play.session.head != turn
        await pilot.press("ctrl+z")
        assert play.session.head == turn
