"""A form on the screen: fields one below the other, what each is for, and the file as it will read.

Whatever is typed is kept as a draft, however the form is left; it is offered again the next time.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import OptionList, Static, TextArea

from base.errors import KnownError
from base.messages import _
from base.text import is_blank
from base.writing import reason
from scenes.files import forms
from scenes.files.forms import Field, Form
from tui.failures import Known, problems_of
from tui.paint import printable

PAUSE = 0.3
"""Seconds after the last key, after which the fields are checked and kept."""
Then = Literal["play", "edit", "leave"]


class FieldArea(TextArea):
    """One field; a single-line one has no line breaks in it."""

    def __init__(self, field: Field, text: str) -> None:
        super().__init__(
            text, id=f"field-{field.name}", soft_wrap=True, tab_behavior="focus", compact=True
        )
        self.field = field
        self.border_title = Content(_(field.title))
        self.styles.height = field.rows + 2

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self.field.rows == 1:
            event.stop()
            event.prevent_default()
            self.screen.focus_next()
            return
        await super()._on_key(event)


class SavedScreen(ModalScreen[Then]):
    """Where the file lies, and what can be done with it now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,p", "play", "Play", id="saved.play"),
        Binding("e", "dismiss('edit')", "Edit", id="saved.edit"),
        Binding("escape", "dismiss('leave')", "Back", id="saved.back"),
    ]
    DEFAULT_CSS = "SavedScreen { align: center middle; }"

    def __init__(self, path: Path, playable: bool) -> None:
        super().__init__()
        self.path, self.playable = path, playable

    def compose(self) -> ComposeResult:
        keys = _("e opens it in your editor · Esc back to the start")
        if self.playable:
            keys = _("Enter plays it now · e opens it in your editor · Esc back to the start")
        page = VerticalScroll(
            Static(Content("\n".join((printable(str(self.path)), "", keys)))), id="page"
        )
        page.border_title = Content(_("Written"))
        yield page

    def action_play(self) -> None:
        if self.playable:
            self.dismiss("play")


class ChooseScreen(ModalScreen[str | None]):
    """One of the characters of the library."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="choose.back")
    ]
    DEFAULT_CSS = "ChooseScreen { align: center middle; }"

    def __init__(self, names: list[tuple[str, str]]) -> None:
        """`names` are files and what their characters are called."""
        super().__init__()
        self.names = names

    def compose(self) -> ComposeResult:
        rows = [f"{printable(name)}  @{printable(file)}" for file, name in self.names]
        options = OptionList(*map(Content, rows), id="roles")
        options.border_title = Content(_("Who joins the cast?"))
        yield options

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        file, name = self.names[event.option_index]
        self.dismiss(f"{name} @{file}")


class FormScreen(Screen[Path | None]):
    """Fills in a form; gives the file that was written, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Write the file", id="form.save", priority=True),
        Binding("f2", "preview", "Preview", id="form.preview"),
        Binding("ctrl+n", "anew", "Begin anew", id="form.anew", priority=True),
        Binding("ctrl+o", "choose", "Characters", id="form.choose", priority=True),
        Binding("escape", "leave", "Back", id="form.leave"),
    ]
    CSS_PATH = "form.tcss"

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form
        self.wrong: list[tuple[str, str]] = []
        self._waiting: Timer | None = None
        self._written: Path | None = None
        self._draft = forms.kept(form)
        self._last: dict[str, str] = dict(self._draft)
        """What stood in the fields last, for when they are gone."""

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble((self.heading, "bold")), id="title")
        with VerticalScroll(id="fields", can_focus=False):
            for field in self.form.fields:
                yield FieldArea(field, self._draft.get(field.name, ""))
        with VerticalScroll(id="file"):
            yield Static(id="text")
        yield Static(id="about")
        yield Static(Content(self.keys), id="keys")

    @property
    def heading(self) -> str:
        return ""

    @property
    def keys(self) -> str:
        return _("Tab next · F2 preview · Ctrl+S write · Esc back, all is kept")

    def on_mount(self) -> None:
        self.query_one("#file").display = False
        self.query(FieldArea).first().focus()
        self.check()
        if self._draft:
            self.notify(_("What you had begun is here again; Ctrl+N begins anew"), markup=False)

    @property
    def values(self) -> dict[str, str]:
        return {area.field.name: area.text for area in self.query(FieldArea)}

    # --- while it is filled in ---

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        if isinstance(event.text_area, FieldArea):
            self._last[event.text_area.field.name] = event.text_area.text
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(PAUSE, self.check)

    def check(self) -> None:
        """Look at all fields: what is wrong with them, and how the file will read; keep them."""
        values = self.values
        self.wrong = forms.problems_of(self.form, values)
        wrong = {name for name, __ in self.wrong}
        for area in self.query(FieldArea):
            is_wrong = area.field.name in wrong and not is_blank(area.text)
            area.set_class(is_wrong, "wrong")
        self._show_about()
        self.query_one("#text", Static).update(self._file(values))
        self._keep(values)

    def _keep(self, values: dict[str, str]) -> None:
        try:
            if self._written is None:
                forms.keep(self.form, values)
        except OSError as error:
            problem = _("the draft cannot be kept: {reason}", reason=reason(error))
            self.notify(problem, severity="error", markup=False)

    def _file(self, values: dict[str, str]) -> Content:
        """What is wrong, and below it the file as it will read."""
        text = "\n".join(map(printable, forms.yaml_of(self.form, values).split("\n")))
        problems = "".join(f"✗ {printable(problem)}\n" for __, problem in self.wrong)
        return Content.assemble((problems and f"{problems}\n", "$text-error"), text)

    def on_descendant_focus(self) -> None:
        self._show_about()

    def _show_about(self) -> None:
        """What the field is for that is being written, or what is wrong with it."""
        about = self.query_one("#about", Static)
        if not isinstance(area := self.focused, FieldArea):
            about.update("")
            return
        said = [problem for name, problem in self.wrong if name == area.field.name]
        is_wrong = bool(said) and not is_blank(area.text)
        about.set_class(is_wrong, "wrong")
        about.update(Content(printable(said[0] if is_wrong else _(area.field.about))))

    # --- what can be done ---

    def action_preview(self) -> None:
        """Show the file as it will read, or the fields again."""
        self.check()
        file, fields = self.query_one("#file"), self.query_one("#fields")
        file.display = not file.display
        fields.display = not file.display
        (file if file.display else self.query(FieldArea).first()).focus()

    def action_anew(self) -> None:
        """Empty all fields; Ctrl+Z in each brings its text back."""
        for area in self.query(FieldArea):
            if area.text:
                area.replace("", (0, 0), area.document.end)
        self.check()

    def action_choose(self) -> None:
        """Nothing to choose from, unless a form says so."""

    def action_save(self) -> None:
        self.check()
        if self.wrong:
            name, problem = self.wrong[0]
            self.notify(problem, severity="error", markup=False)
            for area in self.query(FieldArea):
                if area.field.name == name:
                    area.focus()
            return
        try:
            self._written = forms.save(self.form, self.values)
        except Known as error:
            self.notify(problems_of(error)[0], severity="error", markup=False)
            return
        self.dismiss(self._written)

    def action_leave(self) -> None:
        file = self.query_one("#file")
        if file.display:
            self.action_preview()
            return
        self.dismiss(None)

    def on_unmount(self) -> None:
        """Keep what stands there, on whatever way out."""
        if self._written is None:
            with suppress(OSError):
                forms.keep(self.form, self._last)


def characters() -> Iterator[tuple[str, str]]:
    """The files of the library that read, and what their characters are called."""
    from characters.profile import load, names

    for file in names():
        try:
            yield file, load(file).name
        except KnownError:
            continue
