"""The program on the screen: which screen is shown, and the model that is loaded behind it."""

import gc
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import constants, events, on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from base.errors import KnownError
from base.messages import _
from tui.failures import FAILED
from tui.loaded_model import LoadedModel
from tui.model_keeper import ModelKeeper
from tui.model_options import Choice
from tui.palette import commands_of, commands_of_table
from tui.preferences import settle_play
from tui.screens.start import StartScreen
from tui.terminal_events import InputFailed, NotUtf8, TerminalGone

if TYPE_CHECKING:  # the table and what it stands on are imported when somebody sits down
    from models.backend import Backend
    from scenes.table.play import Play
    from tui.screens.find import Place
    from tui.screens.table import TableScreen


HUNG_UP = 128 + 1
"""The exit status of a program whose terminal has gone, as shells tell a SIGHUP."""


class PaotuanApp(ModelKeeper):
    """Shows the start, or one play at the table."""

    TITLE = "paotuan"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", priority=True),
        Binding("f8", "messages", "Messages", id="app.messages", priority=True),
        Binding("ctrl+l", "scenes", "Scenes", id="app.scenes", priority=True),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
    ]

    def __init__(
        self, play: "Play | None", choice: Choice, backend: "Backend | None" = None
    ) -> None:
        """`backend` is used as it is; without one, what `choice` and the scene say is loaded."""
        super().__init__()
        self.play = play
        self.choice = choice
        self.model = LoadedModel(backend, given=backend is not None)
        self.table: TableScreen | None = None
        self.hinted = False
        self.opening: Callable[[], Play | None] | None = None
        """Opens the play, where there is one that takes a moment."""
        self.opened_name = ""
        self.unopened: Exception | None = None
        """Why it could not be opened."""
        self.last_played: Path | None = None
        """The journal of the session that was at the table last."""
        self.place: Place | None = None
        """What was found in a session that is about to be opened."""
        self.unsaved: KnownError | None = None
        """Why what lay on the table could not be kept."""
        self._encoding_told = False
        self._shown = False
        """Whether a session that ships is being opened for the first time."""

    def get_driver_class(self) -> type[Driver]:
        if sys.platform == "win32" or constants.DRIVER is not None:
            return super().get_driver_class()
        from tui.driver import TableDriver

        return TableDriver

    def on_mount(self) -> None:
        self.apply_settings()
        if self.play:
            self._sit_down(self.play)
        elif self.opening is not None and self.opened_name:
            from tui.screens.opening import OpeningScreen

            self.push_screen(OpeningScreen(self.opened_name))
            self.call_after_refresh(self._open_play, self.opening)
        elif self.opening is not None:
            self._open_play(self.opening)
        else:
            self._show_start()

    async def on_event(self, event: events.Event) -> None:
        """Whatever a person does on the keyboard stops a table that plays by itself."""
        typed = isinstance(event, (events.Key, events.Paste))
        if typed and self.table is not None and self.table.stepped_in(event):
            return
        await super().on_event(event)

    # --- screens ---

    def _show_start(self) -> None:
        self.push_screen(StartScreen(self.model, self.choice))
        self.call_after_refresh(self._load, None)
        self.call_after_refresh(self._import_ahead)

    @work(thread=True, group="imports")
    def _import_ahead(self) -> None:
        """Import what the table needs while the person looks at the start."""
        import tui.screens.table  # noqa: F401

    def _open_play(self, opening: "Callable[[], Play | None]") -> None:
        """Sit down at what is opened; what cannot be opened is told where the program ends."""
        told = StringIO()
        try:
            with redirect_stderr(told):
                play = opening()
        except Exception as error:
            self.unopened = error
            self.finish(FAILED)
            return
        for line in told.getvalue().splitlines():
            self.warn(line.removeprefix("paotuan: "))
        if play is None:
            self._show_start()
        else:
            self._sit_down(play)

    def _sit_down(self, play: "Play") -> None:
        from tui.screens.table import TableScreen

        settle_play(play, self.choice.asked)
        self.play, self.table = play, TableScreen(play, self.model)
        self.last_played = play.journal.path
        self.push_screen(self.table)
        self.call_after_refresh(self._load, play.scene)
        self.call_after_refresh(self._tell_where, play)
        # what a long session holds stays: looking through it for garbage would take 40 ms at times
        self.call_after_refresh(gc.freeze)

    def _tell_where(self, play: "Play") -> None:
        """Say where a long session was left to who comes back to it."""
        from scenes.table.recap import where_it_was_left

        shown, self._shown = self._shown, False
        if shown:
            words = _(
                "A game to look at: ↑ goes back in it, ←→ leafs, Ctrl+B is its map; what you say "
                "begins a branch of your own"
            )
            self.notify(words, markup=False, timeout=20)
        elif not play.journal.just_begun and (left := where_it_was_left(play.session)):
            self.notify(left, markup=False, timeout=10)

    @on(StartScreen.Begin)
    def _begin(self, event: StartScreen.Begin) -> None:
        from scenes.table.play import Play

        self._try(lambda: Play.start(event.scene, event.role))

    @on(StartScreen.Resume)
    def _resume(self, event: StartScreen.Resume) -> None:
        from scenes.table.play import Play
        from tui.last_choices import remember_choice

        self._shown = event.shown
        self._try(lambda: Play.resume(event.path))
        if self.play:
            remember_choice(self.play.scene.name, None, chose=False)

    def _try(self, begin: "Callable[[], Play]") -> None:
        try:
            self._sit_down(begin())
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False, timeout=15)

    def action_help(self, wanted: str = "") -> None:
        """Show the help, or what of it holds what is wanted; again, and it is gone."""
        from tui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen(wanted))

    def action_messages(self) -> None:
        """Show all that the program has said; again, and it is gone."""
        from tui.screens.messages import MessagesScreen

        if isinstance(self.screen, MessagesScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(MessagesScreen(self.messages))

    @work
    async def action_import(self) -> None:
        """Import a log, a card or a chat, and go on with it where the person wants to."""
        from tui.screens.importing import ask_import

        wanted_next = await ask_import(self)
        if wanted_next is None:
            return
        self.action_scenes()
        if isinstance(wanted_next, Path):
            self.post_message(StartScreen.Resume(wanted_next))
        else:
            self.post_message(StartScreen.Begin(wanted_next, wanted_next.play_as))

    @work
    async def action_find(self) -> None:
        """Find a line in all sessions, and go on with the session in which it stands."""
        from tui.screens.find import FindScreen

        place = await self.push_screen_wait(FindScreen(None))
        if place is not None and place.path is not None:
            self.place = place
            self.post_message(StartScreen.Resume(place.path))

    def action_scenes(self) -> None:
        """Leave the table for the start; the session is saved."""
        if self.table is None or self.screen is not self.table:
            return
        with self.table.trying():
            self.table.leave()
        self.play = self.table = None
        gc.unfreeze()
        self.pop_screen()
        if not any(isinstance(screen, StartScreen) for screen in self.screen_stack):
            self.push_screen(StartScreen(self.model, self.choice))

    async def action_quit(self) -> None:
        self.finish(0)

    # --- how it ends ---

    def finish(self, status: int) -> None:
        """Leave the screen with an exit status; the session is saved."""
        self.put_away()
        self.exit(return_code=status)

    def put_away(self) -> None:
        """Keep what lies on the table and let go of the session, on whatever way out."""
        table, self.table = self.table, None
        try:
            if table:
                table.leave()
        except KnownError as error:
            self.unsaved = error

    @property
    def fault(self) -> Exception | None:
        """What has taken the screen down, which is not shown on it: its locals may be secret."""
        return getattr(self._exception, "error", self._exception)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()

    @on(NotUtf8)
    def _tell_encoding(self) -> None:
        """Say once that the terminal sends what is not UTF-8."""
        if not self._encoding_told:
            self._encoding_told = True
            self.warn(
                _(
                    "The terminal sends bytes that are not UTF-8 (shown as �); set its "
                    "encoding to UTF-8"
                )
            )

    @on(TerminalGone)
    def _gone(self) -> None:
        self.finish(HUNG_UP)

    @on(InputFailed)
    def _input_failed(self, event: InputFailed) -> None:
        self._handle_exception(event.error)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from commands_of(self, screen)
        if isinstance(screen, StartScreen):
            yield SystemCommand(_("Find"), _("Find a line of any session"), self.action_find)
        if screen is self.table or isinstance(screen, StartScreen):
            yield SystemCommand(
                _("Import"),
                _("Logs, character cards and chats of other programs"),
                self.action_import,
            )
        if screen is self.table:
            yield from commands_of_table(self)
