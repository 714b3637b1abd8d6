"""The knowledge of a scene and its roles, a file a row, each switched on or off by a key."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import N_, _
from scenes.table.controller import Table
from tui.paint import printable

KEYS = N_("Space switches · what was told already stays until it scrolls out · Esc closes")


class LoreScreen(ModalScreen[None]):
    """Switches the files of knowledge of a table."""

    DEFAULT_CSS = """
    LoreScreen { align: center middle; }
    #lore-panel { width: 90%; max-width: 80; height: auto; max-height: 95%; }
    #lore-files {
        height: auto; max-height: 18; border: round $primary; padding: 0 1; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    #lore-keys { padding: 0 2; background: $surface; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back", id="lore.back"),
        Binding("space", "switch", "On or off", id="lore.switch", priority=True),
    ]

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self.files = table.play.knowledge_paths()

    def compose(self) -> ComposeResult:
        with Vertical(id="lore-panel"):
            yield OptionList(id="lore-files")
            yield Static(Content(_(KEYS)), id="lore-keys")

    def on_mount(self) -> None:
        files = self.query_one(OptionList)
        files.border_title = Content(_("Knowledge"))
        self._show(0)
        files.focus()

    def _show(self, at: int | None) -> None:
        files = self.query_one(OptionList)
        files.clear_options()
        for path, owner in self.files:
            off = self.table.play.is_off(path)
            whose = printable(owner) if owner else _("the scene")
            files.add_option(
                Option(
                    Content.assemble(
                        "○ " if off else "● ",
                        (printable(path.name), "dim" if off else ""),
                        (f"  {whose}", "dim"),
                        (f"  {_('off')}" if off else "", "$text-warning"),
                    )
                )
            )
        files.highlighted = at

    @on(OptionList.OptionSelected)
    def action_switch(self) -> None:
        at = self.query_one(OptionList).highlighted or 0
        path = self.files[at][0]
        try:
            self.table.switch_file(path, self.table.play.is_off(path))
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
        self._show(at)
