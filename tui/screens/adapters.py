"""Which adapter each role's lines are drawn with: first the role, then the adapter."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import _
from scenes.adapters import adapter_names
from scenes.scene import BASE_ALONE
from scenes.table.play import Play
from tui.adapter_choice import told
from tui.paint import printable

if TYPE_CHECKING:
    from tui.app import PaotuanApp


class AdaptersScreen(ModalScreen[None]):
    """Closes when the model is being opened with what was chosen."""

    DEFAULT_CSS = """
    AdaptersScreen { align: center middle; }
    #adapters {
        width: 80%; max-width: 72; height: auto; min-height: 3; max-height: 80%; padding: 0 1;
        border: round $primary; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="adapters.back"),
    ]

    def __init__(self, play: Play) -> None:
        super().__init__()
        self.play = play
        self.role = ""
        """Whose adapter is being chosen."""

    def compose(self) -> ComposeResult:
        yield OptionList(id="adapters")

    def on_mount(self) -> None:
        self._show_roles()

    def _show_roles(self) -> None:
        self.role = ""
        rows = [f"{role.name}  →  {told(role)}" for role in self.play.scene.cast]
        self._show(_("Whose lines? Enter chooses · Esc closes"), rows)

    def _show(self, title: str, rows: list[str]) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(Content(printable(row))) for row in rows])
        options.border_title = Content(printable(title))
        options.highlighted = 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if not self.role:
            self.role = self.play.scene.cast[event.option_index].name
            title = _("Which adapter speaks for {name}? Esc goes back", name=self.role)
            self._show(title, [_("none"), *adapter_names()])
            return
        adapter = BASE_ALONE if event.option_index == 0 else adapter_names()[event.option_index - 1]
        try:
            cast("PaotuanApp", self.app).use_adapter(self.role, adapter)
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.dismiss(None)

    def action_back(self) -> None:
        """Esc: back to the roles, else close."""
        if self.role:
            self._show_roles()
        else:
            self.dismiss(None)
