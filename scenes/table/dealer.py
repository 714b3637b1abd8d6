"""The hand on a table: who draws it, in which thread, with which seed, and how it is stopped."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Protocol

from base.errors import KnownError
from base.messages import _
from characters.knowledge import Shelf
from models.backend import Backend, Progress
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.background import Background, Post
from scenes.table.draw import Update
from scenes.table.hand import Asked, Hand
from scenes.table.hands import Hands
from scenes.table.play import Play

SEED_STEP = 15485863
"""What a redraw adds to a seed that was asked for, so that it is another draw."""


class ModelSlot(Protocol):
    """The model at the table, as a front end keeps it: being loaded, ready, or not to be had."""

    @property
    def backend(self) -> Backend | None: ...

    @property
    def loading(self) -> bool: ...

    @property
    def problem(self) -> str:
        """Why there is none."""
        ...

    @property
    def given(self) -> bool:
        """Whether it was handed over ready, and so has nothing to read ahead."""
        ...

    @property
    def busy(self) -> AbstractContextManager[object]:
        """Held while the model works: it serves one thread at a time."""
        ...


class Dealer:
    """Has candidates drawn for a play, one hand at a time. A draw's thread ends with it."""

    def __init__(
        self, play: Play, model: ModelSlot, post: Post, emit: Callable[[happened.TableEvent], None]
    ) -> None:
        self.play, self.model = play, model
        self.hands = Hands(play)
        self.growing: Hand | None = None
        """The hand that is being drawn."""
        self._post, self._emit = post, emit
        self._wish: Asked | None = None
        """A draw that waits for the model, or for what may be told."""
        self._draw: Background[Update] | None = None
        self._warm_up: Background[Progress] | None = None
        self._draws: dict[tuple[int | None, str], int] = {}
        """How many hands were begun for a role at a place."""
        self.opening = play.knowledge.is_slow(play.session.role)
        """Whether what may be told has still to be opened."""
        self._knowledge: Background[Shelf] | None = None

    @property
    def drawing(self) -> bool:
        return self._draw is not None

    @property
    def waiting(self) -> bool:
        """Whether a draw begins as soon as the model, or what may be told, is there."""
        return self._wish is not None

    def backend(self) -> Backend:
        """The model, ready to draw with all that may be told. Raises `KnownError`."""
        if self.model.backend is None:
            raise KnownError(self.model.problem or _("the model is still being loaded"))
        if self.opening:
            raise KnownError(_("the knowledge base is still being opened"))
        return self.model.backend

    # --- drawing ---

    def deal(self, wanted: Role | Asked) -> None:
        """Draw candidates for a line, of a role where the play stands; with a seed, from another
        one than those at the same place before."""
        here = self.play.session.head
        asked = Asked(wanted, here) if isinstance(wanted, Role) else wanted
        backend = self._ready_for(asked)
        if backend is None:
            return
        try:
            hand = self.play.hand(backend, asked)
        except Exception as error:
            self._emit(happened.DrawEnded(None, error))
            return
        self.halt()
        self._reseed(hand)
        if hand.after == self.hands.place:
            self.hands.add(hand)
        self._fill(hand, backend)

    def more(self, hand: Hand) -> None:
        """Draw more candidates beside those of a hand."""
        if self.model.backend is None:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        if self.drawing:
            raise KnownError(_("the candidates are still being drawn; wait, or stop them first"))
        self._fill(hand, self.model.backend)

    def stop(self) -> None:
        """Draw nothing more; what is complete stays on the table."""
        self._wish = None
        if self._draw is not None and self.growing is not None:
            self._draw.cancel()
            self._end(self.growing, None, stopped=True)

    def halt(self) -> None:
        """Draw nothing more, as the play goes on elsewhere; what is complete is kept.

        Raises `KnownError` where it cannot be kept, and then it stays on the table.
        """
        self._wish = None
        hand = self.growing
        if hand is None:
            return
        if self._draw is not None:
            self._draw.cancel()
        self._draw = self.growing = None
        hand.stop()
        if not hand.complete:
            self.hands.drop(hand)
        self.play.keep(hand)

    def set_aside(self) -> None:
        """Draw nothing more, and have no hand in sight, as another one is to speak here.

        Raises `KnownError` where what is complete cannot be kept.
        """
        self.halt()
        before = self.hands.shown
        if self.hands.turn is not None:
            self.hands.visit()
        self.hands.pass_over(None)
        if before is not None:
            self._emit(happened.HandHidden(before))

    def close(self) -> None:
        """Stop whatever goes on, and keep the candidates. Raises `KnownError` where it cannot."""
        for work in (self._warm_up, self._knowledge):
            if work is not None:
                work.cancel()
        self.halt()
        for hand in self.hands.all:
            self.play.keep(hand)

    def _ready_for(self, asked: Asked) -> Backend | None:
        """The model, where a draw can begin now; else the draw waits, or it is told why not."""
        backend = self.model.backend
        if backend is None and not self.model.loading:
            self._emit(
                happened.DrawEnded(None, KnownError(self.model.problem or _("there is no model")))
            )
            return None
        if backend is None or self.opening:
            self._wish = asked
            self._emit(happened.DrawWaits("model" if backend is None else "knowledge"))
            return None
        return backend

    def _reseed(self, hand: Hand) -> None:
        """Give a hand another seed than those before it at the same place."""
        place = (hand.after, hand.speaker.name)
        there = sum(old.speaker == hand.speaker for old in self.hands.all)
        before = max(self._draws.get(place, 0), there)
        self._draws[place] = before + 1
        seed = hand.sampling.seed
        if seed is not None and before:
            hand.sampling = replace(hand.sampling, seed=(seed + SEED_STEP * before) % 2**32)

    def _fill(self, hand: Hand, backend: Backend) -> None:
        if self._warm_up is not None:
            self._warm_up.cancel()
        begun = bool(hand.places)
        self.growing = hand
        try:
            offset, updates = self.play.deal(backend, hand)
        except Exception as error:
            self._end(hand, error)
            return
        if hand is self.hands.shown:
            self._emit(happened.HandChanged(hand) if begun else happened.HandOpened(hand))
        self._draw = Background(
            updates,
            self.model.busy,
            self._post,
            partial(self._take, hand, offset),
            partial(self._end, hand),
        )
        self._draw.start("draw")

    def _take(self, hand: Hand, offset: int, update: Update) -> None:
        if isinstance(update, Progress):
            self._emit(happened.PromptRead(update.done, update.total, ahead=False))
        elif hand.update(update, offset) is not None and hand is self.hands.shown:
            self._emit(happened.HandChanged(hand))

    def _end(self, hand: Hand, error: Exception | None, stopped: bool = False) -> None:
        """A draw is over. One that came to nothing gives way to what lay there before."""
        self._draw = self.growing = None
        hand.stop()
        was_shown = not hand.complete and self.hands.drop(hand)
        self._emit(happened.DrawEnded(hand, error, stopped))
        self._keep(hand)
        if not (hand.complete or error or stopped):
            why = next((place.why for place in hand.places if place.why), "")
            words = _("no candidate was a well-formed line: {why}", why=why)
            self._emit(happened.Notice(words))
        if was_shown:
            before = self.hands.shown
            self._emit(happened.HandOpened(before) if before else happened.HandLeft(hand))

    def _keep(self, hand: Hand) -> None:
        """Have the session remember a hand as soon as it is there."""
        try:
            self.play.keep(hand)
        except KnownError as error:
            self._emit(happened.Notice(str(error)))

    # --- the model, and what may be told ---

    def model_changed(self) -> None:
        """The model is being loaded, is ready, or is not to be had."""
        if self.model.problem:
            self._wish = None
        if self.model.backend is None:
            return
        if self.opening and self._knowledge is None:
            self._open_knowledge()
        elif not self.opening:
            self._begin_wish()

    def _begin_wish(self) -> None:
        """Begin the draw that waits; where none does, read ahead."""
        if self._wish is not None:
            self.deal(self._wish)
        elif not self.hands.all and not self.model.given:
            self._read_ahead()

    def _read_ahead(self) -> None:
        """Have the model read what has been said while the person does, so that the first draw
        costs no more than the new lines."""
        backend, speaker = self.model.backend, self.play.next
        if backend is None or speaker is None:
            return
        try:
            progress = self.play.warming(backend, speaker)
        except KnownError as error:
            self._emit(happened.WarmUpFailed(error))
            return
        self._warm_up = Background(
            progress, self.model.busy, self._post, self._ahead, self._ahead_ended
        )
        self._warm_up.start("read ahead")

    def _ahead(self, read: Progress) -> None:
        self._emit(happened.PromptRead(read.done, read.total, ahead=True))

    def _ahead_ended(self, error: Exception | None) -> None:
        self._warm_up = None
        if error is not None:
            self._emit(happened.WarmUpFailed(error))

    def _open_knowledge(self) -> None:
        """Open what may be told beside the table, after the model that speaks."""
        self._knowledge = Background(
            self.play.opening_knowledge(),
            self.model.busy,
            self._post,
            self.play.use_knowledge,
            self._knowledge_ended,
            Shelf.close,
        )
        self._knowledge.start("open knowledge")

    def _knowledge_ended(self, error: Exception | None) -> None:
        self.opening = False
        self._emit(happened.KnowledgeOpened(error))
        self._begin_wish()
