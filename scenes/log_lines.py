"""Numbered lines of a text, which can be looked at before they are taken."""

from collections import deque
from collections.abc import Iterable, Iterator


class NumberedLines:
    """Numbered lines that can be looked at before they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._ahead: deque[str] = deque()
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for raw in self._source:
            self._number += 1
            yield self._number, raw.rstrip("\r\n").lstrip("\ufeff")
            while self._ahead:
                self._number += 1
                yield self._number, self._ahead.popleft()

    def peek(self, index: int) -> str | None:
        """The line `index` places ahead, without its newline, or `None` past the end."""
        while len(self._ahead) <= index:
            raw = next(self._source, None)
            if raw is None:
                return None
            self._ahead.append(raw.rstrip("\r\n").lstrip("\ufeff"))
        return self._ahead[index]

    def take(self, count: int) -> None:
        for __ in range(count):
            self._ahead.popleft()
        self._number += count
