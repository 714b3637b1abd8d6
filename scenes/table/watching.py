"""A table that plays by itself: the best candidate is taken at a pace, until somebody steps in.

It knows no clock and no toolkit: the front end has calls made later, and tells it what happens.
"""

from collections.abc import Callable
from time import monotonic

from base.errors import KnownError
from base.messages import _, _n
from scenes.log import Entry
from scenes.table import controller_events as happened
from scenes.table.controller import Table
from scenes.table.draws import Candidate
from scenes.table.hand import Hand
from scenes.table.ranking import ranks
from scenes.table.session import Turn
from scenes.table.speaking_commands import MOST_TURNS

MOST_ERRORS = 3
"""Draws running that may fail."""
AGAIN_S = 2.0
"""Seconds until a draw that failed is tried again, doubled each time."""
SECONDS_A_CELL, BEFORE, LEAST, MOST = 0.09, 0.8, 1.5, 15.0
"""How long a line is left to be read: so much a column, and before it; no less and no more."""

Later = Callable[[float, Callable[[], None]], object]
"""Has a call made in the front end's thread after so many seconds."""


def reading_time(entry: Entry) -> float:
    """Seconds that a person needs to read a line."""
    cells = sum(2 if ord(c) > 0x1100 else 1 for c in entry.text + entry.thought)
    return min(MOST, max(LEAST, BEFORE + SECONDS_A_CELL * cells))


def best_of(hand: Hand) -> int:
    """The number, from 1, of the first candidate where the best stands first, else of the likeliest
    per token, where that is known, else of the first; one that came to its end before one that was
    cut. Raises `KnownError` where none is."""
    complete = [
        (number, place.candidate)
        for number, place in enumerate(hand.places, 1)
        if place.candidate is not None
    ]
    if not complete:
        raise KnownError(_("no candidate is complete"))
    if ranks(hand.sampling):
        return complete[0][0]
    known = all(candidate.logprob is not None for __, candidate in complete)

    def rank(numbered: tuple[int, Candidate]) -> tuple[bool, float, int]:
        number, candidate = numbered
        likely = (candidate.logprob or 0.0) / max(candidate.tokens, 1) if known else 0.0
        return candidate.finish == "stop", likely, -number

    return max(complete, key=rank)[0]


class Watching:
    """Plays a table by itself while it is `on`. Every call comes from the front end's thread."""

    def __init__(
        self,
        table: Table,
        later: Later,
        tell: Callable[[str], None],
        pace: float | None = None,
        now: Callable[[], float] = monotonic,
        words: Callable[[Exception], str] = str,
    ) -> None:
        """`pace` is seconds a turn; `None` is by the length of the line. `tell` is told why it has
        stopped by itself, in the `words` for an error."""
        self.table = table
        self.on = False
        self.pace = pace
        self.waits = False
        """Whether it waits for the person where their own role is up, instead of playing it."""
        self._later, self._tell, self._now, self._words = later, tell, now, words
        self._left = 0
        self._left_after_me = 0
        """Turns to be played once the person has said the line that it waits for."""
        self._errors = 0
        self._due = 0.0
        """When the line that was said last has been read."""
        self._round = 0
        """What is scheduled for an earlier one is no longer done."""
        self._asked_before: object = None

    def begin(self, turns: int | None = None) -> None:
        """Play so many turns by itself, or until somebody steps in."""
        self._left, self._left_after_me, self._errors = turns or MOST_TURNS, 0, 0
        if not self.on:
            self.on = True
            self._asked_before = self.table.play.asked.get("logprobs")
            self.table.play.asked["logprobs"] = True
        path = self.table.play.session.path
        self._read(path[-1:])
        self._schedule(0.0)

    def stop(self) -> bool:
        """Somebody steps in, or leaves; whether it was on. What is being drawn goes on."""
        was, self.on = self.on, False
        self._round += 1
        if was:
            if self._asked_before is None:
                self.table.play.asked.pop("logprobs", None)
            else:
                self.table.play.asked["logprobs"] = self._asked_before
        return was

    def heard(self, event: happened.TableEvent) -> None:
        """Something has happened at the table."""
        if not self.on:
            match event:
                case happened.TurnsSaid(turns) if self._left_after_me:
                    if any(turn.by == "player" for turn in turns):
                        self.begin(self._left_after_me)
            return
        match event:
            case happened.TurnsSaid(turns):
                self._read(turns)
                self._schedule(0.0)
            case happened.DrawEnded(error=Exception() as error):
                self._failed(error)
            case happened.DrawEnded(hand) if hand is not None and hand.complete:
                self._errors = 0
                self._schedule(self._due - self._now())
            case happened.DrawEnded(stopped=False):
                self._failed()
            case happened.DrawEnded():
                self._end(_("stopped"))

    def _read(self, turns: "list[Turn] | tuple[Turn, ...]") -> None:
        seconds = (
            sum(reading_time(turn.entry) for turn in turns) if self.pace is None else self.pace
        )
        self._due = self._now() + seconds

    def _schedule(self, seconds: float) -> None:
        self._round += 1
        mine = self._round

        def call() -> None:
            if self.on and mine == self._round:
                self._step()

        self._later(max(0.0, seconds), call)

    def _step(self) -> None:
        """Take the best candidate that lies there, else have the next one drawn."""
        table = self.table
        if table.drawing or table.waiting:
            return  # its end schedules what follows
        try:
            if table.looking is not None:
                table.look_at(None)
            if table.hidden:
                table.unhide()
            if table.hand is not None and table.hand.complete:
                wait = self._due - self._now()
                if wait > 0.005:
                    self._schedule(wait)
                    return
                self._left -= 1
                table.pick(best_of(table.hand), unattended=True)
                self._after_pick()
            else:
                self._draw()
        except Exception as error:
            self._end(self._words(error))

    def _after_pick(self) -> None:
        if self._left <= 0 and self.on:
            if self.table.drawing or self.table.waiting:
                self.table.stop()
            self._end(_("so many turns have been played"))

    def _draw(self) -> None:
        """Have the next one speak, also the person's own role."""
        table = self.table
        if table.play.next is None:
            self._end(table.why())
        elif table.play.model_is_next:
            table.go_on()
        elif self.waits:
            self._wait_for_me()
        else:
            table.draw_own()

    def _wait_for_me(self) -> None:
        left = self._left
        self.stop()
        self._left_after_me = left
        self._tell(_("it is your turn; once you have said your line, it goes on by itself"))

    def _failed(self, error: Exception | None = None) -> None:
        self._errors += 1
        if self._errors >= MOST_ERRORS:
            n = self._errors
            why = _n("{n} draw has failed", "{n} draws running have failed", n)
            if error is not None:
                words = self._words(error)
                why = _("{failed}, the last one so: {error}", failed=why, error=words)
            self._end(why)
        else:
            self._schedule(AGAIN_S * 2 ** (self._errors - 1))

    def _end(self, why: str) -> None:
        if self.stop():
            self._tell(_("no longer playing by itself: {why}", why=why))
