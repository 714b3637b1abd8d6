"""Where quotations of English prose begin and end: “…”, "…", ‘…’ and '…', by paragraph."""

import re
from collections.abc import Iterator

from scenes.data.books.quotation_marks import Quotation

_BLANK = re.compile(r"\n[ \t]*\n\s*")
_INSET = re.compile(r"\n(?:[ ]{2,}|\t)\s*")
_LINE = re.compile(r"\n\s*")
SAMPLE = 200_000
MOST_LINES = 40
"""Lines of a paragraph, on the whole, above which other line ends divide the text."""
_CURLY = re.compile("[“”]")
_SINGLE_OPEN = re.compile(r"(?:(?<=[\s(—–-])|(?<![\s\S]))[‘'](?=[A-Z‘“…—\w-])")
_SINGLE_CLOSE = re.compile(
    r"(?<=[.,!?;:…)—–*_-])[’'](?![A-Za-z])|(?<=[A-Za-z])[’'](?=[;:)]|, (?:said|he|she|I|[A-Z]))"
)
_SINGLE_TERM = re.compile(r"[‘'][^.,!?;:\n‘’'—]{1,60}[’'](?=[,.)])")
"""A few words that a sentence quotes: ‘Drink Me’, with its comma outside."""


def paragraph_end(text: str) -> re.Pattern[str]:
    """How paragraphs of a text end: with a blank line, with a line that is set in, or each line."""
    lines, blank, inset = (
        sum(1 for _ in each.finditer(text[:SAMPLE])) for each in (_LINE, _BLANK, _INSET)
    )
    if blank * MOST_LINES >= lines:
        return _BLANK
    return _INSET if inset * MOST_LINES >= lines else _LINE


def english_quotations(text: str) -> Iterator[Quotation]:
    """The outermost quotations; one that goes on in the next paragraph is one in each of them."""
    style = max(("“", '"', "‘", "'"), key=lambda mark: _opened(text, mark))
    starts = [0, *(found.end() for found in paragraph_end(text).finditer(text))]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if style == "“":
            yield from _curly(text, start, end)
        elif style == '"':
            yield from _straight(text, start, end)
        else:
            yield from _single(text, start, end, style)


def _opened(text: str, mark: str) -> float:
    sample = text[:400_000]
    if mark in "“":
        return 2 * sample.count(mark)
    if mark == '"':
        return sample.count(mark)
    return sum(1 for _ in re.finditer(rf"(?:^|[\n ]){mark}(?=[A-Z])", sample)) * 0.9


def _curly(text: str, start: int, end: int) -> Iterator[Quotation]:
    opened = -1
    for mark in _CURLY.finditer(text, start, end):
        if mark[0] == "“" and opened < 0:
            opened = mark.start()
        elif mark[0] == "”" and opened >= 0:
            yield Quotation(opened, mark.end())
            opened = -1
    if opened >= 0:
        yield Quotation(opened, _stripped(text, opened, end), False)


def _straight(text: str, start: int, end: int) -> Iterator[Quotation]:
    opened = -1
    for mark in re.finditer('"', text[start:end]):
        at = start + mark.start()
        if opened < 0:
            opened = at
        else:
            yield Quotation(opened, at + 1)
            opened = -1
    if opened >= 0:
        yield Quotation(opened, _stripped(text, opened, end), False)


def _single(text: str, start: int, end: int, mark: str) -> Iterator[Quotation]:
    close = "’" if mark == "‘" else "'"
    at = start
    while opened := _SINGLE_OPEN.search(text, at, end):
        if text[opened.start()] != mark:
            at = opened.end()
            continue
        if term := _SINGLE_TERM.match(text, opened.start(), end):
            yield Quotation(term.start(), term.end())
            at = term.end()
            continue
        closed = next(
            (one for one in _SINGLE_CLOSE.finditer(text, opened.end(), end) if one[0] == close),
            None,
        )
        if closed is None:
            yield Quotation(opened.start(), _stripped(text, opened.start(), end), False)
            return
        yield Quotation(opened.start(), closed.end())
        at = closed.end()


def _stripped(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())
