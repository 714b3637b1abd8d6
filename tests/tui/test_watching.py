"""A table that plays by itself on the screen, and steps back for whoever presses a key."""

from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from scenes.table.play import Play
from tests.tui.tables import at, said, table, until
from tui.app import PaotuanApp
from tui.widgets.composer import Composer

MANY = [f"第{number}句话。" for number in range(1, 300)]


def watched(folder: Path, role: str | None = None) -> tuple[PaotuanApp, Play]:
    app, play = table(folder, MANY, role=role)
    app.choice = replace(app.choice, watch=True, pace=0.0)
    return app, play


async def played(pilot: Pilot[None], play: Play, turns: int) -> None:
    await until(pilot, lambda: len(play.session.path) >= 2 + turns)


async def test_a_watched_play_goes_on_by_itself_until_a_key(tmp_path: Path) -> None:
    app, play = watched(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await played(pilot, play, 4)
        await pilot.press("enter")
        assert not at(pilot).watching.on
        stopped = len(play.session.path)
        await until(pilot, lambda: not at(pilot).table.drawing)
        await pilot.pause(0.2)
        assert len(play.session.path) == stopped, "the key that stops it takes nothing"
        await pilot.press("f5")
        await played(pilot, play, stopped + 2)
        await pilot.press("f5")
        assert not at(pilot).watching.on


async def test_a_letter_stops_it_and_is_already_text(tmp_path: Path) -> None:
    app, play = watched(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await played(pilot, play, 1)
        await pilot.press("w")
        assert not at(pilot).watching.on
        assert app.screen.query_one(Composer).text == "w"


async def test_it_is_begun_at_the_table_with_a_role_of_ones_own(tmp_path: Path) -> None:
    app, play = table(tmp_path, MANY)
    app.choice = replace(app.choice, pace=0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        at(pilot).table.enter("/watch 6")
        await until(pilot, lambda: len(play.session.path) == 8)
        await until(pilot, lambda: not at(pilot).watching.on)
        assert any(line.startswith("林默：") for line in said(play))
        await pilot.pause(0.1)
        assert len(play.session.path) == 8


async def test_leaving_stops_it(tmp_path: Path) -> None:
    app, play = watched(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await played(pilot, play, 2)
        await pilot.press("ctrl+q")
    assert not app.return_code
    assert len(play.session.path) >= 4


async def test_so_many_turns_are_played_with_a_role_of_ones_own_once(tmp_path: Path) -> None:
    app, play = table(tmp_path, MANY)
    app.choice = replace(app.choice, auto=5, pace=0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await played(pilot, play, 5)
        await until(pilot, lambda: not at(pilot).watching.on)
        assert [turn.unattended for turn in play.session.path[2:]] == [True] * 5
        assert app.choice.auto == 0, "another table is played by its person"


async def test_it_leaves_my_role_to_me_where_i_say_so(tmp_path: Path) -> None:
    app, play = table(tmp_path, MANY)
    app.choice = replace(app.choice, auto=6, pace=0.0, waits=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(play.session.path) > 2 and not at(pilot).watching.on)
        assert play.next is not None
        assert play.next.name == "林默"
        before = len(play.session.path)
        await pilot.press("h", "i", "enter")
        await until(pilot, lambda: len(play.session.path) > before + 1)
        assert play.session.path[before].entry.text == "hi"
        assert play.session.path[before + 1].unattended
