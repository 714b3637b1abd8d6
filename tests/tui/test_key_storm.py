"""Storms of keys at a slow model: nothing is lost, and nothing is done that was not asked for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.pilot import Pilot

from models.scripted import Scripted
from scenes.log import Entry
from scenes.table.play import Play
from tests.tui.tables import LINES, house
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.table import TableScreen
from tui.widgets.composer import Composer
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray

pytestmark = pytest.mark.slow

NAMED = (
    *("enter", "enter", "escape", "escape", "tab", "shift+tab", "up", "down", "left", "right"),
    *("ctrl+z", "ctrl+y", "ctrl+e", "ctrl+g", "ctrl+j", "alt+enter", "backspace", "home"),
    *("pageup", "delete", "ctrl+u", "f7"),
)
TYPED = (*"ermcvdb02159 a?", "字", "“", "。")
BURSTS = ("really? run.", "e2", "走吧。", "r", "好 \\emoji 微笑 ", "\\emoji 没有这个")
PASTES = ("贴\n上", "1", "e", "\x1b[31mred", "/undo")
STEPS = st.one_of(
    st.sampled_from(NAMED).map(lambda key: ("key", key)),
    st.sampled_from(TYPED).map(lambda text: ("type", text)),
    st.sampled_from(BURSTS).map(lambda text: ("type", text)),
    st.sampled_from(PASTES).map(lambda text: ("paste", text)),
)
REMOVES = ("backspace", "delete", "ctrl+u", "ctrl+z", "ctrl+y")


class Watcher:
    """Looks at a table before and after each step."""

    def __init__(self, app: PaotuanApp, screen: TableScreen) -> None:
        self.app, self.screen = app, screen
        self.composer = screen.query_one(Composer)
        self.tray = screen.query_one(Tray)
        self.seen: list[Entry] = []
        self.look()

    def look(self) -> None:
        self.text, self.written = self.composer.text, self.composer.written
        self.mode = self.composer.mode
        self.turns = dict(self.screen.play.session.turns)
        self.editing = self.screen.editing

    def check(self, kind: str, what: str) -> None:
        assert self.app._exception is None
        self._mode_is_what_is_shown()
        self._only_what_was_written_was_said(kind, what)
        self._what_was_written_is_somewhere(kind, what)
        for hand in self.screen.table.hands:
            self.seen += [one.entry for one in hand.complete if one.entry not in self.seen]
        self.look()

    def _mode_is_what_is_shown(self) -> None:
        mode, transcript = self.composer.mode, self.screen.query_one(Transcript)
        assert self.tray.has_keys == (mode == "tray")
        assert (transcript.cursor is not None) == (mode == "turns")
        assert bool(self.composer.hints) == (mode == "turns")
        if mode == "tray":
            assert self.tray.display and self.tray.hand and not self.tray.folded
        if self.composer.text:
            assert mode == "text"
        assert self.composer.has_class("editing") == (self.screen.editing is not None)

    def _only_what_was_written_was_said(self, kind: str, what: str) -> None:
        new = [
            turn for turn in self.screen.play.session.turns.values() if turn.id not in self.turns
        ]
        by_hand = [turn for turn in new if turn.by == "player" and turn.of is None]
        if by_hand:
            assert (kind, what) == ("key", "enter")
            assert self.mode == "text"
            written = "".join(self.written.replace("\x1b", "").split())
            for turn in by_hand:
                assert "".join(turn.entry.text.split()) in written
        if kind in ("type", "paste") and self.mode == "text" and self.text:
            assert not new

    def _what_was_written_is_somewhere(self, kind: str, what: str) -> None:
        text, screen = self.text.strip(), self.screen
        if kind == "type" and self.mode == "text" and what[0] not in "0123456789":
            assert what.strip() in self.composer.text or self.composer.label
        gone = text and text not in self.composer.text
        if not gone or kind != "key" or what in REMOVES:
            return
        dropped = [draft.text.strip() for draft in screen._dropped]
        if self.editing is not None:
            dropped.append(self.editing.was[0].strip())
        if screen._before is not None:
            dropped.append(screen._before.text.strip())
        assert what == "enter" or text in dropped or what in ("tab", "ctrl+j", "alt+enter")


async def storm(steps: Sequence[tuple[str, str]], folder: Path) -> None:
    play = Play.start(house(), "林默", folder)
    app = PaotuanApp(play, Choice(), Scripted(LINES, delay=0.002))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, TableScreen)
        await pilot.press("enter")
        watcher = Watcher(app, screen)
        for kind, what in steps:
            send(app, kind, what)
            await settle(pilot)
            watcher.check(kind, what)
        app.put_away()
    if not watcher.seen:  # of a play in which nothing was done nothing is kept
        return
    resumed = Play.resume(play.journal.path)
    kept = [one.entry for draw in resumed.session.draws.values() for one in draw.candidates]
    assert all(entry in kept for entry in watcher.seen)
    resumed.close()


def send(app: PaotuanApp, kind: str, what: str) -> None:
    """Send keys as the driver does, all of a burst at once."""
    if kind == "paste":
        app.post_message(Paste(what))
    elif kind == "key":
        app.post_message(Key(what, "\r" if what == "enter" else None))
    else:
        for character in what:
            name = {" ": "space"}.get(character, character)
            key = Key(name, character)
            key.time -= 1  # an input method's guard is another test's
            app.post_message(key)


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause(0.01)


@settings(max_examples=6)
@given(st.lists(STEPS, min_size=8, max_size=24))
def test_whatever_is_pressed_nothing_is_lost_and_nothing_done_unasked(
    steps: list[tuple[str, str]],
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(storm(steps, Path(folder)))
