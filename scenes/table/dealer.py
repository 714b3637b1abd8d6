"""The hand on a table: who draws it, in which thread, with which seed, and how it is stopped."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from base.errors import KnownError
from base.messages import _
from models.backend import Backend, Progress
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.background import Background, Post
from scenes.table.draw import Update
from scenes.table.hand import Hand
from scenes.table.play import Play

if TYPE_CHECKING:
    from characters.knowledge import Shelf

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
        self.hand: Hand | None = None
        self._post, self._emit = post, emit
        self._wish: tuple[Role, bool] | None = None
        """A draw that waits for the model, or for what may be told."""
        self._draw: Background[Update] | None = None
        self._warm_up: Background[Progress] | None = None
        self._before: Hand | None = None
        """What lay on the table before the draw that goes on, should it come to nothing."""
        self._place: tuple[int | None, str] | None = None
        self._redraws = 0
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

    def deal(self, speaker: Role, again: bool = False) -> None:
        """Draw candidates for a line of `speaker`, with another seed where it is done `again`."""
        backend = self._ready_for(speaker, again)
        if backend is None:
            return
        before = self._to_come_back() if again else None
        try:
            hand = self.play.hand(backend, speaker)
        except Exception as error:
            self._emit(happened.DrawEnded(None, error))
            return
        self.set_aside(quietly=again)
        self._reseed(hand, again)
        self.hand, self._before = hand, before
        self._fill(hand, backend)

    def more(self) -> None:
        """Draw more candidates beside those on the table."""
        if self.hand is None or self.model.backend is None:
            raise KnownError(_("there are no candidates yet; an empty Enter draws some"))
        if self.drawing:
            raise KnownError(_("the candidates are still being drawn; wait, or stop them first"))
        self._before = None
        self._fill(self.hand, self.model.backend)

    def stop(self) -> None:
        """Draw nothing more; what is complete stays on the table."""
        self._wish = None
        if self._draw is not None and self.hand is not None:
            self._draw.cancel()
            self._end(self.hand, None, stopped=True)

    def set_aside(self, quietly: bool = False) -> None:
        """Take the candidates from the table; the session remembers them.

        Raises `KnownError` where it cannot, and then they stay.
        """
        self._wish = None
        hand = self.hand
        if hand is None:
            return
        self._halt(hand)
        self.play.keep(hand)
        self._leave(hand, quietly)

    def clear(self) -> None:
        """Take the candidates from the table, one of them being picked."""
        if self.hand is not None:
            self._halt(self.hand)
            self._leave(self.hand)

    def close(self) -> None:
        """Stop whatever goes on, and keep the candidates. Raises `KnownError` where it cannot."""
        for work in (self._warm_up, self._knowledge):
            if work is not None:
                work.cancel()
        hand, self.hand, self._wish = self.hand, None, None
        if hand is not None:
            self._halt(hand)
            self.play.keep(hand)

    def _ready_for(self, speaker: Role, again: bool) -> Backend | None:
        """The model, where a draw can begin now; else the draw waits, or it is told why not."""
        backend = self.model.backend
        if backend is None and not self.model.loading:
            self._emit(
                happened.DrawEnded(None, KnownError(self.model.problem or _("there is no model")))
            )
            return None
        if backend is None or self.opening:
            self._wish = (speaker, again)
            self._emit(happened.DrawWaits("model" if backend is None else "knowledge"))
            return None
        return backend

    def _to_come_back(self) -> Hand | None:
        """What lies on the table again where a redraw comes to nothing: never an empty hand."""
        return self.hand if self.hand is not None and self.hand.complete else self._before

    def _reseed(self, hand: Hand, again: bool) -> None:
        """Give a redraw another seed than the draws before it at the same place."""
        place = (hand.after, hand.speaker.name)
        if place != self._place:
            self._place, self._redraws = place, 0
        self._redraws += again
        seed = hand.sampling.seed
        if seed is not None:
            other = (seed + SEED_STEP * self._redraws) % 2**32
            hand.sampling = replace(hand.sampling, seed=other if self._redraws else seed)

    def _fill(self, hand: Hand, backend: Backend) -> None:
        if self._warm_up is not None:
            self._warm_up.cancel()
        begun = bool(hand.places)
        try:
            offset, updates = self.play.deal(backend, hand)
        except Exception as error:
            self._end(hand, error)
            return
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
        elif hand.update(update, offset) is not None:
            self._emit(happened.HandChanged(hand))

    def _end(self, hand: Hand, error: Exception | None, stopped: bool = False) -> None:
        """A draw is over. One that came to nothing gives way to what lay there before."""
        self._draw = None
        hand.stop()
        before, self._before = self._before, None
        if not hand.complete:
            self.hand = before
        self._emit(happened.DrawEnded(hand, error, stopped))
        if not (hand.complete or error or stopped):
            why = next((place.why for place in hand.places if place.why), "")
            words = _("no candidate was a well-formed line: {why}", why=why)
            self._emit(happened.Notice(words))
        if self.hand is before and before is not None:
            self._emit(happened.HandOpened(before))
        elif self.hand is None:
            self._emit(happened.HandLeft(hand))

    def _halt(self, hand: Hand) -> None:
        if self._draw is not None:
            self._draw.cancel()
            self._draw = None
        hand.stop()

    def _leave(self, hand: Hand, quietly: bool = False) -> None:
        self.hand = self._before = None
        if not quietly:
            self._emit(happened.HandLeft(hand))

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
            self.deal(*self._wish)
        elif self.hand is None and not self.model.given:
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
            lambda shelf: shelf.close(),
        )
        self._knowledge.start("open knowledge")

    def _knowledge_ended(self, error: Exception | None) -> None:
        self.opening = False
        self._emit(happened.KnowledgeOpened(error))
        self._begin_wish()
