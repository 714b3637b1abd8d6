"""The table of `paotuan ask` on a terminal: the row that is being drawn grows, the others stand."""

from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scenes.evaluation.asked_tables import empty_cell, notes_of
from scenes.log import write
from tui.output import escaped_line

if TYPE_CHECKING:
    from scenes.evaluation.asking import Asking, Cell

FRAMES_A_SECOND = 8
NAME = 16
"""Columns of a role's name."""


class LiveTables:
    """Prints a table for each question and role; whatever stands when it is left stays there."""

    def __init__(self, asking: "Asking") -> None:
        self._asking = asking
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._live: Live | None = None
        self._at = -1
        self._rows = {id(cell): at for at, row in enumerate(asking.rows) for cell in row}
        self._asked = ""

    def __enter__(self) -> "LiveTables":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finish()

    def update(self, cell: "Cell") -> None:
        """Show what a cell holds now."""
        at = self._rows[id(cell)]
        if at != self._at:
            self._finish()
            self._begin(at)
        assert self._live is not None
        self._live.update(self._table(at), refresh=cell.done)

    def _begin(self, at: int) -> None:
        self._at = at
        question = escaped_line(write(self._asking.rows[at][0].question))
        if question != self._asked:
            self._asked = question
            self._console.print(Text(f"\n{question}", style="bold"))
        self._live = Live(
            console=self._console, refresh_per_second=FRAMES_A_SECOND, vertical_overflow="visible"
        )
        self._live.start()

    def _finish(self) -> None:
        if self._live is None:
            return
        self._live.update(self._table(self._at), refresh=True)
        self._live.stop()
        self._live = None
        for note in notes_of([self._asking.rows[self._at]]):
            self._console.print(Text(escaped_line(note), style="dim"))

    def _table(self, at: int) -> Table:
        row = self._asking.rows[at]
        table = Table(expand=True)
        table.add_column(Text(escaped_line(row[0].role.name)), max_width=NAME, overflow="ellipsis")
        for cell in row:
            table.add_column(Text(escaped_line(cell.way.label)), ratio=8, overflow="fold")
        n = self._asking.n
        columns = [cell.lines(n) or [empty_cell(cell)] for cell in row]
        for number in range(max(map(len, columns))):
            cells = [lines[number] if number < len(lines) else "" for lines in columns]
            table.add_row(
                Text(str(number + 1), style="dim"), *(Text(escaped_line(one)) for one in cells)
            )
        return table
