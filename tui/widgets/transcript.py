"""What has been said, as lines: a `ScrollView` that paints only what is seen."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from scenes.log import Entry
from scenes.table.session_state import Turn
from tui.paint import Run, height, ink, name_style, printable, runs_of, strip_of, wrap
from tui.wrapping import fitted

GUTTER = 2


class Transcript(ScrollView, can_focus=False):
    """Shows turns. Told the whole branch each time, it looks only at what differs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"transcript--{part}"
        for part in (
            *("narration", "speech", "action", "thought", "emotion"),
            *("chapter", "context", "player", "mark", "lit"),
        )
    }

    cursor: reactive[int | None] = reactive(None)
    """The entry that keys are about, lit; `None` while they are about something else."""

    def __init__(
        self, cast: Sequence[str] = (), player: str | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.cast = list(cast)
        self.player = player
        self.marks: Mapping[int, str] = {}
        self.rule: tuple[int, str] | None = None
        """A line between entries: before which, and what it says."""
        self._aside: Callable[[Turn], str] | None = None
        self._shown: list[Turn | Entry] = []
        self._ends = array("q")
        """The line after the last one of each entry."""
        self._width = 0
        self._ending = False
        """Whether the end is to be shown as soon as it is laid out."""
        self._painted: LRUCache[int, list[Strip]] = LRUCache(1000)

    def show(
        self,
        entries: Sequence[Turn] | Sequence[Entry],
        player: str | None = None,
        marks: Mapping[int, str] | None = None,
        rule: tuple[int, str] | None = None,
        aside: Callable[[Turn], str] | None = None,
    ) -> None:
        """Show these, and go to their end where they are others; `marks` are signs in the gutter,
        by the index of the entry, `rule` a line before one of them, and `aside` what is said of
        a turn behind it."""
        same = _same(self._shown, entries) if player == self.player else 0
        other = not same == len(self._shown) == len(entries)
        self._show_marks(marks or {})
        self._aside = aside
        self.player = player
        self._shown[same:] = entries[same:]
        self.show_rule(rule)
        if other:
            self._measure(same)
            if self.cursor is not None and self.cursor >= len(self._shown):
                self.light(len(self._shown) - 1 if self._shown else None)
            if self.cursor is None:
                self._go_to_end()

    def show_rule(self, rule: tuple[int, str] | None) -> None:
        """Put the line between entries elsewhere, or take it away."""
        if rule == self.rule:
            return
        at_end = self.is_vertical_scroll_end
        places = [one[0] for one in (self.rule, rule) if one is not None]
        self.rule = rule
        self._measure(max(0, min(*places, len(self._ends))))
        if at_end and self.cursor is None:
            self._go_to_end()

    def light(self, index: int | None) -> None:
        """Light an entry and bring it into view, or none and go back to the end."""
        self.cursor = index
        if index is None:
            self._go_to_end()
        elif self._ends:
            first, last = self._start(index), self._ends[index]
            top, rows = int(self.scroll_offset.y), self.scrollable_content_region.height
            if first < top or last - first > rows:
                self.scroll_to(y=first, animate=False)
            elif last > top + rows:
                self.scroll_to(y=last - rows, animate=False)

    def watch_cursor(self, old: int | None, new: int | None) -> None:
        for index in (old, new):
            if index is not None:
                self._painted.discard(index)
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painted.clear()

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Measure anew before anything is painted in the new size; keep to the end if there."""
        at_end = self._ending or self.is_vertical_scroll_end
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if self._text_width() != self._width:
            self._measure(0)
        if at_end and self.scroll_y != self.max_scroll_y:
            self._stand_at_end()
        return changed

    def _stand_at_end(self) -> None:
        """Be at the end as part of a layout, in one paint with it."""
        end = float(self.max_scroll_y)
        self.set_reactive(Transcript.scroll_y, end)
        self.set_reactive(Transcript.scroll_target_y, end)
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = end

    def _go_to_end(self) -> None:
        """Show the end once all is laid out, wherever it is by then."""
        self._ending = self.cursor is None
        self.call_after_refresh(self._end)

    def _end(self) -> None:
        self._ending = False
        if self.cursor is None:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    def _show_marks(self, marks: Mapping[int, str]) -> None:
        if marks == self.marks:
            return
        for index in marks.keys() | self.marks.keys():
            if marks.get(index) != self.marks.get(index):
                self._painted.discard(index)
        self.marks = dict(marks)
        self.refresh()

    def _entry(self, index: int) -> Entry:
        shown = self._shown[index]
        return shown.entry if isinstance(shown, Turn) else shown

    def _start(self, index: int) -> int:
        return self._ends[index - 1] if index else 0

    def _behind(self, index: int) -> str:
        """What is said of an entry behind it."""
        shown = self._shown[index]
        said = self._aside(shown) if self._aside is not None and isinstance(shown, Turn) else ""
        return f" {printable(said)}" if said else ""

    def _text_width(self) -> int:
        return max(self.scrollable_content_region.width - GUTTER, 2)

    def _measure(self, first: int) -> None:
        """Where the entries from `first` on end, once there is a place; virtual size in lines."""
        if not self.size.width:
            return
        if self._text_width() != self._width:
            first, self._width = 0, self._text_width()
        for index in [index for index in self._painted.keys() if index >= first]:  # noqa: SIM118
            self._painted.discard(index)
        del self._ends[first:]
        end = self._ends[-1] if first else 0
        for index in range(first, len(self._shown)):
            end += height(self._entry(index), self._width, self._behind(index))
            end += self.rule is not None and self.rule[0] == index
            self._ends.append(end)
        self.virtual_size = Size(0, end)
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
        return strips[line - self._start(index)]

    def _part(self, kind: str) -> Style:
        return ink(self.get_component_rich_style(f"transcript--{kind}"))

    def _paint(self, index: int) -> list[Strip]:
        entry = self._entry(index)
        name = name_style(entry.speaker, self.cast, self.app.current_theme.dark)
        base, width = self.rich_style, self.size.width
        if index == self.cursor:
            base += Style(bgcolor=self.get_component_rich_style("transcript--lit").bgcolor)
        aside = Run(self._behind(index), self._part("context"))
        lines = wrap([*runs_of(entry, self._part, name), aside], self._width)
        strips = [
            strip_of([self._gutter(index, entry, row), *line], width, base)
            for row, line in enumerate(lines)
        ]
        if self.rule is not None and self.rule[0] == index:
            words = fitted(f"── {printable(self.rule[1])} ──", self._width)
            runs = [Run(" " * GUTTER, Style()), Run(words, self._part("context"))]
            strips.insert(0, strip_of(runs, width, self.rich_style))
        return strips

    def _gutter(self, index: int, entry: Entry, row: int) -> Run:
        own = entry.speaker != "" and entry.speaker == self.player
        sign = "▌" if own else " "
        if row == 0 and (mark := printable(self.marks.get(index, ""))):
            sign = fitted(mark, GUTTER, "") or sign
        if row == 0 and index == self.cursor:
            return Run(fitted(f"{sign.strip()}> ", GUTTER, ""), self._part("mark"))
        style = self._part("player" if sign == "▌" else "mark")
        return Run(sign if len(sign) > 1 else f"{sign} ", style)


def _same(old: Sequence[Turn | Entry], new: Sequence[Turn | Entry]) -> int:
    """How many of them are the same at the beginning."""
    most = min(len(old), len(new))
    if not most:
        return 0
    if isinstance(new[0], Turn):  # a turn has one way to it, so all before it is the same too
        return bisect_left(range(most), True, key=lambda at: old[at] is not new[at])
    return next((at for at in range(most) if old[at] is not new[at] and old[at] != new[at]), most)
