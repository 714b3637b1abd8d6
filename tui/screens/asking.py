"""Asks for one line of text above what is shown."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from base.messages import _
from tui.paint import printable
from tui.widgets.field import Field


class AskScreen(ModalScreen[str | None]):
    """Gives what was typed, which may be nothing, or `None` where the person goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="ask.back")
    ]

    def __init__(self, question: str, value: str = "", about: str = "", most: int = 0) -> None:
        """`most` is how many characters can be typed; 0 is any number."""
        super().__init__()
        self.question, self.value, self.about, self.most = question, value, about, most

    def compose(self) -> ComposeResult:
        asked = Field(self.value, id="asked", max_length=self.most)
        asked.border_title = Content(printable(self.question))
        with Vertical(id="ask"):
            yield asked
            yield Static(Content(printable(self.about or _("Enter takes it · Esc back"))))

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
