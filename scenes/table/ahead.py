"""Hands drawn while a person reads, for what they may want next; nobody sees one before it is.

Nothing of them is written down. A hand is handed out only for the line that it was drawn for.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from models.backend import Backend
from scenes.log import Entry
from scenes.scene import Role
from scenes.table.background import Background
from scenes.table.draw import Update
from scenes.table.hand import Asked, Hand
from scenes.table.hands import Hands
from scenes.table.play import Play
from scenes.table.session import Turn

MOST = 3
"""Hands that are kept beside the one that is drawn."""


class Drawing(Protocol):
    """Begins a draw in a thread of its own."""

    def __call__(
        self,
        updates: Generator[Update],
        take: Callable[[Update], object],
        ended: Callable[[Exception | None], object],
    ) -> Background[Update]: ...


@dataclass(eq=False)
class Guess:
    """A hand for a line that nobody has asked for yet."""

    hand: Hand
    history: Sequence[Entry]
    """What the model reads before it, to the letter."""
    backend: Backend
    work: Background[Update] | None = None
    """The draw, while it goes on."""
    told: list[Update] = field(default_factory=list)

    def fits(self, hand: Hand, history: Sequence[Entry], backend: Backend) -> bool:
        """Whether it is what would be drawn for an empty `hand` now."""
        return (
            backend is self.backend
            and (hand.speaker, hand.sampling, hand.begun, hand.steering)
            == (self.hand.speaker, self.hand.sampling, self.hand.begun, self.hand.steering)
            and history == self.history
        )


class Ahead:
    """What is drawn ahead; at most one draw goes on."""

    def __init__(self, begin: Drawing) -> None:
        self._begin = begin
        self._guesses: list[Guess] = []
        self._take: Callable[[Update], object] | None = None
        self._ended: Callable[[Exception | None], object] | None = None

    @property
    def has_any(self) -> bool:
        return bool(self._guesses)

    def draw(
        self,
        hand: Hand,
        history: Sequence[Entry],
        backend: Backend,
        updates: Callable[[], Generator[Update]],
    ) -> None:
        """Draw an empty `hand`, unless it is there already."""
        if any(guess.fits(hand, history, backend) for guess in self._guesses):
            return
        self.cancel()
        guess = Guess(hand, history, backend)
        self._guesses = [*self._guesses[-MOST:], guess]
        take, ended = partial(self._heard, guess), partial(self._over, guess)
        guess.work = self._begin(updates(), take, ended)

    def adopt(
        self,
        hand: Hand,
        history: Sequence[Entry],
        backend: Backend,
        take: Callable[[Update], object],
        ended: Callable[[Exception | None], object],
    ) -> Guess | None:
        """The guess that is what `hand` would be, where there is one: what has been told of it is
        in `told`, and what is still to come goes to `take` and `ended`. All others are dropped."""
        found = next((g for g in self._guesses if g.fits(hand, history, backend)), None)
        if found is not None:
            self._guesses.remove(found)
            self._take, self._ended = take, ended
        self.drop()
        return found

    def cancel(self) -> None:
        """Stop the draw that goes on, as the model is wanted for another; what is whole stays."""
        for guess in self._guesses:
            if guess.work is not None:
                guess.work.cancel()
        self._guesses = [guess for guess in self._guesses if guess.work is None]

    def drop(self) -> None:
        """Forget all, as the play has gone on elsewhere."""
        self.cancel()
        self._guesses.clear()

    def _heard(self, guess: Guess, update: Update) -> None:
        if guess in self._guesses:
            guess.told.append(update)
        elif self._take is not None:
            self._take(update)

    def _over(self, guess: Guess, error: Exception | None) -> None:
        if guess not in self._guesses:
            if self._ended is not None:
                self._ended(error)
            return
        guess.work = None
        if error is not None:
            self._guesses.remove(guess)


@dataclass(frozen=True)
class Likely:
    """What a person may want next: a line, after these have been said."""

    asked: Asked
    said: tuple[Entry, ...] = ()


def likely(
    play: Play, hands: Hands, lit: int, passed_to: Callable[[], Role | None]
) -> Likely | None:
    """What is drawn next if the lit candidate is picked, or the one who is next lets others speak.

    `None` where the person has to speak first, or a hand waits out of sight.
    """
    session, hand = play.session, hands.shown
    if hand is not None:
        entry = _lit_of(hand, lit)
        if entry is None:
            return None
        turn = Turn(len(session.turns) + 1, session.head, entry, "model")
        role = play.speaker_after([*session.path, turn])
        if role is None or role.name == session.role:
            return None
        return Likely(Asked(role, turn.id), (entry,))
    if hands.hidden or play.next is None:
        return None
    role = play.next if play.model_is_next else passed_to()
    return None if role is None else Likely(Asked(role, session.head))


def _lit_of(hand: Hand, lit: int) -> Entry | None:
    """The line that is lit, else the first that is complete."""
    places = [*hand.places[lit : lit + 1], *hand.places]
    found = (place.candidate for place in places if place.candidate is not None)
    candidate = next(found, None)
    return None if candidate is None else candidate.entry
