"""A start to test at: sessions that were played, and what the screen shows."""

import os
from datetime import datetime
from pathlib import Path

from textual.pilot import Pilot

from base.folders import sessions_folder
from models.scripted import Scripted
from scenes.scene import Scene
from scenes.table.play import Play
from tests.tui.tables import LINES, house, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.start import StartScreen
from tui.widgets.preview import Preview
from tui.widgets.rows import Rows


def start() -> PaotuanApp:
    return PaotuanApp(None, Choice(), Scripted(LINES))


def at_start(pilot: Pilot[None]) -> StartScreen:
    screen = pilot.app.screen
    assert isinstance(screen, StartScreen)
    return screen


def rows(pilot: Pilot[None]) -> list[str]:
    """The rows of the list, as they read."""
    return [str(option.prompt) for option in at_start(pilot).query_one(Rows).options]


def preview(pilot: Pilot[None]) -> str:
    """What is told of the lit row."""
    return at_start(pilot).query_one(Preview).text


def screen_text(pilot: Pilot[None]) -> str:
    """All that is on the screen, a line a row."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def told(pilot: Pilot[None]) -> list[str]:
    """All that the program has said."""
    return [note.message for note in pilot.app.messages]  # type: ignore[attr-defined]


def played(
    *lines: str, role: str | None = "林默", scene: Scene | None = None, at: datetime | None = None
) -> Path:
    """The journal of a session in which these lines were said, the last time at that moment."""
    play = Play.start(scene or house(), role, sessions_folder())
    for line in lines:
        play.say(line)
    play.close()
    path = play.journal.path
    if at:
        for file in (path, path.with_suffix(".txt")):
            os.utime(file, (at.timestamp(), at.timestamp()))
    return path


async def at_sessions(pilot: Pilot[None], many: int) -> None:
    """Show the sessions, once so many were read."""
    await until(pilot, lambda: len(at_start(pilot).sessions.saved) == many)
    await pilot.press("tab")
    await pilot.pause()


async def light(pilot: Pilot[None], name: str) -> None:
    """Light the row of a scene."""
    screen = at_start(pilot)
    await until(pilot, lambda: screen.scenes.is_read)
    list_ = screen.query_one(Rows)
    list_.highlighted = [row.id for row in screen.section.rows_shown].index(name)
