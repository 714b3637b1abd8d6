"""A draw whose model was away, asked for once more: by a person, and by itself after a while."""

from collections.abc import Callable
from threading import Timer

from base.errors import PassingError
from scenes.table.background import Post
from scenes.table.hand import Asked

BACK_OFF = (2.0, 5.0, 15.0)
"""Seconds until a draw is asked for again by itself, each time it fails."""


class Retry:
    """The draw that failed last, and when it is asked for again."""

    def __init__(self, post: Post, again: Callable[[Asked], None]) -> None:
        """`again` is called where `post` makes calls."""
        self.failed: Asked | None = None
        """What came to nothing, until something else is drawn."""
        self.by_itself = False
        """Whether it is asked for again without a person."""
        self._post, self._again = post, again
        self._timer: Timer | None = None
        self._times = 0

    @property
    def pending(self) -> bool:
        """Whether it will be asked for again by itself."""
        return self._timer is not None

    def after(self, asked: Asked, error: Exception | None, alive: bool) -> float:
        """A draw has ended, `alive` with candidates: the seconds until it is asked for again by
        itself, 0 where it is not."""
        self._stop_timer()
        self.failed = asked if error is not None else None
        if error is None or alive:
            self._times = 0
        if not (self.by_itself and isinstance(error, PassingError)) or alive:
            return 0
        if self._times == len(BACK_OFF):
            self._times = 0
            return 0
        seconds = BACK_OFF[self._times]
        self._times += 1
        self._timer = timer = Timer(seconds, lambda: self._post(lambda: self._due(timer)))
        timer.daemon = True
        timer.start()
        return seconds

    def cancel(self) -> None:
        """It is not asked for again by itself: the person does something else."""
        if self._timer is not None:
            self._stop_timer()
            self._times = 0

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self, timer: Timer) -> None:
        """Its time has come, unless it was called off on the way here."""
        if timer is self._timer and self.failed is not None:
            self._timer = None
            self._again(self.failed)
