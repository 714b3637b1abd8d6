"""The items of one array in a JSON text of any size, of which only a part is held."""

import json
import re
from collections.abc import Iterator
from typing import Any

from base.messages import _
from base.text import shown

LARGEST = 1 << 23
"""Characters of one value."""
_CUT = 16
"""Characters before the end of what is held: an error there may only mean that more follows."""
_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
_decode = json.JSONDecoder().raw_decode


class BrokenJson(Exception):
    """Where the text is no JSON any more: the line, and what is wrong."""


def elements(chunks: Iterator[str], key: str) -> Iterator[Any]:
    """The elements of the array under `key` of the object, or of the array that the text is.

    Raises `BrokenJson` where the text breaks off or is no JSON.
    """
    window = _Window(chunks)
    if window.peek() == "[":
        yield from _array(window)
        return
    window.expect("{")
    while window.peek() != "}":
        name = window.value()
        window.expect(":")
        if name == key and window.peek() == "[":
            yield from _array(window)
        else:
            window.value()
        if window.peek() != ",":
            break
        window.expect(",")
    window.expect("}")


def _array(window: "_Window") -> Iterator[Any]:
    window.expect("[")
    if window.peek() == "]":
        window.expect("]")
        return
    while True:
        yield window.value()
        if window.peek() != ",":
            break
        window.expect(",")
    window.expect("]")


class _Window:
    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._text = ""
        self._at = 0
        self._line = 1
        self._done = False

    def peek(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            blank = _SPACE.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def expect(self, sign: str) -> None:
        if (found := shown(self.peek())) != sign:
            why = _("expected {sign}, found {found}", sign=sign, found=found)
            self._broken(self._at, why if found else _("cut off"))
        self._at += 1

    def value(self) -> Any:
        """The value that begins at the next sign."""
        self.peek()
        wanted = 0
        while True:
            while len(self._text) - self._at < wanted and self._more():
                pass
            held = len(self._text) - self._at
            if held > LARGEST:
                why = _("a value of more than {most} characters", most=f"{LARGEST:,}")
                self._broken(self._at, why)
            try:
                value, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                near = error.pos >= len(self._text) - _CUT or error.msg.startswith("Unterminated")
                if self._done or not near:
                    why = _("not JSON ({error})", error=_(error.msg))
                    self._broken(error.pos, _("cut off") if near and self._done else why)
            except (ValueError, RecursionError):
                self._broken(self._at, _("a value that is too deep or too long"))
            else:
                if end < len(self._text) or self._done:
                    self._at = end
                    return value
            wanted = 2 * held
            self._more()

    def _more(self) -> bool:
        piece = next(self._chunks, None)
        if piece is None:
            self._done = True
            return False
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True

    def _broken(self, at: int, why: str) -> None:
        raise BrokenJson(f"{self._line + self._text.count(chr(10), 0, at)}: {why}")
