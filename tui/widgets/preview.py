"""What is lit in a list, beside it: entries painted as in the transcript, among lines of words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from scenes.log import Entry
from tui.paint import Run, ink, name_style, printable, runs_of, strip_of, wrap

Kind = Literal["title", "head", "words", "quiet", "wrong"]
LONGEST = 2000
"""Characters of a line of words that are shown."""


@dataclass(frozen=True)
class Words:
    """A line of words, after a name in its own colour where there is one."""

    text: str
    kind: Kind = "words"
    name: str = ""


Part = Entry | Words
BLANK = Words("")


class Preview(ScrollView, can_focus=False):
    """Shows parts one below the other; it is scrolled by the screen that it is on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"preview--{part}"
        for part in (
            *("narration", "speech", "action", "thought", "emotion", "chapter", "context"),
            *("player", "title", "head", "words", "quiet", "wrong"),
        )
    }

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.parts: Sequence[Part] = ()
        self.cast: Sequence[str] = ()
        self.keeps_end = False
        self._strips: list[Strip] = []

    @property
    def text(self) -> str:
        """What is shown, a line a row."""
        return "\n".join(strip.text.rstrip() for strip in self._strips)

    def show(
        self, parts: Sequence[Part], cast: Sequence[str] = (), keeps_end: bool = False
    ) -> None:
        """Show these parts from their beginning; `cast` gives names their colours.

        Where the end is kept, of more lines than there is room for those are left out that follow
        the first blank one.
        """
        if (parts, cast, keeps_end) == (self.parts, self.cast, self.keeps_end):
            return
        self.parts, self.cast, self.keeps_end = parts, cast, keeps_end
        self._lay_out()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        line, width = y + int(self.scroll_offset.y), self.size.width
        if 0 <= line < len(self._strips):
            return self._strips[line].crop_extend(0, width, self.rich_style)
        return Strip.blank(width, self.rich_style)

    def _lay_out(self) -> None:
        if not self.is_mounted or not self.size:
            return
        width = max(self.scrollable_content_region.width, 2)
        self._strips = [
            strip_of(line, width, self.rich_style)
            for part in self.parts
            for line in wrap(self._runs(part), width)
        ]
        if self.keeps_end:
            self._leave_out(self.scrollable_content_region.height)
        self.virtual_size = Size(width, len(self._strips))
        self.refresh()

    def _leave_out(self, room: int) -> None:
        blank = next((at for at, one in enumerate(self._strips) if not one.text.strip()), 0)
        more = len(self._strips) - room
        if room > blank + 1 and more > 0:
            del self._strips[blank + 1 : blank + 1 + more]

    def _runs(self, part: Part) -> list[Run]:
        dark = self.app.current_theme.dark
        if isinstance(part, Entry):
            return runs_of(part, self._style, name_style(part.speaker, self.cast, dark))
        runs = [Run(printable(part.text[:LONGEST]), self._style(part.kind))]
        if part.name:
            runs.insert(0, Run(f"{printable(part.name)}  ", name_style(part.name, self.cast, dark)))
        return runs

    def _style(self, part: str) -> Style:
        return ink(self.get_component_rich_style(f"preview--{part}"))
