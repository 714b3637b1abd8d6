"""The candidates of a draw, growing side by side."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from base.messages import _, _n
from scenes.table.hand import Hand, Place
from tui.paint import Run, body_runs, ink, printable, strip_of, wrap

COLUMN = 36
"""Cells that a candidate needs to stand beside others."""


class Tray(ScrollView, can_focus=False):
    """Shows one hand; hidden without one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"tray--{part}"
        for part in (
            *("number", "speech", "action", "thought", "narration", "emotion"),
            *("waiting", "lit"),
        )
    }

    lit: reactive[int] = reactive(0)
    """The place that Enter takes."""

    has_keys: reactive[bool] = reactive(False)
    folded: reactive[bool] = reactive(False)

    def watch_folded(self) -> None:
        self.display = self.hand is not None and not self.folded

    def __init__(self, cast: Sequence[str] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self.cast = list(cast)
        self.hand: Hand | None = None
        self.asking = False
        """Whether the next digit chooses a candidate to edit."""
        self._strips: list[Strip] = []

    def show(self, hand: Hand | None, at: int = 1, of: int = 1) -> None:
        """Show a hand from its first candidate, or none."""
        self.hand, self.asking = hand, False
        self.set_reactive(Tray.lit, 0)
        self.display = hand is not None
        self.changed()
        self.scroll_home(animate=False)

    def changed(self) -> None:
        """The hand has grown, or what is lit has changed."""
        if self.hand is None:
            return
        width = max(self.scrollable_content_region.width, 4)
        self._strips = self._lay_out(self.hand, width)
        self.virtual_size = Size(width, len(self._strips))
        self.border_title = Content(self._title(self.hand))
        if self.styles.height is None or self.styles.height.value != len(self._strips) + 1:
            self.styles.height = len(self._strips) + 1
        self.refresh()

    def watch_lit(self) -> None:
        self.changed()

    def on_resize(self) -> None:
        self.changed()

    def move(self, dx: int, dy: int) -> bool:
        """Light the place beside, above or below; False where there is none."""
        if not self.hand or not self.hand.places:
            return False
        columns = self._columns(self.hand, max(self.scrollable_content_region.width, 4))
        row, column = divmod(self.lit, columns)
        to = (row + dy) * columns + column + dx
        if not 0 <= column + dx < columns or not 0 <= to < len(self.hand.places):
            return False
        self.lit = to
        self.scroll_to(y=self._top_of(self.lit), animate=False)
        return True

    def render_line(self, y: int) -> Strip:
        line = y + int(self.scroll_offset.y)
        if line < len(self._strips):
            return self._strips[line]
        return Strip.blank(self.size.width, self.rich_style)

    def _title(self, hand: Hand) -> str:
        words = _("Edit which? A digit, or Enter for the lit one") if self.asking else ""
        count = len(hand.places)
        return words or _n(
            "{n} line for {name} · 1 picks · ↑↓ Enter · e edit · r redraw · m more · Esc stop",
            "{n} lines for {name} · 1–{keys} pick · ↑↓ Enter · e edit · r redraw · m more · "
            "Esc stop",
            count,
            name=printable(hand.speaker.name),
            keys=min(count, 9),
        )

    def _columns(self, hand: Hand, width: int) -> int:
        return max(1, min(len(hand.places), width // COLUMN))

    def _top_of(self, place: int) -> int:
        assert self.hand is not None
        width = max(self.scrollable_content_region.width, 4)
        columns = self._columns(self.hand, width)
        above = self.hand.places[: place // columns * columns]
        rows = [above[at : at + columns] for at in range(0, len(above), columns)]
        cell = width // columns
        return sum(max(len(self._cell(p, 0, cell - 1)) for p in row) for row in rows)

    def _lay_out(self, hand: Hand, width: int) -> list[Strip]:
        columns = self._columns(hand, width)
        cell = width // columns
        strips: list[Strip] = []
        for first in range(0, len(hand.places), columns):
            numbers = range(first, min(first + columns, len(hand.places)))
            cells = [self._cell(hand.places[n], n, cell - 1) for n in numbers]
            for row in range(max(map(len, cells))):
                parts = []
                for number, lines in zip(numbers, cells, strict=True):
                    lit = self._part("lit") if number == self.lit else Style.null()
                    line = lines[row] if row < len(lines) else []
                    parts.append(strip_of(line, cell - 1, self.rich_style + lit))
                    parts.append(Strip.blank(1, self.rich_style))
                strips.append(Strip.join(parts).adjust_cell_length(width, self.rich_style))
        return strips

    def _cell(self, place: Place, number: int, width: int) -> list[list[Run]]:
        """The wrapped lines of one candidate, its number before the first."""
        head = Run(f"{number + 1} ", self._part("number"))
        lines = wrap(self._runs(place), width - 2)
        return [
            [head if row == 0 else Run("  ", Style.null()), *ln] for row, ln in enumerate(lines)
        ]

    def _runs(self, place: Place) -> list[Run]:
        waiting = self._part("waiting")
        if place.candidate:
            runs = body_runs(place.candidate.entry, self._part)
            cut = place.candidate.finish == "length"
            return [*runs, Run(_("(cut at its length limit)"), waiting)] if cut else runs
        if place.over:
            return [Run(_("no candidate ({why})", why=place.why), waiting)]
        if place.text:
            return [Run(printable(place.text), self._part("speech")), Run("▍", waiting)]
        return [Run(_("drawing again ({why})…", why=place.why) if place.why else "…", waiting)]

    def _part(self, kind: str) -> Style:
        style = self.get_component_rich_style(f"tray--{kind}")
        return Style(bgcolor=style.bgcolor) if kind == "lit" else ink(style)
