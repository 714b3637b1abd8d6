"""What is remembered, on the screen and line by line; and where the reading begins."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from models.scripted import Scripted
from scenes.scene import MemoryChoice, Scene
from scenes.table.play import Play
from tests.frontends import played
from tests.tui.tables import until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.memory import MemoryScreen
from tui.screens.table import TableScreen
from tui.summariser import settle_memory
from tui.widgets.transcript import Transcript

LINES = [f"第{number}句，往里走。" for number in range(900)]


def long_play(make_scene: Callable[..., Scene], folder: Path, **changes: object) -> Play:
    scene = make_scene(sampling={"n": 2, "max_tokens": 40}, **changes)
    play = Play.start(scene, "林默", folder)
    for number in range(60):
        play.say(f"第{number}步，跟紧，别出声。")
    return play


def screen_text(pilot: Pilot[None]) -> str:
    transcript = pilot.app.screen_stack[-1].query_one(Transcript)
    rows = range(int(transcript.virtual_size.height))
    transcript.scroll_to(y=0, animate=False, force=True)
    return "\n".join(transcript.render_line(row).text.rstrip() for row in rows)


async def test_a_line_in_the_transcript_says_where_the_reading_begins(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    play = long_play(make_scene, tmp_path)
    app = PaotuanApp(play, Choice(), Scripted(LINES, context=900))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen
        assert isinstance(table, TableScreen)
        assert "reads from here" not in screen_text(pilot)
        table.table.let_speak("苏晚")
        await until(pilot, lambda: table.table.hand and not table.table.drawing)
        lines = screen_text(pilot).splitlines()
        at = next(at for at, line in enumerate(lines) if "reads from here" in line)
        assert "nothing of the time before (/summary)" in lines[at]
        cut = play.session.draws[1].dropped or 0
        assert play.session.path[cut].entry.text in lines[at + 1]
        table.table.sum_up("大家往里走。")
        table.table.redraw()
        await until(pilot, lambda: len(table.table.hands) > 1 and not table.table.drawing)
        await pilot.pause()
        (line,) = [line for line in screen_text(pilot).splitlines() if "reads from here" in line]
        assert "the opening, 1 summary" in line
        assert [one.start for one in table.table.summaries] == [2]


async def test_summaries_and_facts_are_read_edited_and_switched_on_a_screen(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    play = long_play(make_scene, tmp_path)
    play.session.sum_up(3, 20, "大家往里走。")
    app = PaotuanApp(play, Choice(), Scripted(LINES, context=900))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen
        assert isinstance(table, TableScreen)
        table.table.enter("/summary")
        await until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await pilot.press("p", *"key", "enter")
        await until(pilot, lambda: len(table.table.facts) == 1)
        await pilot.press("space")
        assert not table.table.summaries[0].used
        await pilot.press("e", *"now", "enter")
        assert "now" in table.table.summaries[0].summary.text
        await pilot.press("down", "d")
        assert not table.table.facts
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is table)


@pytest.mark.parametrize("front_end", ["plain", "line", "screen"])
async def test_every_front_end_remembers_alike(
    make_scene: Callable[..., Scene], tmp_path: Path, front_end: str
) -> None:
    play = Play.start(make_scene(sampling={"n": 2, "max_tokens": 40}), "林默", tmp_path)
    steps = [
        ("enter", "我把钥匙放好了。"),
        ("pick", 1),
        ("enter", "/记 @苏晚 钥匙在瓷瓶里"),
        ("enter", "/前情 3-4 林默说钥匙放好了。"),
        ("enter", "/summary off 1"),
    ]
    done = await played(front_end, play, Scripted(LINES), steps)
    kept = [event for event in done.events if event["event"] in ("fact", "summary", "recall")]
    names = [event["event"] for event in kept]
    assert names == ["fact", "summary", "recall"]
    assert (kept[0]["text"], kept[0]["known"]) == ("钥匙在瓷瓶里", ["苏晚"])
    assert (kept[1]["from"], kept[1]["to"]) == (3, 4)
    assert (kept[2]["summary"], kept[2]["use"]) == (1, False)


def test_who_sums_up_is_said_by_the_scene_and_the_settings(
    make_scene: Callable[..., Scene],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def settled(model: str | None, played_by: str | None) -> tuple[bool, bool]:
        play = long_play(make_scene, tmp_path, memory=MemoryChoice(model))
        settle_memory(play, Choice(model=played_by))
        play.close()
        return play.sums_up, play.open_summariser is not None

    assert settled(None, "starter") == (False, False)
    assert settled(None, "scripted") == (False, False)
    assert settled("none", "http://localhost:9/v1#m") == (False, False)
    assert settled(None, "http://localhost:9/v1#m") == (True, False)
    assert settled("scripted", "starter") == (True, True)
    assert settled("starter", "starter") == (True, False)


def test_a_server_that_only_the_scene_names_is_not_asked_to_sum_up(
    make_scene: Callable[..., Scene], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from base.errors import KnownError

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    play = long_play(make_scene, tmp_path, memory=MemoryChoice("http://192.0.2.1:8000/v1#m"))
    settle_memory(play, Choice(model="scripted"))
    assert play.open_summariser is not None
    with pytest.raises(KnownError, match="which you have not allowed"):
        play.open_summariser()
    play.close()
