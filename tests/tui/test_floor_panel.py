"""F4, who speaks: by one key each, at 80×24."""

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tests.tui.tables import at, dealt, said, say, table, until
from tui.screens.floor import FloorScreen
from tui.screens.table import TableScreen


async def opened(pilot: Pilot[None]) -> FloorScreen:
    await pilot.press("f4")
    await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen))
    screen = pilot.app.screen
    assert isinstance(screen, FloorScreen)
    return screen


def rows(screen: FloorScreen) -> list[str]:
    cast = screen.query_one(OptionList)
    return [str(cast.get_option_at_index(i).prompt) for i in range(cast.option_count)]


def why(screen: FloorScreen) -> str:
    return str(screen.query_one("#floor-why", Static).content)


async def test_the_panel_says_who_is_next_and_why_and_fits(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "▸ 老周" in rows(screen)[2]
        assert "you" in rows(screen)[0]
        assert "round the cast" in why(screen)
        for part in screen.query("#floor-panel > *"):
            if part.display:
                assert part.region.bottom <= 24
                assert part.region.right <= 80
        keys = screen.query_one("#floor-keys", Static)
        assert keys.size.height <= 2


async def test_muting_and_leaving_are_a_key_and_a_key_takes_them_back(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("m")
        assert play.floor.muted == {"老周"}
        assert "muted" in rows(screen)[2]
        assert "▸" in rows(screen)[0], "the list passes over who is muted"
        await pilot.press("m", "up", "l")
        assert play.floor.away == {"苏晚"}
        assert "has left" in rows(screen)[1]
        await pilot.press("enter")
        assert pilot.app.screen is screen, "who has left does not speak, and it says why"
        await pilot.press("l")
        assert play.floor.away == frozenset()


async def test_the_rule_is_changed_by_a_key(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("r")
        assert play.floor.rule == "manual"
        assert "you choose" in why(screen)


async def test_enter_lets_the_lit_one_speak(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("up", "enter")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        await dealt(pilot)
        assert at(pilot).table.hand.speaker.name == "苏晚"  # type: ignore[union-attr]


async def test_the_model_proposes_my_line_and_narrates_though_nobody_does(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        await dealt(pilot)
        at(pilot).table.pick(1)
        assert said(play)[-1] == "林默：你听见了吗？"
        await dealt(pilot)
        await opened(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        await until(pilot, lambda: not at(pilot).table.drawing)
        assert at(pilot).table.hand.speaker.narrator  # type: ignore[union-attr]


async def test_a_newcomer_is_named_there_and_a_bad_name_stays_to_be_mended(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("a", "a", "|", "enter")
        assert app.screen is screen
        assert len(play.scene.cast) == 3
        await pilot.press("escape", "a", *"Tom", "enter")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        await dealt(pilot)
        assert play.scene.cast[-1].name == "Tom"
        assert at(pilot).table.hand.speaker.name == "Tom"  # type: ignore[union-attr]


async def test_names_from_elsewhere_are_shown_as_they_are(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        at(pilot).table.speak_as("店小二: [red]坏[/red]")
        await dealt(pilot)
        screen = await opened(pilot)
        assert "店小二" in rows(screen)[3]
