"""The hand on a table: who draws it, in which thread, with which seed, and how it is stopped."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial

from base.errors import KnownError
from base.messages import _
from models.backend import Backend, Progress
from scenes.log import Entry
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.ahead import Ahead
from scenes.table.background import Background, Post
from scenes.table.beside import Beside
from scenes.table.draw import Cost, Ranked, Update
from scenes.table.hand import Asked, Hand
from scenes.table.hands import Hands
from scenes.table.model_slot import ModelSlot as ModelSlot
from scenes.table.play import Play
from scenes.table.preparing import Preparing
from scenes.table.retry import Retry
from scenes.table.summing import SummingUp

SEED_STEP = 15485863
"""What a redraw adds to a seed that was asked for, so that it is another draw."""


class Dealer:
    """Has candidates drawn for a play, one hand at a time. A draw's thread ends with it."""

    def __init__(
        self, play: Play, model: ModelSlot, post: Post, emit: Callable[[happened.TableEvent], None]
    ) -> None:
        self.play, self.model = play, model
        self.hands = Hands(play)
        self.growing: Hand | None = None
        """The hand that is being drawn."""
        self._emit = emit
        self._wish: Asked | None = None
        """A draw that waits for the model, or for what may be told."""
        self._draw: Background[Update] | None = None
        self._draws: dict[tuple[int | None, str], int] = {}
        """How many hands were begun for a role at a place."""
        self._beside = Beside(play, model, post, emit)
        self._preparing = Preparing(self._beside, self._begin_wish)
        self.retry = Retry(post, self.deal)
        self.cost: Cost | None = None
        """What the last draw took."""
        self._ahead = Ahead(self._begin)

    @property
    def drawing(self) -> bool:
        return self._draw is not None

    @property
    def waiting(self) -> bool:
        """Whether a draw begins as soon as the model, or what may be told, is there."""
        return self._wish is not None or self.retry.pending

    def backend(self) -> Backend:
        """The model, ready to draw with all that may be told. Raises `KnownError`."""
        if self.model.backend is None:
            raise KnownError(self.model.problem or _("the model is still being loaded"))
        if self._preparing.opening:
            raise KnownError(_("the knowledge base is still being opened"))
        return self.model.backend

    @property
    def summing(self) -> SummingUp:
        """What sums up beside the table."""
        return self._preparing.summing

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
        self.play.direction = None
        place = (asked.after, asked.speaker.name)
        hand = self._seeded(hand)
        self._draws[place] = self._drawn_at(place) + 1
        if asked.after == here != self.hands.place:
            self.hands.visit()
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
        self.retry.cancel()
        if self._draw is not None and self.growing is not None:
            self._draw.cancel()
            self._end(self.growing, None, stopped=True)

    def halt(self) -> None:
        """Draw nothing more, as the play goes on elsewhere; what is complete is kept.

        Raises `KnownError` where it cannot be kept, and then it stays on the table.
        """
        self._wish = None
        self.retry.cancel()
        hand = self.growing
        if hand is None:
            return
        if self._draw is not None:
            self._draw.cancel()
        self._draw = self.growing = None
        hand.stop()
        if not hand.complete and self.hands.drop(hand):
            self._emit(happened.HandLeft(hand))
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
        self._preparing.close()
        self._ahead.drop()
        self.retry.cancel()
        self.halt()
        for hand in self.hands.all:
            self.play.keep(hand)

    def _ready_for(self, asked: Asked) -> Backend | None:
        """The model, where a draw can begin now; else the draw waits, or it is told why not."""
        backend = self.model.backend
        if backend is None and not self.model.loading:
            error = KnownError(self.model.problem or _("there is no model"))
            self.retry.after(asked, error, alive=False)
            self._emit(happened.DrawEnded(None, error))
            return None
        if backend is None or self._preparing.opening:
            self._wish = asked
            self._emit(happened.DrawWaits("model" if backend is None else "knowledge"))
            return None
        return backend

    def _drawn_at(self, place: tuple[int | None, str]) -> int:
        """How many hands there are of a role at a place, also such as came to nothing."""
        there = self.hands.all if place[0] == self.hands.place else ()
        return max(self._draws.get(place, 0), sum(h.speaker.name == place[1] for h in there))

    def _seeded(self, hand: Hand) -> Hand:
        """An empty hand with another seed than those before it at the same place."""
        seed, before = hand.sampling.seed, self._drawn_at((hand.after, hand.speaker.name))
        if seed is not None and before:
            hand.sampling = replace(hand.sampling, seed=(seed + SEED_STEP * before) % 2**32)
        return hand

    def _fill(self, hand: Hand, backend: Backend) -> None:
        """Draw (more) candidates into a hand, unless they have been drawn ahead."""
        self._preparing.stop_reading()
        begun = bool(hand.places)
        if not begun and self._is_ready(hand, backend):
            return
        self._ahead.drop()
        self.growing = hand
        try:
            offset, updates = self.play.deal(backend, hand)
        except Exception as error:
            self._end(hand, error)
            return
        if not begun:
            self._lay(hand)
        elif hand is self.hands.shown:
            self._emit(happened.HandChanged(hand))
        take, ended = partial(self._take, hand, offset), partial(self._end, hand)
        self._draw = self._begin(updates, take, ended)

    def _lay(self, hand: Hand) -> None:
        """Put a new hand on the table, if its place is looked at."""
        if hand.after == self.hands.place:
            self.hands.add(hand)
            self._emit(happened.HandOpened(hand))

    def _begin(
        self,
        updates: Generator[Update],
        take: Callable[[Update], object],
        ended: Callable[[Exception | None], object],
    ) -> Background[Update]:
        return self._beside.begin("draw", updates, take, ended)

    def _take(self, hand: Hand, offset: int, update: Update) -> None:
        if isinstance(update, Progress):
            self._emit(happened.PromptRead(update.done, update.total, ahead=False))
        elif hand.update(update, offset) is not None and hand is self.hands.shown:
            is_order = isinstance(update, Ranked)
            self._emit(happened.HandRanked(hand) if is_order else happened.HandChanged(hand))

    def _end(self, hand: Hand, error: Exception | None, stopped: bool = False) -> None:
        """A draw is over. One that came to nothing gives way to what lay there before."""
        self._draw = self.growing = None
        hand.stop()
        was_shown = not hand.complete and self.hands.drop(hand)
        self.cost = hand.cost or self.cost
        asked = self.play.given_back(hand)
        seconds = self.retry.after(asked, error, bool(hand.complete))
        self._emit(happened.DrawEnded(hand, error, stopped))
        if seconds:
            words = _("the model is asked again in {n} s; Esc gives up", n=round(seconds))
            self._emit(happened.Notice(words))
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

    # --- what is drawn ahead ---

    def draw_ahead(self, asked: Asked, said: Sequence[Entry] = ()) -> None:
        """Draw a line that may be wanted next, after `said` were said; it is never in the way."""
        backend = self.model.backend
        if self.growing or self._wish or backend is None or self._preparing.opening:
            return
        try:
            hand = self._seeded(self.play.hand(backend, asked))
            history = self.play.history_ahead(backend, asked.speaker, said)
        except KnownError:  # the draw itself tells it
            return
        self._preparing.stop_reading()
        self._ahead.draw(hand, history, backend, partial(self.play.draw, backend, hand, history))

    def give_up_ahead(self) -> None:
        """Draw nothing ahead, as the play is elsewhere."""
        self._ahead.cancel()

    def _is_ready(self, wanted: Hand, backend: Backend) -> bool:
        """Whether what is wanted has been drawn ahead, or is being: then that is on the table."""
        if not self._ahead.has_any:
            return False
        history = self.play.history_for(wanted, backend)
        guess = self._ahead.adopt(wanted, history, backend, self._heard, self._over)
        if guess is None:
            return False
        hand = guess.hand
        hand.after, self.growing, self._draw = wanted.after, hand, guess.work
        for update in guess.told:
            hand.update(update)
        self._lay(hand)
        if guess.work is None:
            self._end(hand, None)
        return True

    def _heard(self, update: Update) -> None:
        if self.growing is not None:
            self._take(self.growing, 0, update)

    def _over(self, error: Exception | None) -> None:
        if self.growing is not None:
            self._end(self.growing, error)

    # --- the model ---

    def model_changed(self) -> None:
        """The model is being loaded, is ready, or is not to be had."""
        self.play.model = "" if self.model.backend is None else self.model.backend.name
        if self.model.problem:
            self._wish = None
        if self.model.backend is not None and not self._preparing.open_knowledge():
            self._begin_wish()

    def _begin_wish(self) -> None:
        """Begin the draw that waits; where none does, read ahead."""
        if self._wish is not None:
            self.deal(self._wish)
        elif self.retry.failed is not None and self.retry.failed.after == self.hands.place:
            self.deal(self.retry.failed)
        elif not self.hands.all and not self.model.given:
            self._preparing.read_ahead()
