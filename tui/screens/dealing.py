"""How candidates come to the table: draws in a thread, a hand that grows, and stopping them."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from base.messages import _
from models.backend import Progress
from scenes.table.draw import Update
from scenes.table.play import Hand, Play
from tui.failures import Known
from tui.faults import keep, line_of
from tui.loaded_model import Model
from tui.widgets.tray import Tray

if TYPE_CHECKING:
    from characters.knowledge import Shelf


class DealingScreen(Screen[None]):
    """A screen with a tray, on which a play deals the candidates that a model draws."""

    @dataclass
    class Told(Message):
        """A draw has told something."""

        hand: Hand
        offset: int
        update: Update

    @dataclass
    class Over(Message):
        """A draw has ended, by itself or with a problem."""

        hand: Hand
        problem: str = ""

    @dataclass
    class Opened(Message):
        """What may be told is open, or could not be opened."""

        shelf: "Shelf | None"
        problem: str = ""

    def __init__(self, play: Play, model: Model) -> None:
        super().__init__()
        self.play = play
        self.model = model
        self.hand: Hand | None = None
        self.drawing = False
        self.wants_draw = False
        """Whether a draw waits for the model, or for what may be told."""
        self.opening = play.knowledge_is_slow
        """Whether what may be told is being opened."""

    def on_mount(self) -> None:
        if self.opening:
            self.call_after_refresh(self._open_knowledge)

    @work(thread=True, group="knowledge")
    def _open_knowledge(self) -> None:
        """Open what may be told off the event loop, after the model that speaks."""
        worker, shelf, problem = get_current_worker(), None, ""
        with self.model.busy:
            if worker.is_cancelled:
                return
            try:
                shelf = self.play.opened_knowledge()
            except Exception as error:
                problem = line_of(error)
        if not self.post_message(self.Opened(shelf, problem)) and shelf is not None:
            shelf.close()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self.opening = False
        if event.shelf is not None:
            self.play.use_knowledge(event.shelf)
        if event.problem:
            self.notify(event.problem, severity="error", markup=False, timeout=15)
        self._tell_notices()
        if self.wants_draw and self.model.backend:
            self.deal()

    def tell(self) -> None:
        """A hook: the draw or the model has changed."""

    def _tell_notices(self) -> None:
        while self.play.notices:
            self.notify(self.play.notices.pop(0), severity="warning", markup=False)

    @contextmanager
    def trying(self) -> Generator[None]:
        """Tell the person what could not be done; what was written stays in the composer."""
        try:
            yield
        except Exception as error:
            self.notify(line_of(error), severity="error", markup=False, timeout=10)

    def model_changed(self) -> None:
        """The model is ready, or not to be had."""
        if self.model.problem:
            told = _("No model: nothing can be drawn, but you can write. {0}", self.model.problem)
            self.notify(told, severity="error", markup=False, timeout=15)
            self.wants_draw = False
        if self.wants_draw and self.model.backend:
            self.deal()
        elif self.model.backend and self.play.next and not self.model.given:
            self._warm(self.play.warming(self.model.backend, self.play.next))
        self.tell()

    @work(thread=True, group="warm")
    def _warm(self, updates: Generator[Progress]) -> None:
        """Have the model read what has been said while the person does, so that the first draw
        costs no more than the new lines; a draw stops it, and reads the rest itself."""
        worker = get_current_worker()
        try:
            with self.model.busy, closing(updates):
                while not worker.is_cancelled and next(updates, None):
                    pass
        except Exception as error:  # the draw that follows tells the person
            if not isinstance(error, Known):
                keep(error)

    def deal(self) -> None:
        """Draw candidates for whoever is next."""
        if not self.play.model_is_next or self.play.next is None:
            return
        if self.model.backend is None:
            self.wants_draw = self.model.loading
            self.notify(
                _("waiting for the model…") if self.wants_draw else self.model.problem, markup=False
            )
            return
        if self.opening:
            self.wants_draw = True
            self.notify(_("waiting for the knowledge base…"), markup=False)
            return
        self.drop_hand()
        with self.trying():
            self.hand = self.play.hand(self.model.backend, self.play.next)
            self._deal_into(self.hand)

    def _deal_into(self, hand: Hand) -> None:
        assert self.model.backend is not None
        offset, updates = self.play.deal(self.model.backend, hand)
        self.drawing, self.wants_draw = True, False
        self.workers.cancel_group(self, "warm")
        tray = self.query_one(Tray)
        if offset:
            tray.changed()
        else:
            tray.show(hand)
        self._draw(hand, offset, updates)
        self.tell()

    @work(thread=True, group="draw")
    def _draw(self, hand: Hand, offset: int, updates: Generator[Update]) -> None:
        """Consume a draw off the event loop; cancelling the worker closes it."""
        worker, problem = get_current_worker(), ""
        try:
            with self.model.busy, closing(updates):
                for update in updates:
                    if worker.is_cancelled:
                        return
                    self.post_message(self.Told(hand, offset, update))
        except Exception as error:
            problem = line_of(error)
        if not worker.is_cancelled:
            self.post_message(self.Over(hand, problem))

    @on(Told)
    def _told(self, event: Told) -> None:
        if event.hand is self.hand and self.drawing:
            event.hand.update(event.update, event.offset)
            self.query_one(Tray).changed()

    @on(Over)
    def _over(self, event: Over) -> None:
        if event.hand is self.hand:
            self._stop_drawing()
        self._tell_notices()
        if event.problem:
            self.notify(event.problem, severity="error", markup=False, timeout=15)

    def _stop_drawing(self) -> None:
        self.workers.cancel_group(self, "draw")
        self.drawing = False
        if self.hand:
            self.hand.stop()
            self.query_one(Tray).changed()
        self.tell()

    def drop_hand(self) -> None:
        """Take the candidates from the table; the session remembers them."""
        if self.hand is None:
            return
        self._stop_drawing()
        hand, self.hand = self.hand, None
        self.query_one(Tray).show(None)
        with self.trying():
            self.play.keep(hand)
