"""Dice on the screen: typed, offered behind a narration, hidden, and looked up."""

from pathlib import Path

from scenes.scene import Role
from tests.tui.tables import at, dealt, said, say, table, until
from tui.screens.report import ReportScreen
from tui.widgets.composer import Composer

CAST = (Role("林默", profile="医生。"), Role("苏晚"), Role("守秘人", narrator=True))
PROPOSALS = [f"第{number}扇门后有什么在动。（侦查检定）" for number in range(1, 9)]


async def test_a_check_is_rolled_and_the_narrator_goes_on(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST, turns="natural")
    play.new_seed = lambda: 7
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, ".ra 侦查 60")
        await until(pilot, lambda: len(said(play)) == 1)
        assert said(play)[0].startswith("【林默 侦查 1d100=")
        await dealt(pilot)
        assert not at(pilot).query_one(Composer).text
        hand = at(pilot).table.hand
        assert hand is not None and hand.speaker.name == "守秘人"


async def test_a_roll_is_taken_back_by_a_key_and_the_second_one_says_so(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, ".ra 侦查 60")
        await until(pilot, lambda: len(said(play)) == 1)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: said(play) == [])
        await say(pilot, "。ra 侦查 60")
        await until(pilot, lambda: len(said(play)) == 1)
        assert said(play)[0].endswith("（第2次）】")


async def test_enter_rolls_what_a_narration_proposes(tmp_path: Path) -> None:
    app, play = table(tmp_path, PROPOSALS, cast=CAST, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/next 守秘人")
        await dealt(pilot)
        await pilot.press("1")
        await until(pilot, lambda: at(pilot).table.listening.offering)
        assert "Enter" in str(at(pilot).query_one(Composer).placeholder)
        assert not play.session.rolls and len(said(play)) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(said(play)) == 2)
        assert said(play)[1].startswith("【林默 侦查 1d100=")


async def test_writing_something_else_leaves_what_was_proposed(tmp_path: Path) -> None:
    app, play = table(tmp_path, PROPOSALS, cast=CAST, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/next 守秘人")
        await dealt(pilot)
        await pilot.press("1")
        await until(pilot, lambda: at(pilot).table.listening.offering)
        await say(pilot, "我不看。")
        await until(pilot, lambda: len(said(play)) == 2)
        await pilot.press("enter")
        await pilot.pause()
        assert not play.session.rolls


async def test_a_hidden_roll_shows_where_it_is_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, ".rh 侦查 60")
        await until(pilot, lambda: said(play) == ["【林默 暗骰】"])
        await say(pilot, "/rolls")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReportScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ReportScreen)
        assert f"1d100={play.session.rolled[0].totals[0]}/60" in screen.lines[0]
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ReportScreen))


async def test_a_roll_is_not_put_into_the_composer_to_be_rewritten(tmp_path: Path) -> None:
    app, play = table(tmp_path, cast=CAST, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, ".r 1d6")
        await until(pilot, lambda: len(said(play)) == 1)
        await pilot.press("ctrl+e")
        await pilot.pause()
        assert at(pilot).editing is None and not at(pilot).query_one(Composer).text
        assert pilot.app.is_running
