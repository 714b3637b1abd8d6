"""All that the model will read for the next line, so that nothing about it is hidden."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import _
from models.backend import Prompt
from tui.paint import printable


class PromptScreen(ModalScreen[None]):
    """Shows a prompt, its parts under each other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss(None)", "Back", id="prompt.back")
    ]

    def __init__(self, prompt: Prompt, title: str) -> None:
        super().__init__()
        self.prompt = prompt
        self.heading = title

    def compose(self) -> ComposeResult:
        stable, history, cue = (
            "\n".join(map(printable, part.split("\n")))
            for part in (self.prompt.stable, self.prompt.history, self.prompt.cue)
        )
        text = Content.assemble((stable, "dim"), history, (cue, "bold"))
        page = VerticalScroll(Static(text), id="page")
        page.border_title = Content(self.heading)
        page.border_subtitle = Content(_("↑↓ PgUp PgDn scroll · Esc closes"))
        yield page
