"""What a key led to is led back from, and what is told goes when it is so no longer."""

from pathlib import Path

from models.scripted import Scripted
from scenes.table.play import Play
from tests.tui.tables import at, dealt, house, say, table, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.branch_map import BranchMapScreen
from tui.screens.help import HelpScreen
from tui.widgets.composer import Composer
from tui.widgets.tray import Tray


async def test_right_leads_back_to_the_hand_that_left_came_from(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await dealt(pilot)
        await pilot.press("down", "r")
        await until(pilot, lambda: len(at(pilot).table.hands) == 2)
        await dealt(pilot)
        tray = app.screen.query_one(Tray)
        await pilot.press("left")
        assert (tray.at, tray.lit) == (1, 1)
        await pilot.press("right")
        assert (tray.at, tray.lit) == (2, 0)


async def test_drawing_again_in_the_middle_of_a_draw_leaves_the_keys_to_the_candidates(
    tmp_path: Path,
) -> None:
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Scripted(["走吧。", "别出声。", "回去。"], delay=0.05))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await until(pilot, lambda: at(pilot).table.drawing and app.screen.query_one(Tray).hand)
        await pilot.press("down", "r")
        composer = at(pilot).query_one(Composer)
        await until(pilot, lambda: at(pilot).table.drawing and app.screen.query_one(Tray).hand)
        assert composer.mode == "tray"
        await pilot.press("down")
        assert not composer.text


async def test_f1_helps_on_the_map_and_again_goes_back_to_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(app.screen, BranchMapScreen))
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, BranchMapScreen))


async def test_a_question_is_gone_once_it_is_answered(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "老顾：让一让。")
        await until(pilot, lambda: app.message and "老顾" in app.message.message)
        await pilot.press("enter")
        await until(pilot, lambda: play.session.path[-1].entry.speaker == "老顾")
        await until(pilot, lambda: app.message is None)
        assert any("老顾" in told.message for told in app.messages)


async def test_a_feeling_that_was_not_named_is_asked_for(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        before = len(play.session.path)
        await say(pilot, "请进。\\emoji ")
        await until(pilot, lambda: app.messages)
        assert "a feeling is missing behind \\emoji" in app.messages[-1].message
        assert len(play.session.path) == before
        assert app.screen.query_one(Composer).text.startswith("请进。")
