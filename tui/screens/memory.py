"""What is remembered of long ago: the summaries and facts of this branch, read and changed."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import _
from scenes.table.controller import Table
from scenes.table.memory_rows import fact_row, summary_row
from scenes.table.reading import told
from tui.paint import printable


class MemoryScreen(ModalScreen[None]):
    """A row a summary, then a row a fact; each key does one thing with the lit one."""

    DEFAULT_CSS = """
    MemoryScreen { align: center middle; }
    MemoryScreen Vertical { width: 90%; max-width: 100; height: auto; max-height: 90%; }
    #memory {
        height: auto; min-height: 3; max-height: 20; padding: 0 1;
        border: round $primary; background: $surface;
    }
    #memory-text { display: none; }
    #memory-text.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="memory.back"),
        Binding("e", "edit", "Edit", id="memory.edit"),
        Binding("n", "new", "New summary", id="memory.new"),
        Binding("p", "pin", "Pin a fact", id="memory.pin"),
        Binding("r", "redo", "Write anew", id="memory.redo"),
        Binding("space", "switch", "On or off", id="memory.switch"),
        Binding("delete,d", "forget", "Forget", id="memory.forget"),
    ]

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self._write: Callable[[str], None] | None = None
        """What is done with the text that is being written."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield OptionList(id="memory")
            yield Input(id="memory-text")

    def on_mount(self) -> None:
        self.show()

    # --- showing ---

    def show(self) -> None:
        """The rows as they are now."""
        rows, options = self._rows(), self.query_one(OptionList)
        lit = options.highlighted or 0
        options.clear_options()
        nothing = _("nothing yet: n sums up what was said, p pins a fact")
        options.add_options([Option(Content(row)) for row in rows or [printable(nothing)]])
        options.highlighted = min(lit, max(len(rows) - 1, 0))
        read = self.table.reading
        words = (told(read) if read is not None else None) or _("All is still read")
        options.border_title = Content(printable(f"{_('What is remembered')} · {words}"))
        options.border_subtitle = Content(
            _("e edit · n new · r anew · Space on/off · p pin · d forget · Esc")
        )
        if self._write is None:
            options.focus()

    def _rows(self) -> Sequence[str]:
        table = self.table
        summaries = [
            f"{'●' if one.used else '○'} {summary_row(table, at, one)}"
            for at, one in enumerate(table.summaries, 1)
        ]
        return [*summaries, *(f"@ {fact_row(at, one)}" for at, one in enumerate(table.facts, 1))]

    # --- the lit row ---

    def _lit(self) -> tuple[str, int]:
        """Whether a summary or a fact is lit, and its number. Raises `KnownError`."""
        at, summaries = self.query_one(OptionList).highlighted or 0, len(self.table.summaries)
        if at < summaries:
            return "summary", at + 1
        if at - summaries < len(self.table.facts):
            return "fact", at - summaries + 1
        raise KnownError(_("nothing is remembered yet; /summary TEXT, /remember TEXT"))

    def _do(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
        self.show()

    @on(OptionList.OptionSelected)
    def action_edit(self) -> None:
        """Write the lit one differently."""
        self._do(self._edit)

    def _edit(self) -> None:
        kind, number = self._lit()
        if kind == "summary":
            text = self.table.summaries[number - 1].summary.text
            self._ask(text, lambda words: self.table.edit_summary(number, words))
        else:
            text = self.table.facts[number - 1].text
            self._ask(text, lambda words: self.table.edit_fact(number, words))

    def action_new(self) -> None:
        """Sum up by hand what has no summary yet."""
        self._ask("", self.table.sum_up)

    def action_pin(self) -> None:
        """Pin a fact."""
        self._ask("", self.table.remember)

    def action_redo(self) -> None:
        """Have the model write the lit summary anew."""

        def redo() -> None:
            kind, number = self._lit()
            if kind == "summary":
                self.table.redo_summary(number)

        self._do(redo)

    def action_switch(self) -> None:
        """Have the lit summary read, or not."""

        def switch() -> None:
            kind, number = self._lit()
            if kind == "summary":
                self.table.use_summary(number, not self.table.summaries[number - 1].used)

        self._do(switch)

    def action_forget(self) -> None:
        """The lit fact is none any more; a summary is only switched off."""

        def forget() -> None:
            kind, number = self._lit()
            if kind == "fact":
                self.table.forget(str(number))
            else:
                self.table.use_summary(number, False)

        self._do(forget)

    # --- writing ---

    def _ask(self, text: str, write: Callable[[str], None]) -> None:
        self._write = write
        field = self.query_one(Input)
        field.value = text
        field.placeholder = _("Enter writes it · Esc leaves it")
        field.add_class("-open")
        field.focus()

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        write, words = self._write, event.value
        if write is None:
            return
        try:
            write(words)
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._close_field()

    def _close_field(self) -> None:
        self._write = None
        self.query_one(Input).remove_class("-open")
        self.show()

    def action_back(self) -> None:
        """Esc: leave what is being written, else close."""
        if self._write is not None:
            self._close_field()
        else:
            self.dismiss(None)
