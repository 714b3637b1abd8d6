"""Exporting: which format, and where to; a file that is there is never written over."""

from pathlib import Path
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
from base.folders import shown_path
from base.messages import _
from scenes.table.session import Session
from tui.exporting import FORMATS, Format, proposed, target_of
from tui.exporting import default_folder as folder_now
from tui.paint import printable
from tui.screens.importing import PathSuggester
from tui.widgets.field import Field


class ExportScreen(ModalScreen[tuple[Format, Path] | None]):
    """Gives the format and the new file, or nothing."""

    CSS_PATH = "find.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="export.back"),
        Binding("tab", "turn", "Format or file", id="export.turn", priority=True),
    ]

    def __init__(self, session: Session, browser: bool = False) -> None:
        """In a browser, what is written is downloaded, and no place is asked for."""
        super().__init__()
        self.session = session
        self.browser = browser

    def compose(self) -> ComposeResult:
        with Vertical(id="export"):
            rows = [Option(_row(one), one.name) for one in FORMATS.values()]
            formats = OptionList(*rows, id="formats", compact=True)
            formats.border_title = Content(_("Export this session"))
            yield formats
            if not self.browser:
                place = Field(id="path", suggester=PathSuggester())
                place.border_title = Content(_("To this new file"))
                yield place
            yield Static(id="told")
            keys = _("Enter writes it · Esc back")
            if not self.browser:
                keys = _("↑↓ format · Tab file · Enter writes it · Esc back")
            yield Static(Content(keys), classes="keys")

    def on_mount(self) -> None:
        formats = self.query_one("#formats", OptionList)
        formats.highlighted = list(FORMATS).index("html")
        formats.focus()

    @property
    def form(self) -> Format:
        at = self.query_one("#formats", OptionList).highlighted
        return list(FORMATS.values())[at or 0]

    @on(OptionList.OptionHighlighted, "#formats")
    def _propose(self) -> None:
        """Name a file for the format that is lit, in the folder that is written there."""
        if self.browser:
            return
        place = self.query_one("#path", Input)
        folder = Path(place.value).expanduser().parent if place.value else folder_now()
        place.value = shown_path(proposed(self.session, self.form, folder))
        self._tell("")

    def action_turn(self) -> None:
        if not self.browser:
            self.focus_next()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected, "#formats")
    def _write(self) -> None:
        form = self.form
        if self.browser:
            self.dismiss((form, Path(proposed(self.session, form, Path()).name)))
            return
        place = self.query_one("#path", Input).value
        try:
            self.dismiss((form, target_of(self.session, form, place)))
        except KnownError as error:
            self._tell(str(error))

    def _tell(self, text: str) -> None:
        told = self.query_one("#told", Static)
        told.set_class(bool(text), "wrong")
        told.update(Content(printable(text)))


def _row(form: Format) -> Content:
    return Content.assemble((f"{form.name:<12}", "bold"), _(form.help))
