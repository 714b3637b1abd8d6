"""Keeps in mind how long a server has given nothing, over all that is asked of it side by side.

It waits for nobody itself and asks nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from base.messages import _


@dataclass(frozen=True)
class Clock:
    """Time as it passes for those who wait."""

    now: Callable[[], float] = time.monotonic
    """Seconds since some moment."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL = Clock()


class Outage:
    """From the first failure after which nothing was answered, up to an answer asked for later.

    `told` gets one line when it begins, and one when it is over.
    """

    def __init__(self, wait: float, told: Callable[[str], None], clock: Clock) -> None:
        self._wait = wait
        self._told = told
        self._clock = clock
        self._since: float | None = None
        self._announced = False
        self._last = clock.now()

    @property
    def too_long(self) -> bool:
        """Whether nothing has been answered for as long as a server is waited for."""
        return self._since is not None and self._clock.now() >= self._since + self._wait

    def heard(self) -> None:
        """A piece of an answer came."""
        self._last = self._clock.now()

    def answered(self, asked: float) -> None:
        """A whole answer came to what was asked at `asked`, by the clock.

        What was asked before the first failure may have been answered before it, and says nothing
        of the server now.
        """
        self.heard()
        if self._since is not None and asked <= self._since:
            return
        if self._since is not None and self._announced:
            self._told(
                _(
                    "the teacher answers again, after {seconds:.0f} s",
                    seconds=self._last - self._since,
                )
            )
        self._since, self._announced = None, False

    def left(self, asked: float, failed: float, why: str) -> float:
        """Seconds for which a question is still to be asked again; 0 or less where it is not.

        It was asked at `asked`, and failed for the first time at `failed`, both by the clock. A
        failure while others are answered is the question's own, and no outage.
        """
        now = self._clock.now()
        if self._since is None and self._last <= min(asked, failed):
            self._since = now
        left = (failed if self._since is None else self._since) + self._wait - now
        if self._since is not None and not self._announced and left > 0:
            self._announced = True
            self._told(
                _(
                    "the teacher does not answer ({why}); waiting for it until {time}",
                    why=why,
                    time=_time_of_day(datetime.now() + timedelta(seconds=left)),
                )
            )
        return left


def _time_of_day(moment: datetime) -> str:
    today = moment.date() == datetime.now().date()
    return f"{moment:%H:%M:%S}" if today else f"{moment:%Y-%m-%d %H:%M}"
