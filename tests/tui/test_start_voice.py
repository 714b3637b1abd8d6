"""Making a session a voice from the start: the numbers, the commands, running and stopping them."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, RichLog, Static

from base.folders import data_folder, sessions_folder
from models.scripted import Scripted
from models.train.recipe import read_recipe
from scenes.table.play import Play
from tests.tui.starts import at_sessions, start, told
from tests.tui.tables import house, until
from tui.screens.running import RunScreen
from tui.screens.start_voice import VoiceScreen
from tui.voicing import ENOUGH, Lines, lines_by_role, voicing


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "en")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def open_voice(pilot: Pilot[None]) -> None:
    await at_sessions(pilot, 1)
    await pilot.press("v")
    await until(pilot, lambda: getattr(pilot.app.screen, "lines", None))
    await pilot.pause()


async def test_the_numbers_and_the_exact_commands_are_shown() -> None:
    play = Play.start(house(), "林默", sessions_folder())
    for line in ("走吧。", "苏晚：好。", "苏晚：等等。"):
        play.say(line)
    play.close()
    async with start().run_test(size=(120, 40)) as pilot:
        await open_voice(pilot)
        roles = [str(one.prompt) for one in pilot.app.screen.query_one(OptionList).options]
        assert "苏晚  2 lines" in roles[0] and "your own role" in roles[1]
        plan = str(pilot.app.screen.query_one("#plan", Static).content)
        assert "2 lines are few" in plan and "starter needs" in plan
        assert f"paotuan corpus examples {play.journal.id} --for" in plan
        assert "paotuan train" in plan and "adapter: 苏晚-" in plan


async def test_w_writes_a_recipe_that_train_reads_and_keeps_one_that_was_edited() -> None:
    play = Play.start(house(), "林默", sessions_folder())
    play.say("苏晚：好。")
    play.close()
    async with start().run_test(size=(120, 40), notifications=True) as pilot:
        await open_voice(pilot)
        await pilot.press("w")
        await until(pilot, lambda: told(pilot))
        (recipe,) = (data_folder() / "voices").glob("*.yaml")
        assert read_recipe(recipe).base == "starter"
        recipe.write_text(recipe.read_text("utf-8") + "r: 4\n", "utf-8")
        await pilot.press("w")
        await pilot.pause()
        assert read_recipe(recipe).r == 4


async def test_a_session_in_which_nothing_was_said_has_nothing_to_learn() -> None:
    Play.start(house(), "林默", sessions_folder()).close()
    async with start().run_test(size=(80, 24)) as pilot:
        await at_sessions(pilot, 1)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, VoiceScreen))
        plan = pilot.app.screen.query_one("#plan", Static)
        await until(pilot, lambda: "nothing to learn" in str(plan.content))
        await pilot.press("enter", "w", "escape")


def output(pilot: Pilot[None]) -> str:
    log = pilot.app.screen.query_one(RichLog)
    return "\n".join(strip.text for strip in log.lines)


def state(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#state", Static).content)


@pytest.fixture
def from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the program though the tests stand in a folder of their own."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))


@pytest.mark.usefixtures("from_here")
async def test_commands_run_one_after_the_other_and_say_what_they_say() -> None:
    async with start().run_test(size=(100, 30)) as pilot:
        commands = (("scenes", "list"), ("locate", "sessions"))
        await pilot.app.push_screen(RunScreen("test", commands))
        await until(pilot, lambda: "Done" in state(pilot))
        assert "rain-house" in output(pilot) and str(sessions_folder())[:20] in output(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, RunScreen)


@pytest.mark.usefixtures("from_here")
async def test_the_first_that_fails_is_the_last_that_runs() -> None:
    async with start().run_test(size=(100, 30)) as pilot:
        commands = (("scenes", "show", "nowhere"), ("scenes", "list"))
        await pilot.app.push_screen(RunScreen("test", commands))
        await until(pilot, lambda: "exit status 2" in state(pilot))
        assert "no scene is named nowhere" in output(pilot)
        assert "$ paotuan scenes list" not in output(pilot)


@pytest.mark.usefixtures("from_here")
async def test_what_runs_is_stopped_by_escape() -> None:
    play = Play.start(house(), "林默", sessions_folder())
    play.close()
    async with start().run_test(size=(100, 30)) as pilot:
        long = ("models", "bench", "starter")
        await pilot.app.push_screen(RunScreen("test", (long, ("scenes", "list"))))
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        await until(pilot, lambda: screen.process is not None)
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped" in state(pilot))
        assert screen.process is not None and screen.process.returncode is not None


def test_what_the_table_took_by_itself_is_not_told_as_picked() -> None:
    play = Play.start(house(), "林默", sessions_folder())
    backend = Scripted([f"第{number}句。" for number in range(30)])
    for unattended in (False, True):
        hand = play.hand(backend, play.scene.role("苏晚"))
        offset, updates = play.deal(backend, hand)
        for update in updates:
            hand.update(update, offset)
        play.pick(hand, 0, unattended=unattended)
    play.close()
    (lines,) = lines_by_role(play.journal.path)
    assert (lines.lines, lines.picked) == (2, 1)


def test_a_role_with_enough_lines_is_not_trained_blind(home: Path) -> None:
    journal = sessions_folder() / "20261129-2010-house.jsonl"
    few, enough = (
        voicing(journal, Lines("苏晚", lines, lines, False), "starter").commands[0]
        for lines in (ENOUGH - 1, ENOUGH)
    )
    assert few[-2:] == ("--test", "0")
    assert "--test" not in enough
