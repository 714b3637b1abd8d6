"""The tutorial as a newcomer has it: wholly by keys on the screen, and wholly by lines."""

from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from base.messages import speak
from models.scripted import Scripted
from scenes.lesson import Lesson
from scenes.scene_loader import load_scene
from scenes.table.play import Play
from scenes.table.session_list import saved_sessions
from tests.tui.conftest import Run
from tests.tui.tables import at, say, tray_text, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.help import HelpScreen
from tui.screens.start import StartScreen
from tui.screens.table import TableScreen

SAID = {
    "入门": ("晚上好", "难喝", "好喝", "\\me 把红伞撑开", "【雨停了】", "请进 \\emoji 微笑"),
    "tutorial": (
        "Good evening",
        "Awful",
        "Lovely",
        "\\me opens the red umbrella",
        "【The rain stops】",
        "Come in \\emoji smiling",
    ),
}
NAMES = list(SAID)


def lesson_of(name: str) -> Lesson:
    lesson = load_scene(name).lesson
    assert lesson is not None
    return lesson


def praised(text: str, words: Sequence[str]) -> bool:
    return any(text.startswith(word) for word in words)


async def hand(pilot: Pilot[None]) -> list[str]:
    """Wait for five lines that are complete; what they say."""
    table = at(pilot).table
    await until(
        pilot,
        lambda: table.hand is not None and not table.drawing and len(table.hand.complete) == 5,
    )
    assert table.hand is not None
    return [one.entry.text for one in table.hand.complete]


@pytest.mark.parametrize("name", NAMES)
async def test_a_newcomer_plays_it_through_by_keys(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", "en" if name == "tutorial" else "zh")
    monkeypatch.setenv("PAOTUAN_MODEL", "no-such-model")
    speak()
    scene, lesson = load_scene(name), lesson_of(name)
    hello, awful, lovely, act, narration, face = SAID[name]
    play = Play.start(scene, scene.play_as)
    path = play.session.path

    def heard(step: int) -> bool:
        return praised(path[-1].entry.text, lesson.steps[step].praise)

    async with PaotuanApp(play, Choice()).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at(pilot).model.backend is not None)
        await say(pilot, hello)
        await hand(pilot)
        await pilot.press("1")
        await until(pilot, lambda: heard(0))
        await say(pilot, hello)
        await hand(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: heard(1))
        await say(pilot, hello)
        first = await hand(pilot)
        await pilot.press("down", "r")
        await until(pilot, lambda: at(pilot).table.hand is not None)
        second = await hand(pilot)
        assert not set(first) & set(second)
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot).table.hidden)
        await pilot.press("enter", "left")
        await until(pilot, lambda: first[0] in [*texts(pilot)])
        await pilot.press("right")
        await until(pilot, lambda: second[0] in [*texts(pilot)])
        await pilot.press("1")
        await until(pilot, lambda: heard(2))
        await say(pilot, hello)
        await hand(pilot)
        await pilot.press("down", "e", "m", "o", "o", "n", "enter")
        await until(pilot, lambda: "moon" in path[-1].entry.text)
        await say(pilot, hello)
        await hand(pilot)
        await pilot.press("1")
        await until(pilot, lambda: heard(3))
        await say(pilot, awful)
        await hand(pilot)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: heard(3))
        await say(pilot, lovely)
        await hand(pilot)
        await pilot.press("1")
        await until(pilot, lambda: heard(4))
        await pilot.press("escape", "tab", "enter")
        await until(pilot, lambda: at(pilot).table.hand is not None)
        await hand(pilot)
        assert at(pilot).table.hand.speaker.name in ("小满", "Pip")  # type: ignore[union-attr]
        await pilot.press("2")
        for text, step in ((lovely, 5), (act, 6), (narration, 7), (face, 8)):
            await until(pilot, lambda: at(pilot).table.hand is None)
            await say(pilot, text)
            await hand(pilot)
            await pilot.press("1")
            await until(pilot, lambda step=step: heard(step))
        await pilot.press("up", "up", "escape")
        await say(pilot, lovely)
        await hand(pilot)
        await pilot.press("1")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape")
        for __ in range(6):
            await say(pilot, lovely)
            await hand(pilot)
            assert tray_text(pilot)
            await pilot.press("1")
        assert any(turn.entry.text in " ".join(lesson.after) for turn in path[-8:])
        assert not [told for told in pilot.app.messages if told.severity == "error"]  # type: ignore[attr-defined]


def texts(pilot: Pilot[None]) -> list[str]:
    shown = at(pilot).table.hand
    return [one.entry.text for one in shown.complete] if shown else []


@pytest.mark.parametrize("name", NAMES)
def test_a_newcomer_plays_it_through_by_lines(
    name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAOTUAN_MODEL", "no-such-model")
    hello, awful, lovely, act, narration, face = SAID[name]
    other = "小满" if name == "入门" else "Pip"
    lines = [
        *(hello, "1", hello, "1", hello, "r", "1", hello, "e 1 moon", hello, "1"),
        *(awful, "/undo", lovely, "1", f"/next {other}", "2", lovely, "1", act, "1"),
        *(narration, "1", face, "1", "/log", lovely, "1", "/branches", lovely, "1"),
        *("/help", lovely, "1", lovely, "1", lovely, "1", "/quit"),
    ]
    ran = run("play", name, "--line", stdin="\n".join(lines) + "\n")
    assert ran.status == 0, ran.err
    lesson = lesson_of(name)
    for step in lesson.steps[:-1]:
        assert not step.praise or any(word in ran.out for word in step.praise), step.wants
    assert lesson.after[0] in ran.out
    assert "Ctrl+Z" not in ran.out


async def test_the_start_offers_a_game_to_watch_and_enter_opens_ones_own_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    speak()
    async with PaotuanApp(None, Choice(), Scripted()).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        await until(pilot, lambda: "入门" in shown(pilot) and "看一局：实话镇" in shown(pilot))
        assert shown(pilot).index("三碗茶") < shown(pilot).index("看一局")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        session = at(pilot).play.session
        assert len(session.path) > 200 and session.marks
        await until(pilot, lambda: "钟听着，没有响" in shown(pilot))
        await say(pilot, "后来呢？")
        await hand(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        assert saved_sessions()[0].path.stem == "实话镇"


def shown(pilot: Pilot[None]) -> str:
    screen = pilot.app.screen
    return "\n".join(strip.text for strip in screen._compositor.render_strips())
