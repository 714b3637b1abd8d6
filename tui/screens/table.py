"""The table on the screen: transcript, candidates, composer, status; and what its keys do."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from base.errors import KnownError
from base.messages import _
from base.text import REPLACED
from scenes.table import controller_events as happened
from scenes.table.command_words import command_words
from scenes.table.play import Play
from scenes.table.where import where
from tui.copying import candidate
from tui.loaded_model import LoadedModel
from tui.paint import printable
from tui.screens.prompt import PromptScreen
from tui.screens.table_cursor import CursorActions
from tui.screens.table_floor import FloorActions
from tui.screens.table_status import heading_of, invitation, status_of
from tui.settings import settings
from tui.table_keys import Laws
from tui.table_state import Action, Law, Mode, State
from tui.widgets.composer import Composer
from tui.widgets.message_line import MessageLine
from tui.widgets.status import Status
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray


class TableScreen(CursorActions, FloorActions):
    """One play at the table."""

    CSS_PATH = "table.tcss"
    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+b", "turns", "Turns", id="table.turns"),
    ]

    def __init__(self, play: Play, model: LoadedModel) -> None:
        super().__init__(play, model)
        self.reading: tuple[int, int] | None = None
        self._tray = Tray([role.name for role in play.scene.cast], id="tray")
        self._done = 0
        """Candidates of the hand that were complete when it was last told how it stands."""
        self._shown_since = 0.0
        """Since when the hand is on the screen, as `Message.time` counts."""

    def compose(self) -> ComposeResult:
        cast = [role.name for role in self.play.scene.cast]
        emotions = dict.fromkeys(
            [
                *self.play.scene.emotions,
                *(e for role in self.play.scene.cast for e in role.emotions),
            ]
        )
        yield Static(id="title")
        yield Transcript(cast, self.play.session.role, id="transcript")
        yield self._tray
        laws = Laws(settings().keys)
        yield Composer(list(emotions), command_words(), cast, id="composer", laws=laws)
        yield MessageLine(id="message")
        yield Status(id="status")

    def on_mount(self) -> None:
        scene = self.play.scene
        title = Content.assemble((printable(scene.title), "bold"), f"  {printable(scene.aim)}")
        self.query_one("#title", Static).update(title)
        self.query_one(Composer).keyed = self
        self.query_one(Composer).focus()
        if draft := self._paotuan.drafts.pop(self.play.session.id, None):
            self.query_one(Composer).write(*draft)
        self.changed()
        self._show_hand()

    # --- showing ---

    def changed(self) -> None:
        """The play has changed: show where it stands."""
        session, composer = self.play.session, self.query_one(Composer)
        if composer.is_empty:
            composer.history.clear()  # Ctrl+Z takes back what was done last
        marks = session.marks and {
            index: "★" for index, turn in enumerate(session.path) if turn.id in session.marks
        }
        self.query_one(Transcript).show(session.path, session.role, marks)
        self.tell()

    def take_event(self, event: happened.TableEvent) -> None:
        """Show what has changed at the table."""
        if not self.is_mounted:
            return
        super().take_event(event)
        tray = self._tray
        match event:
            case happened.TurnsSaid() | happened.TurnEdited():
                self.changed()
            case happened.TurnDeleted(turn):
                self.changed()
                words = _("Turn {number} is left out; Ctrl+Z brings it back", number=turn.id)
                self.notify(words, markup=False)
            case happened.Marked():
                self.changed()
            case happened.PlaceChanged(by):
                self._moved(by)
            case happened.HandOpened() | happened.HandShown():
                self._show_hand()
            case happened.HandHidden():
                tray.folded = True
                self.tell()
            case happened.PromptRead(done, total):
                tray.tell_reading(done, total)
                self._tell_reading((done, total) if done < total else None)
            case happened.HandChanged(hand):
                tray.changed()
                done = len(hand.complete)
                if self.reading is not None or done != self._done:  # not at every token
                    self._done = done
                    self._tell_reading(None)  # what is written has been read before
            case happened.DrawEnded() | happened.WarmUpFailed():
                tray.waits(None)
                tray.changed()
                self._tell_reading(None)
            case happened.DrawWaits(until):
                tray.waits(until)
                self.tell()
            case happened.HandLeft(hand):
                tray.show(None)
                self.hand_left(hand)
                self.tell()
            case happened.NextChanged():
                self.tell()
            case happened.EditAsked(turn):
                self.rewrite(turn)
            case happened.ViewAsked(view, text):
                self._show(view, text)
            case happened.Doubted(question):
                self.notify(question, severity="warning", markup=False, timeout=10)

    def _show_hand(self) -> None:
        """Show the hand that is on the table, or what stands for it while it is hidden."""
        tray, hands, hand = self.query_one(Tray), self.table.hands, self.table.hand
        shown = hand or (hands[self.table.hand_at - 1] if self.table.hidden else None)
        if tray.hand is not shown or tray.folded or tray.of != len(hands):
            self._shown_since = Message().time
            tray.show(shown, self.table.hand_at, len(hands))
            tray.folded = self.table.hidden
        self._tell_reading(None)

    def _tell_reading(self, reading: tuple[int, int] | None) -> None:
        """How much of a prompt has been read, while it is not all of it."""
        self.reading = reading
        self.tell()

    def _moved(self, by: str) -> None:
        self.changed()
        if by == "undo":
            self.notify(_("Taken back; Ctrl+Y does it again"), timeout=2)
        elif by == "redo":
            self.notify(_("Done again"), timeout=2)

    def _show(self, view: happened.View, text: str) -> None:
        match view:
            case "help":
                self.app.call_later(self._paotuan.action_help, text)
            case "quit":
                self.app.call_later(self.app.run_action, "quit")
            case "log" | "branches":
                self.action_turns()
            case "where":
                self.notify(" · ".join(where(self.table)), markup=False, timeout=10)

    def tell(self) -> None:
        """The status line, who has the keys, and what Enter does now."""
        composer, tray = self.query_one(Composer), self.query_one(Tray)
        if not self.table.waiting:
            tray.waits(None)
        state = self.state_at(Message().time)
        if state.mode == "tray" and not state.places:
            composer.mode = "text"
        parts = status_of(self.table, self.model.loading, self.reading)
        self.query_one(Status).show(*parts)
        words = invitation(state, self.table, tray.lit, self.lit_turn)
        composer.placeholder = Content(printable(words))
        composer.hints = heading_of(composer.laws, composer.mode, composer.size.width)
        tray.picks = state.empty and not state.editing and state.mode != "turns"

    def leave(self) -> None:
        for composer in self.query(Composer):
            if composer.text and self.editing is None:
                self._paotuan.drafts[self.play.session.id] = composer.text, composer.label
        super().leave()

    # --- keys ---

    @property
    def takes_keys(self) -> Composer:
        """What gets every key while this is the screen."""
        return self.query_one(Composer)

    def state_at(self, when: float) -> State:
        """What a key finds that was pressed at that time."""
        composer, tray = self.query_one(Composer), self.query_one(Tray)
        seen = tray.hand is not None and not tray.folded and when >= self._shown_since
        return State(
            mode=composer.mode,
            empty=composer.is_empty,
            editing=self.editing is not None,
            places=len(tray.hand.places) if seen and tray.hand else 0,
            hidden=self.table.hidden,
            drawing=self.table.drawing or self.table.waiting,
            turns=len(self.play.session.path),
            completes=bool(composer.suggestion),
            looking=self.table.looking is not None,
            label=bool(composer.label),
            dropped=self.has_dropped,
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
            "go_on": table.go_on,
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
            self.leaf(dx)

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

    def action_prompt(self) -> None:
        """Show all that the model would read now."""
        with self.trying():
            prompt, backend = self.table.prompt(), self.model.backend
            if backend is not None:
                tokens = backend.count(prompt.text)
                used = _("{used}/{context} tokens", used=tokens, context=backend.context)
                self.app.push_screen(PromptScreen(prompt, used))

    def action_page(self, step: int) -> None:
        transcript = self.query_one(Transcript)
        transcript.scroll_relative(y=step * max(transcript.size.height - 2, 1), animate=False)
