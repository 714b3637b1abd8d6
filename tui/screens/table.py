"""The table on the screen: transcript, candidates, composer, status."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from base.messages import _
from base.text import REPLACED, is_blank
from scenes.table import controller_events as happened
from scenes.table.command_words import command_words
from scenes.table.lines import body_of
from scenes.table.play import Play
from scenes.table.session import Turn
from scenes.table.where import where
from tui.loaded_model import LoadedModel
from tui.paint import printable
from tui.screens.prompt import PromptScreen
from tui.screens.table_floor import FloorActions
from tui.screens.table_keep import KeepActions
from tui.screens.table_status import invitation, status_of
from tui.screens.table_turns import TurnActions
from tui.widgets.composer import Composer
from tui.widgets.status import Status
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray


class TableScreen(TurnActions, FloorActions, KeepActions):
    """One play at the table."""

    CSS_PATH = "table.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="table.stop"),
        Binding("ctrl+e", "rewrite", "Rewrite", id="table.rewrite", priority=True),
        Binding("ctrl+b", "turns", "Turns", id="table.turns"),
        Binding("pageup", "page(-1)", "Up", id="table.up", show=False, priority=True),
        Binding("pagedown", "page(1)", "Down", id="table.down", show=False, priority=True),
    ]

    def __init__(self, play: Play, model: LoadedModel) -> None:
        super().__init__(play, model)
        self.reading: tuple[int, int] | None = None
        self.editing: int | Turn | None = None
        """The number of the candidate, or the turn, whose text is in the composer."""

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
        yield Tray(cast, id="tray")
        yield Composer(list(emotions), command_words(), cast, id="composer")
        yield Status(id="status")

    def on_mount(self) -> None:
        scene = self.play.scene
        title = Content.assemble((printable(scene.title), "bold"), f"  {printable(scene.aim)}")
        self.query_one("#title", Static).update(title)
        self.query_one(Tray).show(self.table.hand)
        self.query_one(Composer).focus()
        self.changed()

    # --- showing ---

    def changed(self) -> None:
        """The play has changed: show where it stands."""
        session = self.play.session
        self.query_one(Transcript).show(session.entries, session.role)
        self.tell()

    def take_event(self, event: happened.TableEvent) -> None:
        """Show what has changed at the table."""
        if not self.is_mounted:
            return
        super().take_event(event)
        match event:
            case happened.TurnsSaid() | happened.TurnEdited() | happened.TurnDeleted():
                self.changed()
            case happened.PlaceChanged(by):
                self._moved(by)
            case happened.HandOpened(hand) | happened.HandShown(hand):
                self.query_one(Tray).show(hand)
                self._tell_reading(None)
            case happened.PromptRead(done, total):
                self._tell_reading((done, total) if done < total else None)
            case happened.HandChanged():
                self.query_one(Tray).changed()
                if self.reading is not None:  # what is written has been read before
                    self._tell_reading(None)
            case happened.DrawEnded() | happened.WarmUpFailed():
                self.query_one(Tray).changed()
                self._tell_reading(None)
            case happened.HandLeft() | happened.HandHidden():
                self._hand_left()
            case happened.NextChanged():
                self.tell()
            case happened.EditAsked(turn):
                self.rewrite(turn)
            case happened.ViewAsked(view):
                self._show(view)
            case happened.Doubted(question):
                self.notify(question, markup=False, timeout=10)

    def _tell_reading(self, reading: tuple[int, int] | None) -> None:
        """How much of a prompt has been read, while it is not all of it."""
        self.reading = reading
        self.tell()

    def _moved(self, by: str) -> None:
        self.changed()
        if by == "undo":
            self.notify(_("One turn back; Ctrl+Y redoes it"), timeout=2)
        elif by == "redo":
            self.notify(_("One turn forward"), timeout=2)

    def _hand_left(self) -> None:
        self.query_one(Tray).show(None)
        if isinstance(self.editing, int):
            self._end_editing()
        self.tell()

    def _show(self, view: happened.View) -> None:
        match view:
            case "help":
                self.app.call_later(self.app.run_action, "help")
            case "quit":
                self.app.call_later(self.app.run_action, "quit")
            case "log" | "branches":
                self.action_turns()
            case "where":
                self.notify(" · ".join(where(self.table)), markup=False, timeout=10)

    def tell(self) -> None:
        """The status line, and what the composer says while it is empty."""
        composer = self.query_one(Composer)
        parts = status_of(self.table, self.model.loading, self.reading)
        self.query_one(Status).show(*parts)
        composer.placeholder = Content(
            printable(invitation(self.play, self.table.hand is not None))
        )
        composer.candidates = self.table.hand is not None and self.editing is None

    # --- what the person does ---

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        if REPLACED in event.text:
            self.notify(
                _(
                    "Not sent: it holds characters that could not be read (�); correct them, and "
                    "set the terminal to UTF-8"
                ),
                severity="error",
                markup=False,
                timeout=10,
            )
            return
        with self.trying():
            self._send(event.text)

    def _send(self, text: str) -> None:
        editing, composer = self.editing, self.query_one(Composer)
        if isinstance(editing, Turn):
            self.table.edit(editing.id, text)
            if not is_blank(text):  # else its text has been put here again
                self._end_editing()
        elif editing is not None:
            self.table.pick(editing, text)
            self._end_editing()
        elif is_blank(text) and self.table.hand is not None:
            self.table.pick(self.query_one(Tray).lit + 1)
        else:
            if is_blank(text):  # where the doubtful line was deleted, it is not meant any more
                self.table.listening.forget()
            self.table.enter(text)
            if self.editing is None and not self.table.listening.asking:
                composer.clear()

    @on(Composer.Asked)
    def _asked(self, event: Composer.Asked) -> None:
        word, __, value = event.command.partition(" ")
        table, tray = self.table, self.query_one(Tray)
        commands: dict[str, Callable[[], object]] = {
            "pick": lambda: table.pick(int(value)),
            "which": lambda: self._which(value),
            "edit": self._ask_which,
            "redraw": table.redraw,
            "more": table.more,
            "up": lambda: tray.move(-1),
            "down": lambda: tray.move(1),
            "next": lambda: table.choose_next(1),
            "previous": lambda: table.choose_next(-1),
            "undo": table.undo,
            "redo": table.redo,
        }
        with self.trying():
            commands[word]()

    # --- editing ---

    def _ask_which(self) -> None:
        tray, composer = self.query_one(Tray), self.query_one(Composer)
        composer.asking = tray.asking = True
        tray.changed()

    def _which(self, key: str) -> None:
        tray, composer = self.query_one(Tray), self.query_one(Composer)
        composer.asking = tray.asking = False
        tray.changed()
        if key in ("enter", "\r", "e"):
            self._edit_candidate(tray.lit + 1)
        elif key.isdecimal() and key.isascii():
            self._edit_candidate(int(key))
        elif len(key) == 1 and key.isprintable():
            composer.insert(f"e{key}")

    def _edit_candidate(self, number: int) -> None:
        text = self.table.candidate_text(number)
        title = _("candidate {number} · Enter takes · Esc drops", number=number)
        self._begin_editing(number, text, title)

    def _begin_editing(self, what: int | Turn, text: str, title: str) -> None:
        composer = self.query_one(Composer)
        self.editing = what
        composer.load_text(printable(text))
        composer.move_cursor(composer.document.end)
        composer.border_title = Content(title)
        composer.add_class("editing")
        self.tell()

    def _end_editing(self) -> None:
        composer = self.query_one(Composer)
        if self.editing is not None:
            composer.clear()
        self.editing = None
        composer.border_title = ""
        composer.remove_class("editing")
        self.tell()

    # --- actions ---

    def action_stop(self) -> None:
        """Esc: stop editing, else stop drawing, else take the candidates away."""
        with self.trying():
            if self.query_one(Composer).asking:
                self._which("escape")
            elif self.editing is not None:
                self._end_editing()
            elif self.table.drawing or self.table.waiting:
                self.table.stop()
            else:
                self.table.set_aside()

    def action_undo(self) -> None:
        with self.trying():
            self.table.undo()

    def action_redo(self) -> None:
        with self.trying():
            self.table.redo()

    def action_rewrite(self) -> None:
        """Put the last turn into the composer, to say it differently."""
        path = self.play.session.path
        if path and not self.query_one(Composer).text:
            self.rewrite(path[-1])

    def rewrite(self, turn: Turn) -> None:
        title = _("rewrite turn {number} · Enter rewrites · Esc drops", number=turn.id)
        with self.trying():
            self.table.set_aside()
            self._begin_editing(turn, body_of(turn.entry), title)

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
