"""One line below the input: role, who is next, model, context used, speed."""

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.paint import Run, printable, strip_of


class Status(Widget, can_focus=False):
    """Shows parts from the left, the most important first, as many as fit."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.parts: tuple[str, ...] = ()

    def show(self, *parts: str) -> None:
        """Show these parts; empty ones are left out."""
        parts_shown = tuple(printable(part) for part in parts if part)
        if parts_shown != self.parts:
            self.parts = parts_shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        text = ""
        for part in self.parts if y == 0 else ():
            longer = f"{text}  ·  {part}" if text else f" {part}"
            if cell_len(longer) > width:
                break
            text = longer
        return strip_of([Run(text, Style.null())], width, self.rich_style)
