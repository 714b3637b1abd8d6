"""Import in the program: a path is asked for, the file recognised, and what it holds shown."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, OptionList, Static

from base.folders import folders
from base.messages import _, _n
from scenes.files.books import book_name, write_book
from scenes.files.chats import import_chat
from scenes.files.importers import Importer
from scenes.files.importing import (
    Opened,
    OpenedBook,
    OpenedCards,
    OpenedSession,
    import_cards,
    opened,
)
from scenes.files.recognise import Recognised, recognise
from scenes.files.talks import OpenedChat, OpenedLogs
from scenes.table.session_list import find_session
from tui.failures import Known, problems_of
from tui.importing import typed_path
from tui.paint import printable
from tui.reported import likely, report_lines, title_of
from tui.screens.cards import CardsScreen
from tui.screens.players import PlayersScreen
from tui.screens.report import ReportScreen
from tui.web import is_guest

if TYPE_CHECKING:
    from scenes.scene import Scene

MOST_LISTED = 10_000
"""Files of a folder among which a path is completed."""


class PathSuggester(Suggester):
    """Completes the path of a file."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        if not value or value[0] in "'\"" or value.startswith("file:"):
            return None
        begun = value.rpartition("/")[2]
        try:
            folder = typed_path(value[: len(value) - len(begun)] or ".")
            entries = (
                entry for __, entry in zip(range(MOST_LISTED), folder.iterdir(), strict=False)
            )
            fitting = [
                one for one in entries if one.name.startswith(begun) and one.name.isprintable()
            ]
            if not begun:
                fitting = [one for one in fitting if not one.name.startswith(".")]
            best = min(fitting, key=lambda one: one.name, default=None)
            return (
                f"{value}{best.name[len(begun) :]}{'/' if best.is_dir() else ''}" if best else None
            )
        except (OSError, ValueError, RuntimeError):
            return None


class PathScreen(ModalScreen[Opened | None]):
    """Asks for a path until the file there is one that can be imported, or the person gives up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="import.back")
    ]

    def compose(self) -> ComposeResult:
        path = Input(id="path", suggester=PathSuggester())
        path.border_title = Content(_("Import: the path of a file"))
        with Vertical(id="import"):
            yield path
            yield Static(
                Content(
                    _(
                        "A table's log (SealDice, Dice!, OlivaDice, QQ, Foundry, CCFOLIA, …), a "
                        "character card (PNG, JSON, CHARX), a lorebook, or a chat "
                        "(SillyTavern, Kobold, …)"
                    )
                ),
                id="told",
            )
            yield Static(
                Content(_("Enter looks into it · → completes the path · Esc back")), classes="keys"
            )

    @on(Input.Submitted)
    def _look(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._tell(_("looking at it…"))
            self._look_at(typed_path(event.value))

    @work(thread=True, exclusive=True)
    def _look_at(self, path: Path) -> None:
        call = self.app.call_from_thread
        try:
            file = recognise(path)
            if not file.is_sure:
                call(self._ask, file)
                return
            content = opened(file)
        except Known as error:
            call(self._tell, problems_of(error)[0], True)
        else:
            call(self._go_on, content)

    @work
    async def _ask(self, file: Recognised) -> None:
        """Ask what a file is, and open it as that."""
        importer = await self.app.push_screen_wait(GuessScreen(file))
        if importer is None:
            self._tell(_("Enter looks into it · → completes the path · Esc back"))
        else:
            self._open(file.as_named(importer))

    @work(thread=True, exclusive=True)
    def _open(self, file: Recognised) -> None:
        try:
            content = opened(file)
        except Known as error:
            self.app.call_from_thread(self._tell, problems_of(error)[0], True)
        else:
            self.app.call_from_thread(self._go_on, content)

    def _go_on(self, content: Opened) -> None:
        if self.is_current:
            self.dismiss(content)

    def _tell(self, text: str, wrong: bool = False) -> None:
        line = self.query_one("#told", Static)
        line.set_class(wrong, "wrong")
        line.update(Content(printable(text)))


class GuessScreen(ModalScreen[Importer | None]):
    """Asks what a file is that may be several things."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="guess.back")
    ]

    def __init__(self, file: Recognised) -> None:
        super().__init__()
        self.file = file
        self.guesses = likely(file)

    def compose(self) -> ComposeResult:
        titles = [Content(title_of(guess.importer)) for guess in self.guesses]
        choices = OptionList(*titles, id="guesses", compact=True)
        choices.border_title = Content(_("What is {where}?", where=printable(self.file.path.name)))
        with Vertical(id="import"):
            yield choices
            yield Static(Content(_("Enter imports it as that · Esc back")), classes="keys")

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.guesses[event.option_index].importer)


async def ask_import(app: App[None]) -> "Path | Scene | None":
    """Import what the person names; the session or the scene that they want to go on with."""
    if is_guest():
        app.notify(_("Files of this machine are not opened over the network"), markup=False)
        return None
    content = await app.push_screen_wait(PathScreen())
    try:
        match content:
            case OpenedLogs() | OpenedChat():
                return await app.push_screen_wait(PlayersScreen(content))
            case OpenedCards():
                return await _ask_cards(app, content)
            case OpenedSession():
                return await _ask_session(app, content)
            case OpenedBook():
                await _ask_book(app, content)
    except Known as error:
        app.notify(printable(problems_of(error)[0]), severity="error", markup=False, timeout=15)
    return None


async def _ask_cards(app: App[None], cards: OpenedCards) -> "Scene | None":
    chosen = await app.push_screen_wait(CardsScreen(cards))
    if chosen is None:
        return None
    cards, scene = chosen, import_cards(chosen)
    written = [str(one.path) for one in cards.imports] + [str(scene.path)]
    keys = _("Enter begins: {title}", title=scene.title)
    done = ReportScreen(written, cards.path.name, keys)
    return scene if await app.push_screen_wait(done) else None


async def _ask_session(app: App[None], chat: OpenedSession) -> Path | None:
    reports = [import_chat(one, importer=chat.importer) for one in chat.chats]
    keys = _("It is a session now; Enter opens it")
    if len(reports) > 1:
        keys = _("They are sessions now; Enter opens the first")
    lines = [line for report in reports for line in report_lines(report)]
    done = ReportScreen(lines, chat.path.name, keys)
    return find_session(reports[0].session) if await app.push_screen_wait(done) else None


async def _ask_book(app: App[None], book: OpenedBook) -> None:
    folder = folders("characters")[1]
    target = folder / book_name(book.path, folder)
    lines = [
        _n("{n} entry", "{n} entries", len(book.book.entries)),
        _("It goes to {path}", path=target),
        _("A scene or a character that is to know it names it under `knowledge:`."),
    ]
    heading = _("Lorebook · Enter imports · Esc back")
    if await app.push_screen_wait(ReportScreen(lines, book.path.name, heading)):
        write_book(book.path, target, book.importer)
        app.notify(_("Saved: {path}", path=target), markup=False)
