"""The knowledge of a scene and its roles, a file a row, with the entries of its lorebooks; each is
switched on or off by a key."""

from collections.abc import Iterator
from pathlib import Path
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
from scenes.table.lore import LoreRow
from tui.paint import printable

KEYS = N_(
    "Space switches · → entries · ← files · what was told already stays until it scrolls out · "
    "Esc closes"
)
Row = tuple[Path, LoreRow | None]
"""A file, or an entry of it."""


class LoreScreen(ModalScreen[None]):
    """Switches the files of knowledge of a table, and the entries of its lorebooks."""

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
        Binding("right", "open(True)", "Entries", id="lore.entries", priority=True),
        Binding("left", "open(False)", "Files", id="lore.files", priority=True),
    ]

    def __init__(self, table: Table, opened: Path | None = None) -> None:
        """`opened` is a file whose entries are shown."""
        super().__init__()
        self.table = table
        self.files = table.play.knowledge_paths()
        self.entries: dict[Path, list[LoreRow]] = {}
        """The entries of the files that are opened."""
        self.rows: list[Row] = []
        self._first = opened

    def compose(self) -> ComposeResult:
        with Vertical(id="lore-panel"):
            yield OptionList(id="lore-files")
            yield Static(Content(_(KEYS)), id="lore-keys")

    def on_mount(self) -> None:
        files = self.query_one(OptionList)
        files.border_title = Content(_("Knowledge"))
        self._show(0)
        files.focus()
        if self._first is not None:
            self._open(self._first)

    def _show(self, at: int) -> None:
        files = self.query_one(OptionList)
        files.clear_options()
        self.rows = list(self._rows())
        files.add_options(Option(self._told(*row)) for row in self.rows)
        files.highlighted = min(at, len(self.rows) - 1)

    def _rows(self) -> Iterator[Row]:
        for path, __ in self.files:
            yield path, None
            yield from ((path, row) for row in self.entries.get(path, ()))

    def _told(self, path: Path, row: LoreRow | None) -> Content:
        """A row as it is shown; an entry of a file that is off is off with it."""
        play = self.table.play
        off = play.is_off(path)
        if row is None:
            owner = dict(self.files)[path]
            name, behind = path.name, printable(owner) if owner else _("the scene")
        else:
            off = off or play.is_entry_off(path, row.id)
            name, behind = row.name, printable(row.text)
        return Content.assemble(
            "   " if row else "",
            "○ " if off else "● ",
            (printable(name), "dim" if off else ""),
            (f"  {_('off')}" if off else "", "$text-warning"),
            (f"  {behind}", "dim"),
        )

    def action_open(self, entries: bool) -> None:
        """Show the entries of the lit file, or only the files again."""
        path, row = self._lit
        if entries and row is None:
            self._open(path)
        elif not entries and self.entries.pop(path, None) is not None:
            self._show(self._at(path))

    def _open(self, path: Path) -> None:
        try:
            self.entries[path] = self.table.lore_entries(path)
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._show(self._at(path) + 1)

    def _at(self, path: Path) -> int:
        return list(self._rows()).index((path, None))

    @property
    def _lit(self) -> Row:
        return self.rows[self.query_one(OptionList).highlighted or 0]

    @on(OptionList.OptionSelected)
    def action_switch(self) -> None:
        at, play = self.query_one(OptionList).highlighted or 0, self.table.play
        path, row = self._lit
        try:
            if row is None:
                self.table.switch_file(path, play.is_off(path))
            else:
                self.table.switch_entry(path, row.id, play.is_entry_off(path, row.id))
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
        self._show(at)
