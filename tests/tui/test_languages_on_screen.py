"""Every screen in both languages: no sentence of the other one stands on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from base.messages import _
from models.scripted import Scripted
from tests.test_languages import sentences
from tests.tui.tables import until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.palette import KeysPanel, Palette
from tui.screens.branch_map import BranchMapScreen
from tui.screens.form import FormScreen
from tui.screens.help import HelpScreen, sections
from tui.screens.importing import PathScreen
from tui.screens.players import PlayersScreen
from tui.screens.prompt import PromptScreen
from tui.screens.role import RoleScreen
from tui.screens.table import TableScreen

SHIPPED = (
    "changan",
    "greyharbour",
    "four-classics",
    "honglou",
    "last-train",
    "rain-house",
    "sanguo",
    "shihuazhen",
    "shuihu",
    "tutorial",
    "xiyou",
    "入门",
)
SCENES = {
    "zh_CN": "title: 渡口\nsummary: 船不来。\ncast: {阿青: 船娘, 老周: 客人}\nplay_as: 阿青\n"
    "opening: 【起雾了。】\nlanguage: zh\n",
    "en": "title: Ferry\nsummary: No boat comes.\ncast: {Ann: boatwoman, Bob: guest}\n"
    "play_as: Ann\nopening: 【Fog.】\nlanguage: en\n",
}
LINES = {"zh_CN": ("走吧。", "\\me 摇头"), "en": ("Go.", "\\me nods")}
LOG = {
    "zh_CN": "阿青 12:00:01\n船呢？\n\n老周 12:00:02\n没有。\n",
    "en": "Ann 12:00:01\nBoat?\n\nBob 12:00:02\nNone.\n",
}


@pytest.fixture(params=["zh_CN", "en"])
def code(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A language, and a folder whose scenes in that language come before all that ship."""
    code: str = request.param
    monkeypatch.setenv("PAOTUAN_LANG", code)
    monkeypatch.chdir(home)
    (home / "scenes").mkdir()
    for name in SHIPPED:
        (home / "scenes" / f"{name}.yaml").write_text(SCENES[code], "utf-8")
    (home / "log.txt").write_text(LOG[code], "utf-8")
    return code


def shown(pilot: Pilot[None]) -> str:
    """What stands on the screen, with what a line to write in says while it is empty."""
    screen = pilot.app.screen
    rows = [strip.text for strip in screen._compositor.render_strips()]
    return "\n".join([*rows, *(note.message for note in pilot.app.messages)])


async def sit_down(pilot: Pilot[None]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
    await until(pilot, lambda: not pilot.app.model.loading)  # type: ignore[attr-defined]
    await pilot.pause()


def on(pilot: Pilot[None], kind: type) -> Callable[[], bool]:
    return lambda: isinstance(pilot.app.screen, kind)


async def start(pilot: Pilot[None]) -> None:
    await pilot.pause()


async def sessions(pilot: Pilot[None]) -> None:
    await pilot.press("tab")


async def role(pilot: Pilot[None]) -> None:
    await pilot.press("r")
    await until(pilot, on(pilot, RoleScreen))


async def help(pilot: Pilot[None]) -> None:
    await pilot.press("f1")
    await until(pilot, on(pilot, HelpScreen))


async def path(pilot: Pilot[None]) -> None:
    await pilot.press("i")
    await until(pilot, on(pilot, PathScreen))


async def players(pilot: Pilot[None]) -> None:
    await path(pilot)
    pilot.app.screen.query_one(Input).value = "log.txt"
    await pilot.press("enter")
    await until(pilot, on(pilot, PlayersScreen))


async def table(pilot: Pilot[None]) -> None:
    await sit_down(pilot)


async def tray(pilot: Pilot[None]) -> None:
    await sit_down(pilot)
    await pilot.press("enter")
    await pilot.pause(0.5)


async def turns(pilot: Pilot[None]) -> None:
    await sit_down(pilot)
    await pilot.press("ctrl+b")
    await until(pilot, on(pilot, BranchMapScreen))


async def prompt(pilot: Pilot[None]) -> None:
    await sit_down(pilot)
    await pilot.press("tab")
    pilot.app.screen.action_prompt()  # type: ignore[attr-defined]
    await until(pilot, on(pilot, PromptScreen))


async def palette(pilot: Pilot[None]) -> None:
    await sit_down(pilot)
    await pilot.press("ctrl+p")
    await until(pilot, on(pilot, Palette))
    await pilot.pause(0.5)


async def form(pilot: Pilot[None]) -> None:
    await pilot.press("n")
    await until(pilot, on(pilot, FormScreen))
    await pilot.press("f2")
    await pilot.pause()


async def form_of_a_character(pilot: Pilot[None]) -> None:
    await pilot.press("tab", "tab")
    await form(pilot)


async def nothing_found(pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+p")
    await until(pilot, on(pilot, Palette))
    await pilot.press(*"zzzz")
    await until(pilot, lambda: _("No matches found") in shown(pilot))


async def themes(pilot: Pilot[None]) -> None:
    pilot.app.search_themes()
    await until(pilot, on(pilot, Palette))
    await pilot.pause(0.5)


async def keys(pilot: Pilot[None]) -> None:
    await sit_down(pilot)
    pilot.app.action_show_help_panel()
    await until(pilot, lambda: pilot.app.screen.query(KeysPanel))
    await pilot.pause(0.2)


async def keys_of_start(pilot: Pilot[None]) -> None:
    pilot.app.action_show_help_panel()
    await until(pilot, lambda: pilot.app.screen.query(KeysPanel))
    await pilot.pause(0.2)


SCREENS = [start, sessions, role, help, path, table, turns, palette, nothing_found, themes]
SCREENS += [keys, keys_of_start]
SCREENS += [players, tray, prompt, form, form_of_a_character]


@pytest.mark.parametrize(
    "screen",
    SCREENS,
    ids=lambda one: one.__name__,
)
async def test_a_screen_is_in_one_language(
    code: str, screen: Callable[[Pilot[None]], object]
) -> None:
    app = PaotuanApp(None, Choice(), Scripted(LINES[code]))
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        await pilot.pause()
        await screen(pilot)  # type: ignore[misc]
        await pilot.pause()
        text = shown(pilot)
        assert sentences(text, code) == [], text
        assert (max(text) >= "\u4e00") == (code != "en") or code == "en"


async def test_no_line_of_the_help_is_broken_in_a_terminal_of_80_columns(code: str) -> None:
    app = PaotuanApp(None, Choice(), Scripted())
    async with app.run_test(size=(80, 24)) as pilot:
        await help(pilot)
        await pilot.pause()
        page = app.screen.query_one("#keys-page")
        lines = [page.render_line(y).text for y in range(page.size.height)]
        for heading, rows in sections(app.screen_stack[-2]):
            assert any(heading in line for line in lines)
            for word in (word for row in rows for word in row.words.split() if word.isascii()):
                assert any(word in line for line in lines), word
