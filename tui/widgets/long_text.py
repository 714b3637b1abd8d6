"""A text area that answers at once however long a line is: Textual's divides the whole of a line
anew for each row of it that is seen."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import overload

from rich.control import strip_control_codes
from rich.text import Text
from textual.widgets import TextArea

NOTHING = Text("")


class Sections(Sequence[Text]):
    """The rows of a line, each cut out when it is asked for.

    Textual asks for the row that is seen, and then for those before it, to count their tabs: in a
    line without any they are given empty.
    """

    def __init__(self, line: Text, offsets: Iterable[int]) -> None:
        self._line = line
        self._tabs = "\t" in line.plain
        self._asked = False
        self._bounds = [*pairwise((0, *offsets, len(line.plain)))]

    def __len__(self) -> int:
        return len(self._bounds)

    @overload
    def __getitem__(self, at: int) -> Text: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Text]: ...
    def __getitem__(self, at: int | slice) -> Text | Sequence[Text]:
        if isinstance(at, slice):
            return [self._cut(*bounds) for bounds in self._bounds[at]]
        if self._asked and not self._tabs:
            return NOTHING
        self._asked = True
        return self._cut(*self._bounds[at])

    def _cut(self, start: int, end: int) -> Text:
        line = self._line
        row = Text(line.plain[start:end], style=line.style, end="", tab_size=line.tab_size)
        for span in line.spans:
            first, last = max(span.start - start, 0), min(span.end - start, end - start)
            if first < last:
                row.stylize(span.style, first, last)
        return row


class Line(Text):
    """A line that is looked through once, and of which only the rows that are seen are cut out."""

    def __init__(self, text: str) -> None:
        super().__init__("", end="", no_wrap=True)
        self._text, self._length = [text], len(text)

    def set_length(self, new_length: int) -> None:
        text = self.plain[:new_length].ljust(new_length)
        self._text, self._length = [text], new_length

    def divide(self, offsets: Iterable[int]) -> Sections:  # type: ignore[override]
        return Sections(self, offsets)


class LongText(TextArea):
    """`TextArea`, for lines of any length."""

    def get_line(self, line_index: int) -> Text:
        return Line(_printable(self.document.get_line(line_index)))


@lru_cache(maxsize=4)
def _printable(line: str) -> str:
    return strip_control_codes(line)
