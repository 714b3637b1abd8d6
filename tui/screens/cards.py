"""Character cards before they are imported: what they become, a name, and whether one narrates."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from base.errors import KnownError
from base.messages import N_, _
from characters.cards.mapping import Mode
from scenes.files.cards import report_of
from scenes.files.importing import OpenedCards, opened_cards
from tui.failures import problems_of
from tui.paint import printable
from tui.reported import report_lines
from tui.widgets.field import Field

MODES: dict[Mode | None, str] = {
    None: N_("as the card says"),
    "person": N_("one of the cast"),
    "narrator": N_("tells the story"),
}


class CardsScreen(ModalScreen[OpenedCards | None]):
    """Gives the characters that are to be imported, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Import", id="cards.go"),
        Binding("escape", "back", "Back", id="cards.back"),
        Binding("n", "name", "Name", id="cards.name"),
        Binding("m", "mode", "Person or narrator", id="cards.mode"),
    ]

    def __init__(self, cards: OpenedCards) -> None:
        super().__init__()
        self.cards = cards
        self.called = ""
        self.mode: Mode | None = None
        self.lines: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="import"):
            with VerticalScroll(id="page"):
                yield Static(id="become")
            yield Field(id="role")
            yield Static(
                Content(_("Enter imports · n another name · m person or narrator · Esc back")),
                classes="keys",
            )

    def on_mount(self) -> None:
        page, name = self.query_one("#page"), self.query_one(Input)
        page.border_title = Content(printable(self.cards.path.name))
        name.border_title = Content(_("What is the character called here?"))
        name.display = False
        page.focus()
        self._show()

    def _show(self) -> None:
        lines: list[str] = []
        for one in self.cards.imports:
            lines.append(one.sheet.name)
            if one.path.exists():
                replaces = _("replaces {file}, which is there already", file=one.path.name)
                lines.append(f"  {replaces}")
            lines += report_lines(report_of(one))[1:]
        self.lines = lines
        self.query_one("#become", Static).update(Content("\n".join(map(printable, lines))))
        self.query_one("#page").border_subtitle = Content(_(MODES[self.mode]))

    def _change(self, called: str, mode: Mode | None) -> None:
        """Show what the cards become with another name or mode, if that can be."""
        try:
            self.cards = opened_cards(self.cards.path, self.cards.importer, called, mode)
        except KnownError as error:
            problem = printable(problems_of(error)[0])
            self.notify(problem, severity="warning", markup=False)
            return
        self.called, self.mode = called, mode
        self._show()

    def action_name(self) -> None:
        """Ask for another name."""
        name = self.query_one(Input)
        name.value = self.called or self.cards.imports[0].sheet.name
        name.display = True
        name.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        self._end_naming()
        self._change(event.value.strip(), self.mode)

    def _end_naming(self) -> None:
        self.query_one(Input).display = False
        self.query_one("#page").focus()

    def action_mode(self) -> None:
        """The next of the modes."""
        modes = list(MODES)
        self._change(self.called, modes[(modes.index(self.mode) + 1) % len(modes)])

    def action_go(self) -> None:
        if not self.query_one(Input).display:
            self.dismiss(self.cards)

    def action_back(self) -> None:
        """Esc: stop naming, else leave."""
        if self.query_one(Input).display:
            self._end_naming()
        else:
            self.dismiss(None)
