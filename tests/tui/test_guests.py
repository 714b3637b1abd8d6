"""Who comes over the network: the files of the machine that serves are not theirs."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.starts import at_start, start, told
from tests.tui.tables import until
from tui.web import GUEST


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "en")
    monkeypatch.setenv(GUEST, "1")
    return tmp_path


async def at_characters(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: at_start(pilot).characters.many)
    await pilot.press("tab", "tab")
    await pilot.pause()


async def test_a_guest_writes_no_card_into_the_folders_of_this_machine() -> None:
    async with start().run_test(size=(100, 30)) as pilot:
        await at_characters(pilot)
        await pilot.press("x")
        await until(pilot, lambda: told(pilot))
        assert "not written over the network" in told(pilot)[-1]
        at_start(pilot)


async def test_a_guest_opens_no_file_of_this_machine() -> None:
    async with start().run_test(size=(100, 30)) as pilot:
        await at_characters(pilot)
        await pilot.press("i")
        await until(pilot, lambda: told(pilot))
        assert "not opened over the network" in told(pilot)[-1]
        at_start(pilot)
