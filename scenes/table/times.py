"""When turns were said: a number each for what a journal writes, the text itself for any other."""

from array import array
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime


class Times(MutableMapping[int, str]):
    """Times by the ids of turns, which count from 1; a time comes back as it was put in."""

    def __init__(self) -> None:
        self._seconds = array("q")
        """Seconds of the epoch in UTC; `NEVER` where there is no time, or it is in `_others`."""
        self._others: dict[int, str] = {}

    def __setitem__(self, turn: int, time: str) -> None:
        if turn < 1:
            raise KeyError(turn)
        while len(self._seconds) < turn:
            self._seconds.append(NEVER)
        seconds = _seconds_of(time)
        self._seconds[turn - 1] = seconds
        if seconds == NEVER:
            self._others[turn] = time
        else:
            self._others.pop(turn, None)

    def __getitem__(self, turn: int) -> str:
        if not 0 < turn <= len(self._seconds):
            raise KeyError(turn)
        seconds = self._seconds[turn - 1]
        return self._others[turn] if seconds == NEVER else _time_of(seconds)

    def __delitem__(self, turn: int) -> None:
        self[turn]
        self._seconds[turn - 1] = NEVER
        self._others.pop(turn, None)

    def __iter__(self) -> Iterator[int]:
        return (
            turn
            for turn, seconds in enumerate(self._seconds, 1)
            if seconds != NEVER or turn in self._others
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


NEVER = -(1 << 62)


def _time_of(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _seconds_of(time: str) -> int:
    """The seconds of a time that is written as we write it, else `NEVER`."""
    try:
        seconds = int(datetime.fromisoformat(time).timestamp())
        return seconds if _time_of(seconds) == time else NEVER
    except (ValueError, OverflowError, OSError):
        return NEVER
