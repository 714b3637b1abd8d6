"""What is wrong with a file that comes from an editor, and what is to be done about it."""

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import _
from tui.paint import printable

if TYPE_CHECKING:
    from tui.editing import Edited

Then = Literal["again", "back", "leave"]


class EditedScreen(ModalScreen[Then]):
    """The first problems of a file; edit it again, put the former version back, or leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "dismiss('again')", "Edit again", id="edited.again"),
        Binding("b", "back", "The former version", id="edited.back"),
        Binding("escape", "dismiss('leave')", "Leave it", id="edited.leave"),
    ]
    DEFAULT_CSS = "EditedScreen { align: center middle; }"

    def __init__(self, edited: "Edited") -> None:
        super().__init__()
        self.edited = edited

    def compose(self) -> ComposeResult:
        keys = _("Enter edits again · Esc leaves it as it is")
        if self.edited.former is not None:
            keys = _("Enter edits again · b puts the former version back · Esc leaves it as it is")
        lines = [*map(printable, self.edited.problems), "", keys]
        page = VerticalScroll(Static(Content("\n".join(lines))), id="page")
        page.border_title = Content(_("This does not read yet"))
        yield page

    def action_back(self) -> None:
        if self.edited.former is not None:
            self.dismiss("back")
