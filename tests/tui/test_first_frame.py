"""What is painted first is right: nothing is drawn before it is known how large it is."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="pseudo terminals are those of Unix")

from scenes.scene_loader import load_scene
from scenes.table.play import Play
from tests.tui.tables import at, dealt, say, table, until
from tests.tui.terminals import Terminal
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray

Open = Callable[..., Terminal]
LAST = "最后一句，灯灭了。"


def states(opened: Terminal, seconds: float = 30) -> Iterator[list[str]]:
    """The rows of the screen after each piece that was written, until the model is there."""
    ends = time.monotonic() + seconds
    while "scripted" not in opened.text:
        assert time.monotonic() < ends, opened.text
        before = len(opened.raw)
        opened.read()
        if len(opened.raw) > before:
            yield opened.text.splitlines()
        time.sleep(0.002)


def is_narrow(rows: list[str]) -> bool:
    """Whether the text stands a character a row."""
    return sum(len(row.strip(" ▌")) == 1 for row in rows) > 2


def test_a_long_session_is_shown_at_its_end_from_the_first_frame_on(
    terminal: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "data/paotuan/sessions"
    play = Play.start(load_scene("rain-house"), "林默", folder)
    for number in range(150):
        play.say(f"第{number}句，说得不长也不短。")
    play.say(LAST)
    play.close()
    opened = terminal("play", "--resume", PAOTUAN_MODEL="scripted")
    whole = [rows for rows in states(opened) if rows and "你：林默" in rows[-1]]
    assert whole
    assert all(any(LAST in row for row in rows) for rows in whole)
    assert not any(map(is_narrow, whole))


async def test_the_first_frame_of_a_hand_is_as_wide_as_the_table(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        tray = app.screen.query_one(Tray)
        widths: list[int] = []
        paint = tray.render_line

        def watched(y: int):  # type: ignore[no-untyped-def]
            widths.append(tray._width)
            return paint(y)

        tray.render_line = watched  # type: ignore[method-assign]
        await say(pilot, "进去。")
        await dealt(pilot)
        await until(pilot, lambda: widths)
        assert set(widths) == {79}


async def test_the_end_stays_in_view_while_the_tray_grows(tmp_path: Path) -> None:
    opening = "\n".join(f"苏晚：第{number}句。" for number in range(60))
    app, _ = table(tmp_path, opening=opening)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, LAST)
        await dealt(pilot)
        await pilot.pause()
        transcript = at(pilot).query_one(Transcript)
        assert transcript.is_vertical_scroll_end
        assert LAST in transcript.render_line(transcript.size.height - 1).text
