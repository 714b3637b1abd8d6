"""What has been said, as lines: a `ScrollView` that paints only what is seen."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from scenes.log import Entry
from tui.paint import Run, height, ink, name_style, runs_of, strip_of, wrap

GUTTER = 2


class Transcript(ScrollView, can_focus=False):
    """Shows entries. Told the whole branch each time, it paints anew only what differs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"transcript--{part}"
        for part in (
            *("narration", "speech", "action", "thought", "emotion"),
            *("chapter", "context", "player"),
        )
    }

    def __init__(
        self, cast: Sequence[str] = (), player: str | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.cast = list(cast)
        self.player = player
        self.entries: list[Entry] = []
        self._heights: list[int] = []
        self._ends: list[int] = []
        self._width = 0
        self._painted: LRUCache[int, list[Strip]] = LRUCache(1000)
        self.cursor: int | None = None

    def light(self, index: int | None) -> None:
        self.cursor = index

    def show(self, entries: Sequence[Entry], player: str | None = None) -> None:
        """Show these entries, and keep to the end if the end was in view."""
        same = 0
        if player == self.player:
            pairs = zip(self.entries, entries, strict=False)
            same = next(
                (i for i, (old, new) in enumerate(pairs) if old is not new and old != new),
                min(len(self.entries), len(entries)),
            )
        self.player = player
        self.entries = list(entries)
        self._measure(same)
        self.scroll_end(animate=False)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painted.clear()

    def on_resize(self) -> None:
        if self._text_width() != self._width:
            at_end = self.is_vertical_scroll_end
            self._measure(0)
            if at_end:
                self.scroll_end(animate=False)

    def _text_width(self) -> int:
        return max(self.scrollable_content_region.width - GUTTER, 2)

    def _measure(self, first: int) -> None:
        """Heights from the entry `first` on, once there is a place; virtual size in lines."""
        if not self.size:
            self._width = 0
            return
        if self._text_width() != self._width:
            first, self._width = 0, self._text_width()
        for index in [index for index in self._painted.keys() if index >= first]:  # noqa: SIM118
            self._painted.discard(index)
        self._heights[first:] = [height(entry, self._width) for entry in self.entries[first:]]
        before = self._ends[first - 1] if first else 0
        self._ends[first:] = [before + end for end in accumulate(self._heights[first:])]
        self.virtual_size = Size(0, self._ends[-1] if self._ends else 0)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        line = y + int(self.scroll_offset.y)
        width = self.size.width
        if not self._ends or line >= self._ends[-1]:
            return Strip.blank(width, self.rich_style)
        index = bisect_right(self._ends, line)
        strips = self._painted.get(index)
        if strips is None:
            strips = self._paint(index)
            self._painted.set(index, strips)
        return strips[line - (self._ends[index] - self._heights[index])]

    def _paint(self, index: int) -> list[Strip]:
        entry = self.entries[index]
        dark = self.app.current_theme.dark
        name = name_style(entry.speaker, self.cast, dark)

        def part(kind: str) -> Style:
            return ink(self.get_component_rich_style(f"transcript--{kind}"))

        own = entry.speaker != "" and entry.speaker == self.player
        gutter = Run("▌ " if own else " " * GUTTER, part("player"))
        return [
            strip_of([gutter, *line], self.size.width, self.rich_style)
            for line in wrap(runs_of(entry, part, name), self._width)
        ]
