"""All that the program has told, with the times; the newest last."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import _
from tui.paint import printable
from tui.told import Told


class MessagesScreen(ModalScreen[None]):
    """Shows messages; it scrolls, and opens at the last one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f8", "dismiss(None)", "Back", id="messages.back"),
        Binding("home", "scroll_home", "First", show=False, id="messages.first"),
    ]

    def __init__(self, messages: Sequence[Told]) -> None:
        super().__init__()
        self.messages = messages

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page") as page:
            page.border_title = Content(_("Messages"))
            page.border_subtitle = Content(_("↑↓ PgUp PgDn · Esc closes"))
            for told in self.messages:
                yield Static(_line(told), classes=told.severity)
            if not self.messages:
                yield Static(Content(_("Nothing has been said yet.")))

    def on_mount(self) -> None:
        page = self.query_one("#page", VerticalScroll)
        page.focus()
        page.scroll_end(animate=False)


def _line(told: Told) -> Content:
    parts: list[Content | str | tuple[str, str]] = [(f"{told.at:%H:%M:%S}  ", "dim")]
    if told.word:
        parts.append((_("{word}: ", word=told.word), "bold"))
    return Content.assemble(*parts, printable(told.message))
