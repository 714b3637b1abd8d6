"""The one line on which the program speaks; it keeps its row while it has nothing to say."""

import re
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from base.messages import _
from tui.paint import Run, ink, printable, strip_of
from tui.told import Severity, Told
from tui.wrapping import fitted

MORE = "… F8"
"""What follows a message that is cut: the key that shows it whole."""
PATH = re.compile(r"(?<!\S)(?:(?:~|[\w.-]+)?(?:/[^/\s:]+)+|~)/(?=[^/\s:])")
"""The folders of a path."""


def short(words: str, room: int) -> str:
    """A message in which, where there is no room for it, of paths only the last name stands."""
    return words if cell_len(words) <= room else PATH.sub("…/", words)


class MessageLine(Widget, can_focus=False):
    """Shows one message, or nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"message-line--warning", "message-line--error"}

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.told: Told | None = None

    def on_mount(self) -> None:
        self.show(getattr(self.app, "message", None))

    def show(self, told: Told | None) -> None:
        """Show this message, or none."""
        self.told = told
        self.set_class(told is not None, "speaks")
        self.screen.set_class(told is not None, "told")
        self.refresh()

    def tell(self, text: str, severity: Severity = "information") -> None:
        """Put a text on this line alone; the app's `notify` also keeps it."""
        self.show(Told(text, severity))

    def render_line(self, y: int) -> Strip:
        width, told = self.size.width, self.told
        if told is None or y:
            return Strip.blank(width, self.rich_style)
        runs, room = [Run(" ", Style.null())], width - 2
        if told.word:
            style = ink(self.get_component_rich_style(f"message-line--{told.severity}"))
            runs.append(Run(_("{word}: ", word=told.word), style + Style(bold=True)))
            room -= cell_len(runs[-1].text)
        words = short(printable(told.message), room)
        runs.append(Run(fitted(words, room, MORE), Style.null()))
        return strip_of(runs, width, self.rich_style)
