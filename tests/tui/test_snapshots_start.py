"""What the start looks like, kept as pictures; `pytest --snapshot-update` keeps new ones."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from models.scripted import Scripted
from tests.tui.starts import at_start, preview
from tests.tui.tables import until
from tui.app import PaotuanApp
from tui.model_options import Choice


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("PAOTUAN_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


def start() -> PaotuanApp:
    return PaotuanApp(None, Choice(), Scripted())


async def told(pilot: Pilot[None]) -> None:
    """All the lists were read, and the lit row was."""
    await until(pilot, lambda: at_start(pilot).characters.many)
    await until(pilot, lambda: preview(pilot).strip())
    await pilot.pause(0.1)


def test_the_start_with_the_preview_of_a_scene_in_a_small_terminal(snap_compare: Any) -> None:
    """The list above, the opening of the lit scene below, the keys in one line."""
    assert snap_compare(start(), terminal_size=(80, 24), run_before=told)


def test_the_start_with_the_preview_beside_the_list(
    snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In English, with room: the list on the left, opening and cast on the right."""
    monkeypatch.setenv("PAOTUAN_LANG", "en")
    assert snap_compare(start(), terminal_size=(120, 40), run_before=told)


def test_the_start_on_a_light_ground(snap_compare: Any) -> None:
    """Dark ink on a light ground, in a large terminal."""

    async def light(pilot: Pilot[None]) -> None:
        pilot.app.theme = "textual-light"
        await told(pilot)

    assert snap_compare(start(), terminal_size=(200, 60), run_before=light)


def test_the_characters_with_a_card(snap_compare: Any) -> None:
    """Who there is, and of the lit one how they speak and where they appear."""

    async def characters(pilot: Pilot[None]) -> None:
        await told(pilot)
        await pilot.press("shift+tab")
        await told(pilot)

    assert snap_compare(start(), terminal_size=(80, 24), run_before=characters)


def test_the_search_with_what_it_finds(snap_compare: Any) -> None:
    """Pinyin in the search field, one scene found, its preview."""

    async def search(pilot: Pilot[None]) -> None:
        await told(pilot)
        await pilot.press("slash", *"lindaiyu")
        await told(pilot)

    assert snap_compare(start(), terminal_size=(80, 24), run_before=search)
