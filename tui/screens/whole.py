"""One candidate with all that it says, above the table."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import _
from scenes.table.hand import Hand
from tui.paint import printable


class WholeScreen(ModalScreen[None]):
    """Shows the text of a place, and why it stands there; it scrolls, and any of its keys closes
    it."""

    DEFAULT_CSS = "WholeScreen .why { color: $text-muted; margin-top: 1; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,v,enter", "dismiss(None)", "Back", id="whole.back")
    ]

    def __init__(self, hand: Hand, place: int) -> None:
        super().__init__()
        self.hand, self.place = hand, place

    def compose(self) -> ComposeResult:
        place = self.hand.places[self.place]
        with VerticalScroll(id="page") as page:
            page.border_title = Content(
                _(
                    "{number} · {name}",
                    number=self.place + 1,
                    name=printable(self.hand.speaker.name),
                )
            )
            page.border_subtitle = Content(_("Esc closes"))
            yield Static(Content(printable(place.text)))
            if why := self.hand.why(self.place):
                yield Static(Content(why), classes="why")
