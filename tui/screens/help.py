"""All keys, the log's forms and the commands, each from where it is laid down; typing filters."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from base.messages import N_, _
from scenes.table.command_words import command_help
from tui.paint import printable
from tui.settings import settings
from tui.table_keys import ALWAYS, CANDIDATES, LAWS, SAID, WRITING, Laws
from tui.table_state import Law, key_name
from tui.widgets.field import Field

FORMS = (
    (N_("plain text"), N_("your role says it")),
    (r"\me …", N_(r"does: \me pushes the door open")),
    ("（…）", N_("thinks: （Something is wrong.） May follow a speech")),
    ("【…】", N_("tells: 【The lamp goes out.】")),
    (r"… \emoji …", N_("a feeling, beside what is written; Tab is the next one, Ctrl+G none")),
    (N_("Name: …"), N_("speaks for another role")),
    ("~ …", N_("tells the director what happens in the next line drawn; ~ alone takes it back")),
    (N_("@NAME text"), N_("whisper: they alone hear it; @ONE@TWO for several")),
    (N_("Space"), N_("first, to begin a line with a digit while candidates lie there")),
)
"""How a line is written, and what it means."""


class Row(NamedTuple):
    """Something that can be pressed or written, and what it does."""

    keys: str
    words: str
    called: str = ""
    """What it is called on the screen."""

    def holds(self, wanted: str) -> bool:
        return wanted.casefold() in f"{self.keys} {self.words} {self.called}".casefold()


Section = tuple[str, list[Row]]


class HelpScreen(ModalScreen[None]):
    """A page that scrolls; what is typed leaves only the rows that hold it."""

    AUTO_FOCUS = "#wanted"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="help.back"),
        Binding("f1,enter", "dismiss(None)", "Close", id="help.close", priority=True),
        Binding("up", "scroll('up')", "Up", id="help.up", show=False),
        Binding("down", "scroll('down')", "Down", id="help.down", show=False),
        Binding("pageup", "scroll('page_up')", "Page up", id="help.page_up", show=False),
        Binding("pagedown", "scroll('page_down')", "Page down", id="help.page_down", show=False),
    ]

    def __init__(self, wanted: str = "") -> None:
        super().__init__()
        self._wanted = wanted.strip()
        self._sections: list[Section] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Field(self._wanted, placeholder=_("type to search"), compact=True, id="wanted")
            with VerticalScroll(id="help-rows", can_focus=False):
                yield Static(id="keys-page")

    def on_mount(self) -> None:
        frame = self.query_one("#help")
        frame.border_title = Content(_("Help"))
        frame.border_subtitle = Content(_("↑↓ PgUp PgDn scroll · Esc closes"))
        stack = self.app.screen_stack
        self._sections = list(sections(stack[-2] if len(stack) > 1 else self))
        self._show(self._wanted)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show(event.value.strip())

    def _show(self, wanted: str) -> None:
        """Show the rows that hold what is wanted, those of a heading that holds it all."""
        shown: list[Text | Table] = []
        for heading, rows in self._sections:
            whole = wanted.casefold() in heading.casefold()
            if held := [row for row in rows if whole or row.holds(wanted)]:
                shown += [Text(heading, "bold"), _table(held)]
        page = Group(*shown or [Text(_("No matches found"))])
        self.query_one("#keys-page", Static).update(page)
        self.query_one("#help-rows").scroll_home(animate=False)

    def action_back(self) -> None:
        """Show all again, where something is searched; else close."""
        wanted = self.query_one(Input)
        if wanted.value:
            wanted.value = ""
        else:
            self.dismiss(None)

    def action_scroll(self, where: str) -> None:
        rows = self.query_one("#help-rows")
        getattr(rows, f"scroll_{where}")(animate=False)


def _table(rows: Iterable[Row]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=22, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        table.add_row(Padding(Text(row.keys), (0, 0, 0, 2)), Text(row.words))
    return table


def sections(below: Screen[Any]) -> Iterator[Section]:
    """What can be done on the screen that lies below the help, and how lines are written."""
    others = list(_bound(below))
    if getattr(below, "takes_keys", None) is None:
        yield _("Here"), others
        others = []
    yield _("How a line is written"), [Row(_(form), _(words)) for form, words in FORMS]
    laws = Laws(settings().keys)
    yield _("While you write"), list(_rows(laws, WRITING))
    yield _("While the candidates have the keys"), list(_rows(laws, CANDIDATES))
    yield _("While a turn is lit"), list(_rows(laws, SAID))
    yield _("At any time"), [*_rows(laws, ALWAYS), *others]
    yield _("Commands"), [Row(form, words) for form, words in command_help()]


def _rows(laws: Laws, group: Iterable[Law]) -> Iterator[Row]:
    for law in group:
        keys = laws.keys(law)
        own = keys == law.names
        shown = law.shown if law.shown and own else " ".join(map(key_name, keys))
        yield Row(shown, _(law.words), _(law.hint) if law.hint else "")


def _bound(screen: Screen[object]) -> Iterator[Row]:
    """The keys of ours that a screen and the program have beside the laws."""
    lawful = {law.id for law in LAWS}
    keys: dict[str, list[str]] = {}
    for __, binding, enabled, ___ in screen.active_bindings.values():
        if enabled and binding.id and binding.id not in lawful and not binding.system:
            keys.setdefault(_(binding.tooltip or binding.description), []).append(
                key_name(binding.key)
            )
    for words, names in keys.items():
        yield Row(" ".join(dict.fromkeys(names)), printable(words))
