"""Ends a growing text at the first stop string, and holds back what may yet become one."""

from collections.abc import Sequence

BOUNDARY = frozenset('。！？…”」）.!?") \t\n\u3000')
"""What stands in front of a cue that begins another line: the end of a sentence, or a blank."""


class StopScanner:
    """Follows one candidate. `push` returns what is certain to belong to it.

    A stop ends it wherever it stands; a cue, such as `林默：`, only where a line may begin: at the
    start, or behind a `BOUNDARY`.
    """

    def __init__(self, stops: Sequence[str], cues: Sequence[str] = (), before: str = "") -> None:
        """`before` is what of the line stands already."""
        self.stops, self.cues = tuple(filter(None, stops)), tuple(filter(None, cues))
        self.stopped = False
        self._held = ""
        self._before = before[-1:]
        """The last character that was let go; nothing at the start."""

    def push(self, text: str) -> str:
        """Take some more text and return what can be shown; after a stop, nothing."""
        if self.stopped:
            return ""
        self._held += text
        places = [at for stop in self.stops if (at := self._held.find(stop)) >= 0]
        places += [at for cue in self.cues if (at := self._begins(cue)) >= 0]
        if places:
            self.stopped = True
            certain, self._held = self._held[: min(places)], ""
            return certain
        keep = self._possible_prefix()
        cut = len(self._held) - keep
        certain, self._held = self._held[:cut], self._held[cut:]
        self._before = certain[-1:] or self._before
        return certain

    def flush(self) -> str:
        """Return what was held back, once no more text comes."""
        held, self._held = self._held, ""
        return held

    def _begins(self, cue: str) -> int:
        """Where the cue begins a line in the held text; -1 where it does not."""
        at = self._held.find(cue)
        while at >= 0 and not self._may_begin(at):
            at = self._held.find(cue, at + 1)
        return at

    def _may_begin(self, at: int) -> bool:
        before = self._held[at - 1] if at else self._before
        return not before or before in BOUNDARY

    def _possible_prefix(self) -> int:
        """Length of the longest end of the held text that begins a stop string."""
        longest = max(map(len, (*self.stops, *self.cues)), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            at = len(self._held) - length
            tail = self._held[at:]
            cues = self.cues if self._may_begin(at) else ()
            if any(stop.startswith(tail) for stop in (*self.stops, *cues)):
                return length
        return 0
