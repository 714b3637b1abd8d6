"""The lists of the start as they are shown: scenes, sessions, characters, each read beside that."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static

from base.messages import _
from tui.failures import problems_of
from tui.faults import line_of
from tui.loaded_model import LoadedModel
from tui.model_options import Choice
from tui.paint import printable
from tui.screens.start_characters import Characters
from tui.screens.start_rows import Hint, Section, Told
from tui.screens.start_scenes import Scenes
from tui.screens.start_sessions import Sessions
from tui.widgets.field import Field
from tui.widgets.message_line import MessageLine
from tui.widgets.preview import Preview, Words
from tui.widgets.rows import Rows
from tui.widgets.status import Status

PAUSE = 0.04
"""Seconds that a row is lit before it is read: who holds an arrow down reads none of them."""
LONGEST_QUERY = 60


class StartLists(Screen[None]):
    """Shows one list at a time, what is told of its lit row, and how the model is doing."""

    CSS_PATH = "start.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012

    @dataclass
    class ListRead(Message):
        """All of a list was read, or could not be."""

        section: Section
        read: object
        problem: str = ""

    @dataclass
    class RowRead(Message):
        """What is told of a row."""

        section: str
        id: str
        told: Told

    def __init__(self, model: LoadedModel, choice: Choice | None = None) -> None:
        super().__init__()
        self.model = model
        self.scenes = Scenes(choice or Choice())
        self.sessions, self.characters = Sessions(), Characters()
        self.sections: tuple[Section, ...] = (self.scenes, self.sessions, self.characters)
        self.section: Section = self.scenes
        self._told: dict[tuple[str, str], Told] = {}
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("paotuan 跑团", "bold")), id="title")
        yield Static(id="tabs")
        yield Field(id="search", max_length=LONGEST_QUERY, placeholder=_("title, name, pinyin…"))
        with Container(id="body"):
            yield Rows(id="rows")
            yield Preview(id="lit")
        yield Static(id="keys")
        yield MessageLine(id="message")
        yield Status(id="status")

    def on_mount(self) -> None:
        self.query_one("#search").display = False
        self.query_one(Rows).focus()
        self.model_changed()

    def on_screen_resume(self) -> None:
        for section in self.sections:
            section.glimpse()
        self.show_rows()
        self.call_after_refresh(self.read_again)

    def on_resize(self) -> None:
        self._show_hints()

    def model_changed(self) -> None:
        """Tell how the model is doing."""
        backend = self.model.backend
        state = _("loading the model…") if self.model.loading else self.model.problem
        self.query_one(Status).show(
            state or (_("Model ready: {name}", name=backend.name) if backend else "")
        )

    # --- what is shown ---

    @property
    def lit_id(self) -> str:
        return self.query_one(Rows).lit_id

    @property
    def query_text(self) -> str:
        return self.query_one("#search", Input).value

    def show_rows(self) -> None:
        """Show the list as it is known, with the row lit that was."""
        section = self.section
        section.rows_shown = section.rows(self.query_text)
        nothing = _("Nothing fits; Esc clears the search") if self.query_text else section.nothing
        lit = "" if self.query_text else section.lit
        self.query_one(Rows).show(section.rows_shown, lit, nothing)
        self._show_tabs()
        self._show_hints()
        self._tell_lit()

    def read_again(self) -> None:
        """Read all the lists anew, beside what is shown."""
        self._told.clear()
        self._read_all(self.sections)

    def refuse(self, error: BaseException) -> None:
        """Say in one line why something cannot be done."""
        self.notify(printable(problems_of(error)[0]), severity="error", markup=False)

    def _show_tabs(self) -> None:
        parts: list[str | tuple[str, str]] = [" "]
        for section in self.sections:
            many = "" if section.many is None else f" {section.many}"
            lit = section is self.section
            parts += [(f" {section.title}{many} ", "bold reverse" if lit else ""), " "]
        parts.append((" ← → Tab", "dim"))
        self.query_one("#tabs", Static).update(Content.assemble(*parts))

    def _show_hints(self) -> None:
        hints: tuple[Hint, ...] = tuple(self.section.hints)
        if self.focused and self.focused.id == "search":
            hints = (
                ("Enter", _("opens the lit one")),
                ("↓", _("to the list, where letters are commands")),
                ("Esc", _("clears")),
            )
        line = Content("")
        for key, words in hints:
            more = Content.assemble((key, "bold $text"), f" {words}")
            longer = Content.assemble(line, "  ", more) if line.plain else more
            if cell_len(longer.plain) > max(self.size.width - 4, 10):
                break
            line = longer
        self.query_one("#keys", Static).update(line)

    # --- reading beside what is shown ---

    @work(thread=True, exclusive=True, group="start-lists")
    def _read_all(self, sections: tuple[Section, ...]) -> None:
        for section in sections:
            try:
                self.post_message(self.ListRead(section, section.read()))
            except Exception as error:
                self.post_message(self.ListRead(section, None, line_of(error)))

    @on(ListRead)
    def _take_list(self, event: ListRead) -> None:
        if event.problem:
            self.notify(printable(event.problem), severity="error", markup=False)
            return
        event.section.take(event.read)
        if event.section is self.section:
            rows = self.section.rows(self.query_text)
            if rows != self.section.rows_shown:
                self.section.lit = self.lit_id or self.section.lit
                self.show_rows()
                return
            self._tell_lit()
        self._show_tabs()

    @on(OptionList.OptionHighlighted, "#rows")
    def _lit(self, event: OptionList.OptionHighlighted) -> None:
        if event.option.id == self.lit_id:
            if not self.query_text:
                self.section.lit = self.lit_id
            self._tell_lit()

    def _tell_lit(self) -> None:
        """Show what is told of the lit row: at once where it is known, else when it was read."""
        key = (self.section.name, self.lit_id)
        if self._waiting:
            self._waiting.stop()
        if told := self._told.get(key):
            self._tell(told)
        elif key[1]:
            self._waiting = self.set_timer(PAUSE, lambda: self._read_row(self.section, key[1]))
        else:
            self._tell(Told())

    def _tell(self, told: Told) -> None:
        self.query_one(Preview).show(told.parts, told.cast, told.keeps_end)

    @work(thread=True, exclusive=True, group="start-row")
    def _read_row(self, section: Section, id: str) -> None:
        try:
            told = section.told(id)
        except Exception as error:
            told = Told([Words(line_of(error), "wrong")])
        self.post_message(self.RowRead(section.name, id, told))

    @on(RowRead)
    def _take_row(self, event: RowRead) -> None:
        self._told[event.section, event.id] = event.told
        if (event.section, event.id) == (self.section.name, self.lit_id):
            self._tell(event.told)
