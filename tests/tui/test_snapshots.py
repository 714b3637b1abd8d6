"""What the screens look like, kept as pictures; `pytest --snapshot-update` keeps new ones."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from models.scripted import Scripted
from tests.imports.table_logs import NAMED
from tests.tui.tables import dealt, say, table, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.importing import PathScreen
from tui.screens.players import PlayersScreen


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.chdir(tmp_path)


async def drawn(pilot: Pilot[None]) -> None:
    await say(pilot, "进去看看。（有点冷） \\emoji 专注")
    await dealt(pilot)
    hand = pilot.app.screen.table.hand  # type: ignore[attr-defined]
    hand.cost = None
    pilot.app.screen.tell()  # type: ignore[attr-defined]
    pilot.app.screen.set_focus(None)
    await pilot.pause()


def test_a_table_with_candidates_in_a_small_dark_terminal(
    snap_compare: Any, tmp_path: Path
) -> None:
    """Two columns of candidates, the composer, and a row of status below it."""
    app, _ = table(tmp_path)
    assert snap_compare(app, terminal_size=(80, 24), run_before=drawn)


def test_a_table_with_candidates_in_a_large_light_terminal(
    snap_compare: Any, tmp_path: Path
) -> None:
    """Five candidates side by side, dark ink on a light ground."""

    async def light(pilot: Pilot[None]) -> None:
        pilot.app.theme = "paper"
        await drawn(pilot)

    app, _ = table(tmp_path)
    assert snap_compare(app, terminal_size=(200, 60), run_before=light)


def test_a_table_whose_tray_has_the_keys(snap_compare: Any, tmp_path: Path) -> None:
    """120×40: a candidate below is lit, the tray names its keys, a message stands on its line."""

    async def keyed(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        await pilot.press("down", "down")
        pilot.app.notify("说话的服务器没有回应，按 F3 换一个模型", severity="warning", markup=False)
        await pilot.pause()

    app, _ = table(tmp_path)
    assert snap_compare(app, terminal_size=(120, 40), run_before=keyed)


def test_the_help(snap_compare: Any, tmp_path: Path) -> None:
    """The keys, above the table."""
    app, _ = table(tmp_path)
    assert snap_compare(app, terminal_size=(80, 30), press=["f1"])


def test_who_is_who_in_a_log_that_is_imported(snap_compare: Any, tmp_path: Path) -> None:
    """The nicknames with their roles, how the log will read, and the keys, in 80×24."""
    (tmp_path / "旧宅.txt").write_text(NAMED, "utf-8")

    async def asked(pilot: Pilot[None]) -> None:
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
        pilot.app.screen.query_one(Input).value = "旧宅.txt"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayersScreen))
        await pilot.pause()

    app = PaotuanApp(None, Choice(), Scripted())
    assert snap_compare(app, terminal_size=(80, 24), run_before=asked)
