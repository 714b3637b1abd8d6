"""The table: transcript, candidates, composer, status. Shows a `Play` and asks a backend."""

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from base.messages import _
from base.text import REPLACED, is_blank
from scenes.table.play import Play, body_of
from scenes.table.session import Turn
from tui.loaded_model import Model
from tui.paint import printable
from tui.screens.dealing import DealingScreen
from tui.screens.prompt import PromptScreen
from tui.screens.turns import TurnsScreen
from tui.widgets.composer import Composer
from tui.widgets.status import Status
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray
from tui.words import say


class TableScreen(DealingScreen):
    """One play at the table."""

    CSS_PATH = "table.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="table.stop"),
        Binding("ctrl+e", "rewrite", "Rewrite", id="table.rewrite", priority=True),
        Binding("ctrl+b", "turns", "Turns", id="table.turns"),
        Binding("pageup", "page(-1)", "Up", id="table.up", show=False, priority=True),
        Binding("pagedown", "page(1)", "Down", id="table.down", show=False, priority=True),
    ]

    def __init__(self, play: Play, model: Model) -> None:
        super().__init__(play, model)
        self.editing: int | Turn | None = None
        """The candidate's place, or the turn, whose text is in the composer."""

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
        yield Composer(list(emotions), id="composer")
        yield Status(id="status")

    def on_mount(self) -> None:
        scene = self.play.scene
        title = Content.assemble((printable(scene.title), "bold"), f"  {printable(scene.aim)}")
        self.query_one("#title", Static).update(title)
        self.query_one(Tray).show(None)
        self.query_one(Composer).focus()
        self.changed()

    # --- showing ---

    def changed(self) -> None:
        """The play has changed: show where it stands."""
        session = self.play.session
        self.query_one(Transcript).show(session.entries, session.role)
        self.tell()
        self._tell_notices()

    def tell(self) -> None:
        """The status line, and what the composer says while it is empty."""
        play, composer = self.play, self.query_one(Composer)
        role = play.session.role
        backend = self.model.backend
        who = play.next.name if play.next else ""
        coming = (
            _("next: {0}", who)
            if play.model_is_next
            else (_("your turn") if who else _("Tab: who is next"))
        )
        state = (
            _("loading the model…")
            if self.model.loading
            else (self.model.problem and _("no model"))
        )
        cost = self.hand.cost if self.hand else None
        used = rate = ""
        if backend and cost:
            used = _("{0}/{1} tokens", cost.prompt_tokens, backend.context)
            rate = _("{0:.0f} tokens/s", cost.tokens / cost.total_s) if cost.total_s else ""
        self.query_one(Status).show(
            _("you: {0}", role) if role else _("watching"),
            coming,
            state or (backend.name if backend else ""),
            used,
            rate,
        )
        if play.model_is_next:
            composer.placeholder = Content(
                _("Say something, Enter sends; Enter on nothing lets {0} go on", printable(who))
            )
        else:
            composer.placeholder = Content(
                _("Speak, Enter sends. \\me acts, 【…】 narrates, （…）thinks, \\emoji feels")
                if who
                else _("Say something, Enter sends; Tab chooses who is next")
            )
        composer.candidates = self.hand is not None and self.editing is None

    # --- what the person does ---

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        if REPLACED in event.text:
            self.notify(
                _(
                    "Not sent: it holds characters that could not be read (�); mend them, and "
                    "set the terminal to UTF-8"
                ),
                severity="error",
                markup=False,
                timeout=10,
            )
            return
        with self.trying():
            if isinstance(self.editing, Turn):
                self.play.edit(self.editing, event.text)
                self._end_editing()
                self.changed()
            elif self.editing is not None:
                self.pick(self.editing, event.text)
            elif not is_blank(event.text):
                self._say(event.text)
            else:
                self._go_on()

    def _say(self, text: str) -> None:
        self.drop_hand()
        self.play.say(text)
        self.query_one(Composer).clear()
        self.changed()
        self.deal()

    def _go_on(self) -> None:
        """Enter on nothing: take the lit candidate, or let the next one speak."""
        if self.hand:
            lit = self.query_one(Tray).lit
            if self.hand.places[lit].candidate:
                self.pick(lit)
        elif self.play.model_is_next:
            self.deal()

    def pick(self, place: int, text: str | None = None) -> None:
        """Take a candidate, as it is or as `text`, and let the next one speak."""
        hand = self.hand
        if hand is None or place >= len(hand.places) or hand.places[place].candidate is None:
            return
        self.play.pick(hand, place, text)
        self._stop_drawing()
        self.hand = None
        self.query_one(Tray).show(None)
        self._end_editing()
        self.changed()
        self.deal()

    @on(Composer.Asked)
    def _asked(self, event: Composer.Asked) -> None:
        word, __, value = event.command.partition(" ")
        commands: dict[str, Callable[[], object]] = {
            "pick": lambda: self.pick(int(value) - 1),
            "which": lambda: self._which(value),
            "edit": self._ask_which,
            "redraw": self.deal_again,
            "more": self.more,
            "up": lambda: self.query_one(Tray).move(-1),
            "down": lambda: self.query_one(Tray).move(1),
            "next": lambda: self.choose(1),
            "previous": lambda: self.choose(-1),
            "undo": self.action_undo,
            "redo": self.action_redo,
        }
        with self.trying():
            commands[word]()

    def choose(self, step: int) -> None:
        """Choose who is next."""
        self.drop_hand()
        self.play.cycle(step)
        self.tell()

    def deal_again(self) -> None:
        """Draw all candidates anew for the same role."""
        if self.hand:
            self.play.next = self.hand.speaker
            self.deal()

    def more(self) -> None:
        """Draw more candidates beside those on the table."""
        if self.hand and not self.drawing:
            self._deal_into(self.hand)

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
            self._edit_candidate(tray.lit)
        elif key.isdecimal() and key.isascii():
            self._edit_candidate(int(key) - 1)
        elif len(key) == 1 and key.isprintable():
            composer.insert(f"e{key}")

    def _edit_candidate(self, place: int) -> None:
        places = self.hand.places if self.hand else []
        candidate = places[place].candidate if 0 <= place < len(places) else None
        if candidate:
            self._begin_editing(
                place,
                body_of(candidate.entry),
                _("candidate {0} · Enter takes · Esc drops", place + 1),
            )

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
        composer = self.query_one(Composer)
        self.wants_draw = False
        if composer.asking:
            self._which("escape")
        elif self.editing is not None:
            self._end_editing()
        elif self.drawing:
            self._stop_drawing()
        else:
            self.drop_hand()
            self.tell()

    def action_undo(self) -> None:
        self._move(self.play.undo, "undone", "nothing_back")

    def action_redo(self) -> None:
        self._move(self.play.redo, "redone", "nothing_forward")

    def _move(self, move: Callable[[], bool], done: str, not_done: str) -> None:
        self.drop_hand()
        with self.trying():
            moved = move()
            self.changed()
            self.notify(say(done if moved else not_done), timeout=2)

    def action_rewrite(self) -> None:
        """Put the last turn into the composer, to say it differently."""
        path = self.play.session.path
        if path and not self.query_one(Composer).text:
            self.rewrite(path[-1])

    def rewrite(self, turn: Turn) -> None:
        self.drop_hand()
        self._begin_editing(
            turn, body_of(turn.entry), _("rewrite turn {0} · Enter rewrites · Esc drops", turn.id)
        )

    @work
    async def action_turns(self) -> None:
        """Show the turns, and go where the person says."""
        chosen = await self.app.push_screen_wait(TurnsScreen(self.play.session))
        if chosen is None:
            return
        what, turn = chosen
        if what == "edit":
            self.rewrite(turn)
            return
        self.drop_hand()
        with self.trying():
            self.play.go(turn.id)
            self.changed()

    def action_prompt(self) -> None:
        """Show all that the model would read now."""
        backend, role = self.model.backend, self.play.next
        if backend is None or role is None or not self.play.model_is_next:
            self.notify(_("Nobody is next; choose with Tab first"), markup=False)
            return
        if self.opening:
            self.notify(_("waiting for the knowledge base…"), markup=False)
            return
        with self.trying():
            prompt = self.play.prompt(backend, role)
            used = _("{0}/{1} tokens", backend.count(prompt.text), backend.context)
            self.app.push_screen(PromptScreen(prompt, used))

    def action_page(self, step: int) -> None:
        transcript = self.query_one(Transcript)
        transcript.scroll_relative(y=step * max(transcript.size.height - 2, 1), animate=False)

    def leave(self) -> None:
        """Stop drawing, keep the candidates and close the session; the widgets may be gone.

        Raises `KnownError` where the candidates cannot be kept.
        """
        if self.is_running:
            self.workers.cancel_group(self, "draw")
        hand, self.hand = self.hand, None
        try:
            if hand:
                hand.stop()
                self.play.keep(hand)
        finally:
            self.play.leave()
