"""What can be done at the table about who speaks, by which model, and that it plays by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.timer import Timer

from base.messages import _
from scenes.table import controller_events as happened
from scenes.table.play import Play
from scenes.table.watching import Watching
from tui.faults import line_of
from tui.loaded_model import LoadedModel
from tui.paint import printable
from tui.screens.controlled import ControlledScreen
from tui.widgets.composer import Composer
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray

if TYPE_CHECKING:
    from tui.app import PaotuanApp

IDLE_S = 2.0
"""Seconds without a key after which a model may sum up what is about to leave its reading."""
IDLE_AFTER = (
    happened.TurnsSaid,
    happened.TurnEdited,
    happened.PlaceChanged,
    happened.DrawEnded,
    happened.MemoryChanged,
)
SWALLOWED = ("enter", "space", "escape")
"""Keys that do nothing but to stop a table that plays by itself; any other also does its work."""


class FloorActions(ControlledScreen):
    """Actions on the cast and the model."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "sheets", "Sheets", id="table.sheets", show=False, priority=True),
        Binding("f3", "model", "Model", id="table.model", priority=True),
        Binding("f4", "floor", "Who speaks", id="table.floor", priority=True),
        Binding("f5", "watch", "Play by itself", id="table.watch", show=False, priority=True),
    ]

    def __init__(self, play: Play, model: LoadedModel) -> None:
        super().__init__(play, model)
        self.watching = Watching(self.table, self._later, self._tell_watching, words=line_of)
        """Whether the key that is being heard has stopped a table that played by itself."""
        self._idle: Timer | None = None

    @property
    def _paotuan(self) -> "PaotuanApp":
        return cast("PaotuanApp", self.app)

    def on_mount(self) -> None:
        choice = self._paotuan.choice
        self.watching.pace, self.watching.waits = choice.pace, choice.waits
        if choice.watch or choice.auto:
            self._paotuan.choice = replace(choice, auto=0)
            # behind the app's own wish, by which the model begins to load
            self._paotuan.call_after_refresh(self._watch, choice.auto or None)

    # --- what happens ---

    def take_event(self, event: happened.TableEvent) -> None:
        super().take_event(event)
        self.watching.heard(event)
        if isinstance(event, IDLE_AFTER):
            self._wait_for_idle()
        match event:
            case happened.CastChanged():
                self._show_cast()
            case happened.FloorChanged():
                self.tell()
            case happened.SheetChanged(words=words):
                self.notify(printable(words), markup=False)
                self.tell()
            case happened.ViewAsked("sheet", role):
                self.action_sheets(role)
            case happened.ModelAsked(retry=True):
                self._paotuan.retry_model()
            case happened.ModelAsked("", retry=False):
                self.action_model()
            case happened.ModelAsked(name):
                self._paotuan.use_model(name)
            case happened.AdapterAsked() as asked:
                self._use_adapter(asked)
            case happened.WatchAsked(turns):
                self._watch(turns)

    def _show_cast(self) -> None:
        """A newcomer's name is painted and completed as the others' are."""
        names = [role.name for role in self.play.scene.cast]
        for widget in (self.query_one(Transcript), self.query_one(Tray)):
            widget.cast = list(names)
        self.query_one(Composer).cast = names

    def _use_adapter(self, asked: happened.AdapterAsked) -> None:
        from tui.adapter_choice import adapters_told

        if not asked.role:
            self.notify(adapters_told(self.play.scene), markup=False)
        else:
            self._paotuan.use_adapter(asked.role, asked.adapter)

    # --- while nobody wants anything ---

    def model_changed(self) -> None:
        """The model is ready, or not to be had; who sums up may be another one now."""
        from tui.summariser import settle_memory

        settle_memory(self.play, self._paotuan.choice)
        super().model_changed()
        self._wait_for_idle()

    def _wait_for_idle(self) -> None:
        if self._idle is not None:
            self._idle.stop()
            self._idle = None
        if self.play.sums_up and self.is_mounted:
            self._idle = self.set_timer(IDLE_S, self._be_idle)

    def _be_idle(self) -> None:
        if not self.watching.on:
            self.table.idle()

    # --- playing by itself ---

    def _later(self, seconds: float, call: Callable[[], None]) -> object:
        return self.set_timer(max(seconds, 0.001), lambda: self._post(call) and None)

    def _watch(self, turns: int | None = None) -> None:
        self.watching.begin(turns)
        self.notify(_("Playing by itself; any key stops it"), markup=False)

    def _tell_watching(self, why: str) -> None:
        self.notify(_("{why}. F5 or /watch goes on", why=why), severity="warning", markup=False)
        self.tell()

    def stepped_in(self, event: events.Event) -> bool:
        """Somebody is at the keys: a table that plays by itself stops; whether nothing else is to
        be done about that key."""
        self.table.disturbed()
        self._wait_for_idle()
        if not self.watching.stop():
            return False
        self.notify(_("Over to you; F5 or /watch goes on by itself"), markup=False)
        self.tell()
        return isinstance(event, events.Key) and (
            event.key in SWALLOWED or self._is_bound(event.key, "table.watch")
        )

    def _is_bound(self, key: str, action: str) -> bool:
        active = self.active_bindings.get(key)
        return active is not None and active.binding.id == action

    def action_watch(self) -> None:
        self._watch()

    # --- what opens above ---

    def action_floor(self) -> None:
        from tui.screens.floor import FloorScreen

        if self.app.screen is self:
            self.app.push_screen(FloorScreen(self.table), lambda __: self.tell())

    def action_sheets(self, role: str = "") -> None:
        """The sheets at this place of the branch; that of `role` is lit, else one's own."""
        from tui.screens.sheets import SheetsScreen

        if self.app.screen is self:
            self.app.push_screen(SheetsScreen(self.table, role), lambda __: self.tell())

    def action_model(self) -> None:
        from tui.screens.models import ModelsScreen

        if self.app.screen is self:
            self.app.push_screen(ModelsScreen(self.model), lambda __: self.tell())

    def leave(self) -> None:
        self.watching.stop()
        super().leave()
