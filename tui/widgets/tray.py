"""The candidates of a draw, growing side by side, and what goes on until there are any."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from base.errors import KnownError
from base.messages import _
from scenes.table.hand import Hand
from tui.paint import ink
from tui.tray_words import Going, Picks, folded_title, lost_places, title_of
from tui.widgets.tray_grid import Grid

PERIOD = 1 / 30
"""Seconds between two layouts of a hand that grows, at least."""
TICK = 0.1
"""Seconds between two steps of the spinner."""


class Tray(ScrollView, can_focus=False):
    """Shows one hand; hidden without one, unless something is waited for."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"tray--{part}"
        for part in (
            *("number", "speech", "action", "thought", "narration", "emotion"),
            *("waiting", "lit"),
        )
    }

    @dataclass
    class LitMoved(Message):
        """What is lit came to nothing, and another is lit."""

    lit: reactive[int] = reactive(0)
    """The place that Enter takes."""
    has_keys: reactive[bool] = reactive(False)
    """Whether keys are its own now."""
    picks: reactive[Picks] = reactive("all")
    """Which keys pick now."""
    folded: reactive[bool] = reactive(False)
    """Whether the hand is out of sight but for one line."""

    def __init__(self, cast: Sequence[str] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self.cast = list(cast)
        self.hand: Hand | None = None
        self.at = self.of = 1
        """Which of how many hands of its place it is."""
        self.going = Going()
        self._grid = Grid()
        self._laid_out = 0.0
        self._width = self._laid_out_in = 0
        self._parts: dict[str, Style] = {}
        self._due: Timer | None = None
        self._ticking: Timer | None = None

    # --- what is shown ---

    def show(self, hand: Hand | None, at: int = 1, of: int = 1) -> None:
        """Show a hand from its first candidate, or none; it is the hand `at` of `of`."""
        self.hand, self.at, self.of = hand, at, of
        self.going = Going()
        self.set_reactive(Tray.lit, min(hand.picked, default=0) if hand else 0)
        self.set_reactive(Tray.folded, False)
        self._grid.clear()
        self._lay_out()
        self.scroll_home(animate=False)

    def unfold(self) -> None:
        """All of the hand is shown: light the first that was not, and lay it out."""
        first = len(self._grid.places)
        self._lay_out()
        self.lit = self._grid.places[min(first, len(self._grid.places) - 1)]

    def changed(self) -> None:
        """The hand has grown: it is laid out soon, together with what else comes by then."""
        if self._due is None:
            wait = self._laid_out + PERIOD - time.monotonic()
            if wait <= 0:
                self._lay_out()
            else:
                self._due = self.set_timer(wait, self._lay_out)

    def tell_reading(self, done: int, total: int) -> None:
        """So many tokens of the prompt have been read before the first candidate."""
        self.going = self.going.reading(done, total)
        self.changed()

    def waits(self, until: str | None) -> None:
        """A draw begins as soon as this is there, `model` or `knowledge`; `None`: none waits."""
        if until != self.going.until:
            self.going = Going(until)
            self._lay_out()

    def move(self, dx: int, dy: int) -> bool:
        """Light the place beside, above or below; False where there is none."""
        to = self._grid.beside(self.lit, dx, dy)
        if to is None:
            return False
        self.lit = to
        return True

    def enter_from(self, dx: int) -> bool:
        """Light the place at the edge where one came in, so that the opposite key leads back;
        False where that is not another place, or a candidate was taken here."""
        if dx > 0 or self.hand is None or self.hand.picked:
            return False
        before = self.lit
        while self.move(1, 0):
            pass
        return self.lit != before

    def read_whole(self) -> None:
        """Open the lit candidate whole, above the table.

        Raises `KnownError` where it has no words yet.
        """
        from tui.screens.whole import WholeScreen

        hand, lit = self.hand, self.lit
        if hand is None or lit >= len(hand.places) or not hand.places[lit].text:
            raise KnownError(_("candidate {number} has no words yet", number=lit + 1))
        self.app.push_screen(WholeScreen(hand, lit))

    # --- how it is laid out ---

    def watch_lit(self) -> None:
        self._lay_out()
        first, last = self._grid.rows_of(self.lit)
        top, height = int(self.scroll_offset.y), self.scrollable_content_region.height
        if first < top or last > top + height:
            self.scroll_to(y=first if first < top else last - height, animate=False)

    def watch_has_keys(self) -> None:
        self.set_class(self.has_keys, "has-keys")
        self._lay_out()

    def watch_picks(self) -> None:
        self._lay_out()

    def watch_folded(self) -> None:
        self._lay_out()

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Lay out anew before anything is painted in the new size."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if self.display and self._text_width() != self._width:
            self._lay_out()
        return changed

    def on_resize(self) -> None:
        if self._room() != self._laid_out_in:
            self._lay_out()

    def _text_width(self) -> int:
        """Cells for a row; before there is a place for it, as many as there will be."""
        if self.size.width:
            return max(self.scrollable_content_region.width, 4)
        most = self.styles.max_width
        widest = int(most.value) if most and most.is_cells else self.screen.size.width
        return max(min(self.screen.size.width, widest) - self.scrollbar_size_vertical, 4)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._grid.clear()
        self._parts.clear()
        if self.is_mounted:
            self.call_later(self._lay_out)

    def _lay_out(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None
        self._laid_out = time.monotonic()
        hand, self.display = self.hand, self.hand is not None or self.going.until is not None
        if not self.display:
            self._tick(False)
            return
        width = self._width = self._text_width()
        self._laid_out_in = self._room()
        begun = hand is not None and any(p.text or p.over or p.why for p in hand.places)
        self._tick(not begun)
        if self.folded and hand is not None:
            self._grid.show_nothing()
        else:
            self._fill(hand, begun, width)
        if hand is not None and self._grid.places and self.lit not in self._grid.places:
            self.set_reactive(Tray.lit, self._grid.nearest(self.lit))
            self._fill(hand, begun, width)
            self.post_message(self.LitMoved())
        self._take_place(width)

    def _fill(self, hand: Hand | None, begun: bool, width: int) -> None:
        """Lay out the cells, or one line while none has begun."""
        self._grid.show(self, hand if begun else None, width, self._room())
        if not begun:
            count = len(hand.places) if hand else 1
            self._grid.show_line(self, self.going.words(), width, count)
        elif hand is not None and (words := lost_places(hand, self.has_keys, self.picks)):
            self._grid.add_line(self, words, width)

    def _take_place(self, width: int) -> None:
        rows = len(self._grid.strips)
        self.virtual_size = Size(width, rows)
        self.border_title = Content(self._title(width))
        if self.styles.height is None or self.styles.height.value != rows + 1:
            self.styles.height = rows + 1
        self.refresh()

    def _title(self, width: int) -> str:
        if self.hand is None:
            return ""
        if self.folded:
            return folded_title(self.hand, width, self.picks)
        return title_of(self.hand, self.at, self.of, width, self.has_keys, self.picks)

    def _room(self) -> int:
        """Rows that it may take without its border."""
        return max(self.screen.size.height // 2 - 1, 1)

    def _tick(self, going: bool) -> None:
        if going and self._ticking is None:
            self._ticking = self.set_interval(TICK, self.changed)
        elif not going and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def render_line(self, y: int) -> Strip:
        line = y + int(self.scroll_offset.y)
        if line < len(self._grid.strips):
            return self._grid.strips[line]
        return Strip.blank(self.size.width, self.rich_style)

    def part(self, kind: str) -> Style:
        """The style of a part: what it is written in, for `lit` what it stands on."""
        found = self._parts.get(kind)
        if found is None:
            style = self.get_component_rich_style(f"tray--{kind}")
            found = Style(bgcolor=style.bgcolor) if kind == "lit" else ink(style)
            self._parts[kind] = found
        return found
