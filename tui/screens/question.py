"""One question, answered by yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import _
from tui.paint import printable


class QuestionScreen(ModalScreen[bool | None]):
    """Gives the answer; nothing where there was none."""

    DEFAULT_CSS = """
    QuestionScreen { align: center middle; }
    #question {
        width: 90%; max-width: 72; height: auto; padding: 1 2;
        border: round $warning; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="question.yes"),
        Binding("n", "dismiss(False)", "No", id="question.no"),
        Binding("escape", "dismiss(None)", "Later", id="question.later"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        page = Static(Content(printable(self.question)), id="question")
        page.border_subtitle = Content(_("y yes · n no · Esc later"))
        yield page
