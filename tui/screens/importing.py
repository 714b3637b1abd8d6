"""Import in the program: a path is asked for, the file looked at, and what it holds shown."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Static

from base.messages import _
from tui.failures import Known, problems_of
from tui.importing import Found, FoundCards, FoundLogs, import_cards, look_at, typed_path
from tui.paint import printable

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


class PathScreen(ModalScreen[Found | None]):
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
                        "character card (PNG, JSON, CHARX), or a chat (SillyTavern, Kobold, …)"
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
        try:
            found = look_at(path)
        except Known as error:
            self.app.call_from_thread(self._tell, problems_of(error)[0], True)
        else:
            self.app.call_from_thread(self._found, found)

    def _found(self, found: Found) -> None:
        if self.is_current:
            self.dismiss(found)

    def _tell(self, text: str, wrong: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.set_class(wrong, "wrong")
        told.update(Content(printable(text)))


class ToldScreen(ModalScreen[bool]):
    """Lines to read; gives whether the person goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "dismiss(True)", "Go on", id="told.go"),
        Binding("escape", "dismiss(False)", "Back", id="told.back"),
    ]

    def __init__(self, lines: list[str], title: str, keys: str) -> None:
        super().__init__()
        self.lines, self.heading, self.keys = lines, title, keys

    def compose(self) -> ComposeResult:
        page = VerticalScroll(Static(Content("\n".join(map(printable, self.lines)))), id="page")
        page.border_title = Content(printable(self.heading))
        page.border_subtitle = Content(printable(self.keys))
        yield page


async def ask_import(app: App[None]) -> "Path | Scene | None":
    """Import what the person names; the session or the scene that they want to go on with."""
    found = await app.push_screen_wait(PathScreen())
    if found is None:
        return None
    try:
        if isinstance(found, FoundLogs):
            from tui.screens.players import PlayersScreen

            return await app.push_screen_wait(PlayersScreen(found))
        if isinstance(found, FoundCards):
            return await _ask_cards(app, found)
        return await _ask_chat(app, found.path)
    except Known as error:
        app.notify(printable(problems_of(error)[0]), severity="error", markup=False, timeout=15)
        return None


async def _ask_cards(app: App[None], found: FoundCards) -> "Scene | None":
    lines: list[str] = []
    for one in found.imports:
        replaced = (
            f"  {_('replaces {0}, which is there already', one.path.name)}"
            if one.path.exists()
            else ""
        )
        lines += [f"{one.sheet.name}{replaced}", *(f"  {line}" for line in one.taken())]
    lines += found.imports[0].source.warnings
    if not await app.push_screen_wait(
        ToldScreen(lines, found.path.name, _("Character card · Enter imports · Esc back"))
    ):
        return None
    scene = import_cards(found)
    written = [str(one.path) for one in found.imports] + [str(scene.path)]
    done = ToldScreen(written, found.path.name, _("Enter begins: {0}", scene.title))
    return scene if await app.push_screen_wait(done) else None


async def _ask_chat(app: App[None], path: Path) -> Path | None:
    from scenes.files.chats import import_chat
    from scenes.table.session_list import find_session

    report = import_chat(path)
    lines = [report.told(), *report.notices, *report.places]
    done = ToldScreen(lines, path.name, _("It is a session now; Enter opens it"))
    return find_session(report.session) if await app.push_screen_wait(done) else None
