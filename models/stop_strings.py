"""Ends a growing text at the first stop string, and holds back what may yet become one."""

from collections.abc import Sequence


class StopScanner:
    """Follows one candidate. `push` returns what is certain to belong to it."""

    def __init__(self, stops: Sequence[str]) -> None:
        self.stops = tuple(filter(None, stops))
        self.stopped = False
        self._held = ""

    def push(self, text: str) -> str:
        """Take some more text and return what can be shown; after a stop, nothing."""
        if self.stopped:
            return ""
        self._held += text
        places = [at for stop in self.stops if (at := self._held.find(stop)) >= 0]
        if places:
            self.stopped = True
            certain, self._held = self._held[: min(places)], ""
            return certain
        keep = self._possible_prefix()
        cut = len(self._held) - keep
        certain, self._held = self._held[:cut], self._held[cut:]
        return certain

    def flush(self) -> str:
        """Return what was held back, once no more text comes."""
        held, self._held = self._held, ""
        return held

    def _possible_prefix(self) -> int:
        """Length of the longest end of the held text that begins a stop string."""
        longest = max((len(stop) for stop in self.stops), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            tail = self._held[-length:]
            if any(stop.startswith(tail) for stop in self.stops):
                return length
        return 0
