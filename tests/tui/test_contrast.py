"""All text can be read: it stands out from its ground by 4.5 to 1, in both of our themes."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from rich.color import Color
from rich.style import Style
from textual.pilot import Pilot

from models.scripted import Scripted
from scenes.scene import Role
from tests.tui.tables import dealt, say, table, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.help import HelpScreen
from tui.screens.messages import MessagesScreen
from tui.themes import OURS
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray

LEAST = 4.5
DRAWN = range(0x2500, 0x2A00)
"""Borders, bars, spinners: what is drawn and not read."""
CAST = tuple(Role(name) for name in ("林默", "苏晚", "老周", "阿青", "顾先生", *"甲乙丙丁戊"))
OPENING = "\n".join(
    (
        "==== 第一幕 ====",
        "【雨下了一整夜。】",
        "{背景：1923 年}",
        "# 批注",
        *(f"{role.name}：这句话\\u{{ff08}} \\emoji 困惑" for role in CAST),
        "苏晚：走吧。（真冷） \\emoji 困惑",
        "苏晚：\\me 举起灯",
        "苏晚：（不对劲。）",
    )
)


def luminance(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(style: Style) -> float:
    assert style.color is not None and style.bgcolor is not None
    one, other = sorted((luminance(style.color), luminance(style.bgcolor)))
    return (other + 0.05) / (one + 0.05)


def faint(app: PaotuanApp) -> Iterator[str]:
    """Each text of the uppermost screen that does not stand out enough."""
    screen = app.screen
    seen = screen.query("#page, #help").first().region if screen.is_modal else screen.region
    for strip in screen._compositor.render_strips()[seen.y : seen.bottom]:
        for segment in strip.crop(seen.x, seen.right):
            text = "".join(c for c in segment.text if not c.isspace() and ord(c) not in DRAWN)
            if text and segment.style and segment.style.color and segment.style.bgcolor:
                found = contrast(segment.style)
                if found < LEAST:
                    yield f"{text!r} {found:.2f} {segment.style}"


async def _lit(pilot: Pilot[None]) -> None:
    pilot.app.screen.query_one(Tray).has_keys = True
    pilot.app.screen.query_one(Transcript).light(5)
    pilot.app.notify("坏了", severity="error", markup=False)


async def _first(pilot: Pilot[None]) -> None:
    pilot.app.screen.query_one(Transcript).light(0)
    pilot.app.notify("注意", severity="warning", markup=False)


async def _help(pilot: Pilot[None]) -> None:
    await pilot.press("f1")
    await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


async def _messages(pilot: Pilot[None]) -> None:
    for severity in ("information", "warning", "error"):
        pilot.app.notify(f"说一句 {severity}", severity=severity, markup=False)  # type: ignore[arg-type]
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen))


@pytest.mark.parametrize("theme", OURS)
@pytest.mark.parametrize("then", [_lit, _first, _help, _messages])
async def test_all_text_at_the_table_stands_out_from_its_ground(
    tmp_path: Path, theme: str, then: Callable[[Pilot[None]], Awaitable[None]]
) -> None:
    app, _ = table(tmp_path, cast=CAST, opening=OPENING)
    async with app.run_test(size=(100, 60)) as pilot:
        app.theme = theme
        await say(pilot, "进去。")
        await dealt(pilot)
        await then(pilot)
        await pilot.pause()
        assert not [*faint(app)]


@pytest.mark.parametrize("theme", OURS)
async def test_all_text_on_the_start_stands_out_from_its_ground(theme: str) -> None:
    app = PaotuanApp(None, Choice(), Scripted())
    async with app.run_test(size=(100, 30)) as pilot:
        app.theme = theme
        await pilot.pause(0.3)
        assert not [*faint(app)]


async def test_without_colours_the_lit_line_and_who_has_the_keys_can_still_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, _ = table(tmp_path, cast=CAST, opening=OPENING)
    async with app.run_test(size=(100, 40)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await _lit(pilot)
        await pilot.pause()
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                for color in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    assert color is None or len({*color.get_truecolor()}) == 1
        assert not [*faint(app)]
        tray = app.screen.query_one(Tray)
        assert tray.render_line(0).text.startswith(">1 ")
        strips = app.screen._compositor.render_strips()
        border = strips[tray.region.y].text
        assert "━" in border
        tray.has_keys = False
        await pilot.pause()
        border = app.screen._compositor.render_strips()[tray.region.y].text
        assert "─" in border
        assert "━" not in border
