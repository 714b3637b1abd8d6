"""The branch map as lines: a `ScrollView` that paints only what is seen, one row a line."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from scenes.table.branch_map import Row, words_of
from scenes.table.session import Session
from tui.paint import Run, ink, printable, strip_of, told

NUMBER = 5
"""Columns of a turn's number."""


class BranchMap(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows rows of a session, one of them lit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"map--{part}"
        for part in ("number", "rails", "sign", "here", "path", "other", "fold", "lit")
    }

    class Lit(Message):
        """Another row is lit."""

    class Chosen(Message):
        """A row was clicked that was lit already."""

    def __init__(self, session: Session, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.rows: Sequence[Row] = ()
        self.lit = 0
        self._width = 0

    @property
    def row(self) -> Row | None:
        """The row that is lit."""
        return self.rows[self.lit] if self.rows else None

    def show(self, rows: Sequence[Row], turn: int | None) -> None:
        """Show these rows, with the one of a turn lit, else the one before it."""
        self.rows = rows
        places = {row.turn: at for at, row in enumerate(rows) if row.kind != "hand"}
        at = places.get(turn) if turn is not None else None
        self.lit = min(self.lit, max(len(rows) - 1, 0)) if at is None else at
        self.virtual_size = Size(0, len(rows))
        self.refresh()
        self.call_after_refresh(self._reveal)
        self.post_message(self.Lit())

    def move(self, step: int) -> None:
        """Light the row so many further down."""
        self.light(max(0, min(self.lit + step, len(self.rows) - 1)))

    def light(self, at: int) -> None:
        if at == self.lit or not 0 <= at < len(self.rows):
            return
        self.lit = at
        self._reveal()
        self.refresh()
        self.post_message(self.Lit())

    def _reveal(self) -> None:
        here = Region(0, self.lit, max(self.size.width, 1), 1)
        self.scroll_to_region(here, animate=False, force=True, center=False)

    def on_click(self, event: object) -> None:
        at = int(getattr(event, "y", 0)) + int(self.scroll_offset.y)
        if at == self.lit:
            self.post_message(self.Chosen())
        self.light(at)

    def render_line(self, y: int) -> Strip:
        at, width = y + int(self.scroll_offset.y), self.size.width
        if not 0 <= at < len(self.rows):
            return Strip.blank(width, self.rich_style)
        base = self.rich_style
        if at == self.lit:
            base = base + self.get_component_rich_style("map--lit", partial=True)
        return strip_of(self._runs(self.rows[at]), width, base)

    def _runs(self, row: Row) -> list[Run]:
        words, turn = words_of(self.session, row), self.session.turns[row.turn]
        line = told(turn.entry) if row.kind == "turn" else ""
        parts = [
            (f"{words.number:>{NUMBER}} ", "number"),
            (row.rails, "rails"),
            (f"{words.signs} " if words.signs else "", "here" if row.here else "sign"),
            (f"{printable(words.mark)} " if words.mark else "", "sign"),
            (line, "path" if row.on_path else "other"),
            (f" {words.text}" if line else words.text, "fold"),
        ]
        return [Run(text, self._ink(part)) for text, part in parts if text]

    def _ink(self, part: str) -> Style:
        return ink(self.get_component_rich_style(f"map--{part}", partial=True))
