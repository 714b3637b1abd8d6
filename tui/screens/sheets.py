"""The sheets of the cast at this place of the branch: what has changed is marked, Enter changes."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import N_, _
from characters.sheets.values import told
from scenes.table.controller import Table
from scenes.table.sheets import SheetRow
from tui.paint import printable
from tui.sheet_lines import padded
from tui.widgets.field import Field

KEYS = N_("Enter changes · a adds · d takes out · Ctrl+Z undoes · Esc")
LONGEST = 300
"""Characters that are typed for a value."""
Row = tuple[str, SheetRow | None]
"""A role, and one of its values; none is its heading."""


class SheetsScreen(ModalScreen[None]):
    """Shows and changes the sheets of a table."""

    DEFAULT_CSS = """
    SheetsScreen { align: center middle; }
    #sheets-panel { width: 90%; max-width: 80; height: auto; max-height: 100%; }
    #sheets-rows {
        height: auto; min-height: 3; max-height: 18; border: round $primary; padding: 0 1;
        background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
    }
    #sheets-value { border: round $primary; height: 3; background: $surface; }
    #sheets-keys { padding: 0 2; background: $surface; color: $text-muted; }
    SheetsScreen.-short #sheets-rows { max-height: 8; }
    SheetsScreen.-short.asking #sheets-rows { max-height: 6; }
    SheetsScreen.-short.asking #sheets-keys { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2", "back", "Back", id="sheets.back"),
        Binding("a", "add", "Add a value", id="sheets.add"),
        Binding("d,delete", "drop", "Take a value out", id="sheets.drop"),
        Binding("ctrl+z", "undo", "Undo", id="sheets.undo"),
        Binding("ctrl+y", "redo", "Redo", id="sheets.redo"),
    ]

    def __init__(self, table: Table, role: str = "") -> None:
        """`role` is lit first, or else the person's own."""
        super().__init__()
        self.table = table
        self._first = role or table.play.session.role or ""
        self._rows: list[Row] = []
        self._asks: tuple[str, str] | None = None
        """The role and the value that are asked for; an empty value is a new one."""

    def compose(self) -> ComposeResult:
        with Vertical(id="sheets-panel"):
            yield OptionList(id="sheets-rows")
            yield Field(id="sheets-value", max_length=LONGEST)
            yield Static(Content(_(KEYS)), id="sheets-keys")

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        rows = self.query_one(OptionList)
        rows.border_title = Content(_("Character sheets"))
        self._show((self._first, ""))
        rows.focus()

    # --- showing ---

    def _show(self, lit: tuple[str, str]) -> None:
        """Show all rows, the one of that role and value lit, else that of the role."""
        session, rows = self.table.play.session, self.query_one(OptionList)
        self._rows = [
            (role.name, row)
            for role in session.scene.cast
            for row in (None, *session.sheets.rows(role.name, session.turns, session.head))
        ]
        rows.clear_options()
        rows.add_options([Option(self._content(*row)) for row in self._rows])
        at = [(role, row.key if row else "") for role, row in self._rows]
        named = [role for role, __ in self._rows]
        first = named.index(lit[0]) if lit[0] in named else 0
        rows.highlighted = at.index(lit) if lit in at else first

    def _content(self, role: str, row: SheetRow | None) -> Content:
        if row is not None:
            value = (printable(row.words), "bold $text-warning" if row.has_changed else "")
            mark = "* " if row.has_changed else "  "
            return Content.assemble(mark, (padded(printable(row.key)), "dim"), " ", value)
        session = self.table.play.session
        marks = [_("you")] if role == session.role else []
        if not session.sheet(role):
            marks.append(_("no values yet"))
        return Content.assemble((printable(role), "bold"), "  ", (" · ".join(marks), "dim"))

    @property
    def _lit(self) -> Row:
        at = self.query_one(OptionList).highlighted
        return self._rows[at or 0]

    # --- what the person does ---

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        role, row = self._lit
        if row is None:
            self.action_add()
        else:
            self._ask(role, row.key, "" if row.now is None else told(row.now))

    def action_add(self) -> None:
        """Ask for a value that the sheet of the lit role has not."""
        self._ask(self._lit[0], "", "")

    def _ask(self, role: str, key: str, value: str) -> None:
        field = self.query_one(Input)
        self._asks = (role, key)
        title = (
            _("{name} · {key}: 8, -3, +torch", name=role, key=key)
            if key
            else _("{name}: HP11 Spot60", name=role)
        )
        field.border_title = Content(printable(title))
        field.value = value
        field.display = True
        self.add_class("asking")
        field.focus()

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        role, key = self._asks or ("", "")
        text = event.value.strip()
        if not text:
            self._asked()
        elif key:
            self._do("set_sheet_value", role, key, text, lit=(role, key))
        else:
            self._do("add_values", role, text, lit=(role, ""))

    def action_drop(self) -> None:
        """Take the lit value out of its sheet."""
        role, row = self._lit
        if row is not None and row.now is not None:
            self._do("drop_value", role, row.key, lit=(role, row.key))

    def action_undo(self) -> None:
        """Take the last change of a sheet back; nothing that was said."""
        if self.table.play.session.change_to_undo is not None:
            self._do("undo")

    def action_redo(self) -> None:
        if self.table.play.session.change_to_redo is not None:
            self._do("redo")

    def _do(self, intention: str, *given: str, lit: tuple[str, str] | None = None) -> None:
        """Do it and show what is now; what cannot be done is told, and what was typed stays."""
        role, row = self._lit
        try:
            getattr(self.table, intention)(*given)
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._asked()
        self._show(lit or (role, row.key if row else ""))

    def _asked(self) -> None:
        """Nothing is asked for any more."""
        self._asks = None
        self.query_one(Input).display = False
        self.remove_class("asking")
        self.query_one(OptionList).focus()

    def action_back(self) -> None:
        """Esc: stop asking for a value, else close."""
        if self._asks is not None:
            self._asked()
        else:
            self.dismiss(None)
