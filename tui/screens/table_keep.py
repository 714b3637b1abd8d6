"""What can be done at the table to find what was said, and to take it along."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType

from base.folders import shown_path
from base.messages import _
from scenes.table import controller_events as happened
from scenes.table.memory_rows import CHANGED
from tui import copying
from tui.copying import candidate, last_line, to_copy, whole_log
from tui.exporting import Format, pieces, read_order, target_of, write_export
from tui.screens.controlled import ControlledScreen
from tui.screens.find import FindScreen, Place
from tui.screens.memory import MemoryScreen
from tui.widgets.composer import Composer
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray

if TYPE_CHECKING:
    from tui.app import PaotuanApp


class KeepActions(ControlledScreen):
    """Finding, copying, exporting."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "find", "Find", id="table.find", priority=True),
    ]

    def take_event(self, event: happened.TableEvent) -> None:
        """Do what was typed as a command."""
        super().take_event(event)
        match event:
            case happened.ViewAsked("find", words):
                self.action_find(words)
            case happened.ViewAsked("marks"):
                self.action_find()
            case happened.ViewAsked("copy", text):
                self.copy_asked(text)
            case happened.ViewAsked("export", text):
                self.export_asked(text)
            case happened.ViewAsked("memory"):
                self.action_memory()
            case happened.MemoryChanged(what):
                self.notify(_(CHANGED[what]), markup=False)
                if isinstance(self.app.screen, MemoryScreen):
                    self.app.screen.show()

    # --- finding ---

    @work
    async def action_find(self, words: str = "") -> None:
        """Find what was said, and look there or go there."""
        place = await self.app.push_screen_wait(FindScreen(self.play.session, words))
        if place is None:
            return
        if place.path is not None and place.path.stem != self.play.session.id:
            self._open_other(place)
            return
        with self.trying():
            self.show_place(place)

    def on_mount(self) -> None:
        """Show what was found in this session from elsewhere."""
        app = cast("PaotuanApp", self.app)
        place, app.place = app.place, None
        if place is not None and place.path == self.play.journal.path:
            self.call_after_refresh(self.show_place, place)

    def show_place(self, place: Place) -> None:
        """Light a turn, going to its branch where it is on another one, and show the hand in which
        a candidate lies."""
        session, number = self.play.session, place.turn
        if number is not None and not session.is_on_path(number):
            self.table.go(number)
            self.notify(_("On another branch now; Ctrl+Z goes back"), markup=False)
        numbers = [turn.id for turn in session.path]
        at = -1 if number is None else numbers.index(number)
        lit = min(at + place.after, len(numbers) - 1)
        if place.after and lit == at:
            if self.table.hidden:
                self.table.unhide()
        elif lit >= 0:
            self.query_one(Composer).mode = "turns"
            self.query_one(Transcript).light(lit)
            self.tell()
            if place.candidate is not None:
                self.table.look_at(numbers[lit])

    def _open_other(self, place: Place) -> None:
        """Leave this session for the one in which something was found."""
        from tui.screens.start import StartScreen

        if place.path is not None:
            cast("PaotuanApp", self.app).place = place
            self.app.call_later(self.app.run_action, "scenes")
            self.app.call_later(self.app.post_message, StartScreen.Resume(place.path))

    # --- what is remembered ---

    def action_memory(self) -> None:
        """Show the summaries and the facts."""
        if self.app.screen is self:
            self.app.push_screen(MemoryScreen(self.table))

    # --- copying ---

    @work
    async def copy(self, text: str, what: str) -> None:
        """Copy a text, and say so; `what` names it."""
        driver = self.app._driver
        if driver is None:
            return
        around, text = copying.here(self.app.is_web), copying.safe(text)
        way = await copying.copied(text, around, driver.write)
        words, wrong = copying.told(way, what, text, around)
        self.notify(words, severity="warning" if wrong else "information", markup=False)

    def copy_asked(self, text: str) -> None:
        """Copy what `/copy` names. Raises `KnownError`."""
        self.copy(*to_copy(self.table, text, self.query_one(Tray).lit + 1))

    def action_copy_line(self) -> None:
        """Copy the last line."""
        with self.trying():
            self.copy(*last_line(self.table))

    def action_copy_lit(self) -> None:
        """Copy the lit candidate."""
        with self.trying():
            self.copy(*candidate(self.table, self.query_one(Tray).lit + 1))

    def action_copy_log(self) -> None:
        """Copy the log of this branch."""
        self.copy(*whole_log(self.table))

    # --- exporting ---

    @work
    async def action_export(self) -> None:
        """Ask for a format and a place, and write the session there."""
        from tui.screens.export import ExportScreen

        screen = ExportScreen(self.play.session, self.app.is_web)
        if chosen := await self.app.push_screen_wait(screen):
            self._export(*chosen)

    def export_asked(self, text: str) -> None:
        """Write what `/export FORMAT [PATH]` says. Raises `KnownError`."""
        form, place = read_order(text)
        if form is None:
            self.action_export()
        elif self.app.is_web:
            name = target_of(self.play.session, form, "").name
            self._export(form, Path(name))
        else:
            self._export(form, target_of(self.play.session, form, place))

    @work(thread=True)
    def _export(self, form: Format, target: Path) -> None:
        call = self.app.call_from_thread
        journal = self.play.journal.path
        try:
            if self.app.is_web:
                call(self._deliver, self._whole(form, journal), target.name)
            else:
                write_export(journal, form, target)
        except Exception as error:
            call(self.tell_error, error)
        else:
            call(
                self.notify,
                _("Written: {path}", path=shown_path(target)),
                markup=False,
            )

    def _whole(self, form: Format, journal: Path) -> bytes:
        from base.writing import UTF8
        from scenes.table.journal_reader import read_session

        return "".join(pieces(read_session(journal), form)).encode(*UTF8)

    def _deliver(self, content: bytes, name: str) -> None:
        """Have the browser download a file."""
        kind = "application/octet-stream"
        self.app.deliver_binary(BytesIO(content), save_filename=name, mime_type=kind)
