"""Lines to read before a person goes on: what is in a file, what became of it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.paint import printable


class ReportScreen(ModalScreen[bool]):
    """Lines to read; gives whether the person goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "dismiss(True)", "Go on", id="report.go"),
        Binding("escape", "dismiss(False)", "Back", id="report.back"),
    ]

    def __init__(self, lines: list[str], title: str, keys: str) -> None:
        super().__init__()
        self.lines, self.heading, self.keys = lines, title, keys

    def compose(self) -> ComposeResult:
        page = VerticalScroll(Static(Content("\n".join(map(printable, self.lines)))), id="page")
        page.border_title = Content(printable(self.heading))
        page.border_subtitle = Content(printable(self.keys))
        yield page
