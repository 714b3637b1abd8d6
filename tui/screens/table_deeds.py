"""What the keys of the table do, each deed by the name that the law gives it."""

from collections.abc import Callable
from dataclasses import replace

from textual.message import Message

from base.errors import KnownError
from base.messages import _
from base.text import REPLACED
from tui.copying import candidate
from tui.screens.table_cursor import CursorActions
from tui.screens.table_floor import FloorActions
from tui.screens.table_steering import SteeringActions
from tui.table_state import Action, Law, Mode, State
from tui.widgets.composer import Composer
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray


class KeyActions(CursorActions, FloorActions, SteeringActions):
    """A table whose keys all go to its composer, which asks here what there is and has it done."""

    shown_since = 0.0
    """Since when the hand is on the screen, as `Message.time` counts."""

    # --- keys ---

    @property
    def takes_keys(self) -> Composer:
        """What gets every key while this is the screen."""
        return self.query_one(Composer)

    def state_at(self, when: float) -> State:
        """What a key finds that was pressed at that time."""
        composer, tray = self.query_one(Composer), self.query_one(Tray)
        seen = tray.hand is not None and not tray.folded and when >= self.shown_since
        return State(
            mode=composer.mode,
            empty=composer.is_empty,
            editing=self.editing is not None,
            places=tray.hand.in_view if seen and tray.hand else 0,
            hidden=self.table.hidden,
            drawing=self.table.drawing or self.table.waiting,
            turns=len(self.play.session.path),
            completes=bool(composer.suggestion),
            looking=self.table.looking is not None,
            label=bool(composer.label),
            dropped=self.has_dropped,
            directed=bool(self.play.direction),
            undoes=bool(composer.history.undo_stack),
            redoes=bool(composer.history.redo_stack),
        )

    def mode_changed(self, mode: Mode) -> None:
        """Something else has the keys: show it."""
        self.query_one(Tray).has_keys = mode == "tray"
        if mode != "turns":
            self.query_one(Transcript).light(None)
        self.tell()

    def act(self, action: Action) -> bool:
        """Do at once what a key says; whether it was done."""
        try:
            self._deeds(action.value).get(action.do, lambda: self.on_turn(action.do))()
        except Exception as error:
            self.tell_error(error)
            return False
        finally:
            self.tell()
        return True

    def offers(self, law: Law) -> bool:
        """Whether what a law says can be done now, whatever has the keys."""
        tray = self.query_one(Tray)
        return bool(self.play.session.path) if "turns" in law.modes else tray.hand is not None

    def do_law(self, law: Law) -> None:
        """Do what a law says, whatever has the keys: with the lit candidate, or with the lit turn,
        else the last one."""
        composer, mode = self.query_one(Composer), law.modes[0]
        if mode == "turns" and self.lit_turn is None:
            self.query_one(Transcript).light(len(self.play.session.path) - 1)
        action = law.act(replace(self.state_at(Message().time), mode=mode), law.names[0])
        if action is not None and self.act(action) and action.mode is not None:
            composer.mode = action.mode
        if composer.mode != "turns":
            self.query_one(Transcript).light(None)

    def _deeds(self, value: int) -> dict[str, Callable[[], object]]:
        """What the keys say, by name; what is not here is about the lit turn."""
        table, composer = self.table, self.query_one(Composer)
        lit = self.query_one(Tray).lit + 1
        return {
            "nothing": lambda: None,
            "send": self._send,
            "go_on": table.accept,
            "take": lambda: table.pick(lit),
            "pick": lambda: table.pick(value),
            "edit": lambda: self.edit_candidate(lit),
            "redraw": table.redraw,
            "more": table.more,
            "continue": lambda: table.extend(candidate=lit),
            "read": self.query_one(Tray).read_whole,
            "copy": lambda: self.copy(*candidate(table, lit)),
            "hide": table.hide,
            "unhide": table.unhide,
            "stop": table.stop,
            "undirect": lambda: table.direct(""),
            "give": self._give,
            "look_back": self.leave_turns,
            "leaf": lambda: self.leaf(value),
            "up": lambda: self._light(0, -1),
            "down": lambda: self._light(0, 1),
            "left": lambda: self._light(-1, 0),
            "right": lambda: self._light(1, 0),
            "light": lambda: self.light(value),
            "light_first": self.light_first,
            "next": lambda: table.choose_next(value),
            "undo": table.undo,
            "redo": table.redo,
            "restore": self.restore,
            "drop": self.drop,
            "rewrite": self.action_rewrite,
            "break": composer.break_line,
            "complete": composer.complete,
            "label": lambda: composer.step_label(value),
            "feel": composer.toggle_label,
            "page": lambda: self.action_page(value),
        }

    def _send(self) -> None:
        if REPLACED in self.query_one(Composer).text:
            raise KnownError(
                _(
                    "Not sent: it holds characters that could not be read (�); correct them, and "
                    "set the terminal to UTF-8"
                )
            )
        self.send()

    def _give(self) -> None:
        """The keys have gone over; the composer has done it."""

    def _light(self, dx: int, dy: int) -> None:
        tray = self.query_one(Tray)
        if tray.move(dx, dy):
            self.table.light(tray.lit + 1)
        elif dx:
            before = tray.hand
            self.leaf(dx)
            if tray.hand is not before and tray.enter_from(dx):
                self.table.light(tray.lit + 1)

    # --- actions ---

    def action_undo(self) -> None:
        with self.trying():
            self.table.undo()

    def action_redo(self) -> None:
        with self.trying():
            self.table.redo()

    def action_rewrite(self) -> None:
        """Put the last turn into the composer, to say it differently."""
        path = self.play.session.path
        if path and self.editing is None:
            self.rewrite(path[-1])

    def action_page(self, step: int) -> None:
        transcript = self.query_one(Transcript)
        transcript.scroll_relative(y=step * max(transcript.size.height - 2, 1), animate=False)
