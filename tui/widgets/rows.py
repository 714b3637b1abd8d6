"""A list of rows by their ids, whose headings cannot be lit, and whose lit row stays lit."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.screens.start_rows import Row


class Rows(OptionList):
    """Shows rows; ← and → are the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.section(-1)", show=False),
        Binding("right", "screen.section(1)", show=False),
    ]

    def show(self, rows: Sequence[Row], lit: str, nothing: str = "") -> None:
        """Show these rows, with the row of that id lit, or else the first that can be."""
        ids = [row.id for row in rows]
        self.clear_options()
        self.add_options(Option(row.content, row.id or None, disabled=not row.id) for row in rows)
        if not rows:
            self.add_option(Option(Content(nothing), disabled=True))
        first = next((at for at, id in enumerate(ids) if id), None)
        self.highlighted = ids.index(lit) if lit and lit in ids else first

    @property
    def lit_id(self) -> str:
        """The id of the lit row; nothing where none is lit."""
        option = self.highlighted_option
        return option.id or "" if option else ""
