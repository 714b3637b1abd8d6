"""Steering at the table on the screen, at 80×24: composer, sliders, knowledge, the prompt."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from scenes.scene import AuthorNote
from scenes.table.draw import Cost
from tests.tui.tables import at, dealt, say, table, until
from tui.screens.lore import LoreScreen
from tui.screens.prompt import PromptScreen
from tui.screens.sampling import SamplingScreen
from tui.widgets.composer import Composer
from tui.widgets.tray import Tray

SIZE = (80, 24)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.chdir(tmp_path)


def border(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one(Composer).border_title)


async def opened(pilot: Pilot[None], key: str, screen: type[Any]) -> Any:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, screen))
    await pilot.pause()
    return pilot.app.screen


async def test_a_direction_stands_at_the_composer_until_esc_takes_it_back(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, "~ 她拒绝")
        assert play.direction == "她拒绝"
        assert "她拒绝 · Esc" in border(pilot)
        await pilot.press("x", "escape")
        assert play.direction == "她拒绝", "while something is written, Esc is not its"
        await pilot.press("backspace", "escape")
        assert play.direction is None
        assert "她拒绝" not in border(pilot)


async def test_the_candidates_say_what_they_were_directed_by(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, "~ 她拒绝，说要等天亮，等雨停，等人都走光")
        await say(pilot, "走吧。")
        await dealt(pilot)
        title = str(pilot.app.screen.query_one(Tray).border_title)
        assert "director: 她拒绝" in title
        assert "她拒绝" not in border(pilot)
        await pilot.press("1")
        await pilot.pause()
        assert "她拒绝" not in play.journal.path.with_suffix(".txt").read_text("utf-8")


async def test_sliders_are_moved_by_arrows_and_hold_from_the_next_draw_on(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, "f6", SamplingScreen)
        for part in screen.query("#sampling-panel > *"):
            assert part.region.bottom <= 24
            assert part.region.right <= 80
        await pilot.press("3", "left", "left", "down", "left", "escape")
        await until(pilot, lambda: pilot.app.screen is app.table)
        await pilot.pause()
        sampling = play.sampling_of(play.scene.cast[1])
        assert (sampling.temperature, sampling.top_p, sampling.min_p) == (1.15, 0.95, 0.05)
        await opened(pilot, "f6", SamplingScreen)
        await pilot.press("delete", "escape")
        await until(pilot, lambda: pilot.app.screen is app.table)
        await pilot.pause()
        assert play.sampling_of(play.scene.cast[1]).temperature == 0.95
        await opened(pilot, "f6", SamplingScreen)
        await pilot.press("0", "escape")
        await until(pilot, lambda: not play.session.tuning.sampling)


async def test_a_slider_never_leaves_what_a_setting_may_be(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, "f6", SamplingScreen)
        for __ in range(9):
            await pilot.press(*["right"] * 25, *["left"] * 60, "down")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is app.table)
        assert play.sampling_of(play.scene.cast[1]).n == 1
        assert screen.changes["temperature"] == 0


async def test_knowledge_is_switched_by_a_key(tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_text("entries: {旧宅: 旧宅建于光绪年间。}\n", "utf-8")
    app, play = table(tmp_path, knowledge=(file,))
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, "/lore")
        await until(pilot, lambda: isinstance(pilot.app.screen, LoreScreen))
        await pilot.press("space")
        assert play.is_off(file)
        assert "off" in str(pilot.app.screen.query_one(OptionList).get_option_at_index(0).prompt)
        await pilot.press("enter")
        assert not play.is_off(file)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is app.table)


async def test_an_entry_of_a_lorebook_is_switched_by_a_key(tmp_path: Path) -> None:
    file, notes = tmp_path / "house.yaml", tmp_path / "notes.md"
    file.write_text("entries: {旧宅: 旧宅建于光绪年间。, 钥匙: 钥匙共有三把。}\n", "utf-8")
    notes.write_text("# 井\n\n井里没有水。\n", "utf-8")
    app, play = table(tmp_path, knowledge=(file, notes))
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, "/lore 1 #")
        await until(pilot, lambda: isinstance(pilot.app.screen, LoreScreen))
        rows = pilot.app.screen.query_one(OptionList)
        assert rows.option_count == 4
        await pilot.press("down", "space")
        (off,) = play.session.tuning.off_entries[str(file)]
        assert off.endswith(":钥匙")
        assert "off" in str(rows.get_option_at_index(2).prompt)
        assert "off" not in str(rows.get_option_at_index(1).prompt)
        assert not play.is_off(file)
        await pilot.press("enter")
        assert not play.session.tuning.off_entries
        await pilot.press("left")
        assert rows.option_count == 2
        await pilot.press("right", "left", "down", "right")
        assert rows.option_count == 2
        await until(pilot, lambda: any("notes.md" in told.message for told in app.messages))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is app.table)


async def test_a_scene_without_knowledge_says_so_in_a_line(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, "/设定")
        assert pilot.app.screen is app.table
        await until(pilot, lambda: any("knowledge" in told.message for told in app.messages))


async def test_the_prompt_is_shown_for_one_role_after_another(tmp_path: Path) -> None:
    app, play = table(tmp_path, note=AuthorNote("慢一点", 1))
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, "/prompt 晚晚")
        await until(pilot, lambda: isinstance(pilot.app.screen, PromptScreen))
        screen = pilot.app.screen
        assert isinstance(screen, PromptScreen)
        assert screen.inspection.role == "苏晚"
        text = str(screen.query_one("#prompt-parts", Static).content)
        assert "{慢一点}" in text
        assert text.rstrip().endswith("苏晚：")
        await pilot.press("right")
        assert screen.inspection.role == "老周"
        await pilot.press("right", "right")
        assert screen.inspection.role == "苏晚"
        await pilot.press("left")
        assert screen.inspection.role == "林默"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is app.table)
        await say(pilot, "/prompt 阿福")
        assert at(pilot).table.play is play
        await until(pilot, lambda: any("阿福" in told.message for told in app.messages))


LONG = [f"第{number}句话，说得不长也不短，只是说说。" for number in range(1, 90)]


def long_table(tmp_path: Path) -> Any:
    app, play = table(tmp_path, note=AuthorNote("压抑，慢一点", 2), banned=("不禁",))
    assert app.model.backend is not None
    app.model.backend.context = 900  # type: ignore[misc]
    play.say("\n".join(LONG))
    play.direction = "她拒绝"
    return app


async def inspected(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen
    screen.table._dealer.cost = Cost(812, 640, 90, 0.42, 3.1)  # type: ignore[attr-defined]
    await opened(pilot, "f7", PromptScreen)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_prompt_part_by_part(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """80×24: the parts with their tokens, what was left out, what steers, the last draw; the text
    below them."""
    monkeypatch.setenv("PAOTUAN_LANG", language)
    assert snap_compare(long_table(tmp_path), terminal_size=SIZE, run_before=inspected)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sliders(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """80×24: a preset, each value with its neutral one, the keys below."""
    monkeypatch.setenv("PAOTUAN_LANG", language)

    async def wild(pilot: Pilot[None]) -> None:
        await opened(pilot, "f6", SamplingScreen)
        await pilot.press("3")

    app, __ = table(tmp_path)
    assert snap_compare(app, terminal_size=SIZE, run_before=wild)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_line_to_the_director_at_the_table(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """80×24: it stands at the composer's border, with the key that takes it back."""
    monkeypatch.setenv("PAOTUAN_LANG", language)

    async def directed(pilot: Pilot[None]) -> None:
        await say(pilot, "~ 她拒绝，说要等天亮")
        pilot.app.screen.set_focus(None)
        await pilot.pause()

    app, __ = table(tmp_path)
    assert snap_compare(app, terminal_size=SIZE, run_before=directed)
