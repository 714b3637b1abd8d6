"""The table on the screen: transcript, candidates, composer, status, each as the play stands."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from base.messages import _
from scenes.table import controller_events as happened
from scenes.table.command_words import command_words
from scenes.table.play import Play
from scenes.table.reading import told
from scenes.table.seeing import aside
from scenes.table.where import where
from tui import unsent
from tui.loaded_model import LoadedModel
from tui.paint import printable
from tui.screens.report import ReportScreen
from tui.screens.table_deeds import KeyActions
from tui.screens.table_status import direction_of, heading_of, invitation, picks_of, status_of
from tui.settings import settings
from tui.sheet_lines import value_names
from tui.table_keys import Laws
from tui.telling_app import TellingApp
from tui.widgets.composer import Composer
from tui.widgets.message_line import MessageLine
from tui.widgets.status import Status
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray
from tui.wrapping import fitted


class TableScreen(KeyActions):
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
        self._doubt = ""
        """What was asked about the line that was typed."""

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
        composer = Composer(list(emotions), command_words(), cast, id="composer", laws=laws)
        files = [path.name for path, __ in self.play.knowledge_paths()]
        composer.suggestions.files = tuple(files)
        yield composer
        yield MessageLine(id="message")
        yield Status(id="status")

    def on_resize(self) -> None:
        if self.query(Composer):
            self.call_after_refresh(self.tell)

    def on_mount(self) -> None:
        scene = self.play.scene
        title = Content.assemble((printable(scene.title), "bold"), f"  {printable(scene.aim)}")
        self.query_one("#title", Static).update(title)
        self.query_one(Composer).keyed = self
        self.query_one(Composer).suggestions.values = partial(value_names, self.play.session)
        self.query_one(Composer).focus()
        if written := unsent.take(self.play):
            self.query_one(Composer).write(*written)
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
        self.query_one(Transcript).show(
            session.path, session.role, marks, self._reading_rule(), partial(aside, session)
        )
        if self.table.hand is None:
            self._show_hand()
        self.tell()

    def _reading_rule(self) -> tuple[int, str] | None:
        """Before which turn the model begins to read, and what it reads of the time before."""
        read = self.table.reading
        words = told(read) if read is not None else None
        return None if read is None or words is None else (read.place, words)

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
            case happened.Marked() | happened.MemoryChanged():
                self.changed()
            case happened.PlaceChanged(by):
                self._moved(by)
            case happened.HandOpened() | happened.HandShown():
                self._show_hand()
            case happened.HandHidden():
                self._show_hand()
            case happened.HandUnfolded(hand):
                tray.unfold()
                self.tell()
            case happened.HandRanked(hand):
                self.shown_since = Message().time  # keys meant the order before
                tray.show(hand, self.table.hand_at, len(self.table.hands))
                self._tell_reading(None)
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
                self.query_one(Transcript).show_rule(self._reading_rule())
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
                self._doubt = question
                self.notify(question, severity="warning", markup=False, timeout=10)

    def _show_hand(self) -> None:
        """Show the hand that is on the table, or what stands for it while it is hidden."""
        tray, hands, hand = self.query_one(Tray), self.table.hands, self.table.hand
        shown = hand or (hands[self.table.hand_at - 1] if self.table.hidden else None)
        if tray.hand is not shown or tray.folded != self.table.hidden or tray.of != len(hands):
            self.shown_since = Message().time
            tray.show(shown, self.table.hand_at, len(hands))
            tray.folded = self.table.hidden
        self._tell_reading(None)

    @on(Tray.LitMoved)
    def _lit_moved(self) -> None:
        self.tell()

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
        elif by == "go" and self.play.session.follow(self.play.session.head):
            self.notify(_("What came after it stays in the map (Ctrl+B); Ctrl+Z goes back"))

    def _show(self, view: happened.View, text: str) -> None:
        match view:
            case "help":
                self.app.call_later(self._paotuan.action_help, text)
            case "quit":
                self.app.call_later(self.app.run_action, "quit")
            case "log" | "branches":
                self.action_turns()
            case "rolls":
                self.show_rolls()
            case "where":
                self.notify(" · ".join(where(self.table)), markup=False, timeout=10)

    def show_rolls(self) -> None:
        """Show what was rolled, also what the log hides."""
        lines = self.table.rolls_told() or [_("nothing was rolled here")]
        self.app.push_screen(ReportScreen(lines, _("What the dice said"), _("Esc closes")))

    def tell(self) -> None:
        """The status line, who has the keys, and what Enter does now."""
        composer, tray = self.query_one(Composer), self.query_one(Tray)
        if not self.table.waiting:
            tray.waits(None)
        asks = self.table.listening.asking or self.table.listening.offering
        if self._doubt and not asks and isinstance(self.app, TellingApp):
            self.app.untell(self._doubt)
            self._doubt = ""
        state = self.state_at(Message().time)
        if state.mode == "tray" and not state.places and not state.drawing:
            composer.mode = "text"
        parts = status_of(self.table, self.model.loading, self.reading)
        self.query_one(Status).show(*parts)
        words = printable(invitation(state, self.table, tray.lit, self.lit_turn))
        composer.placeholder = Content(fitted(words, composer.content_size.width or len(words) * 2))
        if self.editing is None:
            composer.heading = direction_of(self.play)
        composer.hints = heading_of(composer.laws, composer.mode, composer.size.width)
        tray.picks = picks_of(state)

    def leave(self) -> None:
        for composer in self.query(Composer):
            if composer.text and self.editing is None:
                unsent.keep(self.play, composer.text, composer.label)
        super().leave()
