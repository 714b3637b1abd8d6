"""A book in pieces of whole sentences, each within a budget of tokens, none across a chapter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from base.messages import _
from models.server.backend import estimate
from scenes.data.books.book import Book

_SENTENCE = re.compile(r"[^。！？!?…；;\n]*(?:[。！？!?…；;]+[”」』’\"）)]*|\n+|$)")
_WORD = re.compile(r"[\w]")


@dataclass(frozen=True)
class BookPassage:
    """A piece of a book; `number` counts from 1 through the book."""

    number: int
    chapter: str
    start: int
    end: int
    line: int
    """Where it begins in the file, from 1."""
    text: str


def place_of(passage: BookPassage) -> str:
    """Where in the book a passage is, for a person."""
    return _("passage {number}, line {line}", number=passage.number, line=passage.line)


def book_passages(book: Book, budget: int) -> Iterator[BookPassage]:
    """The pieces in reading order; advertising is left out. A longer sentence is cut."""
    number, line, seen = 0, 1, 0
    for chapter in book.chapters:
        for start, end in _spans(book.text, chapter.start, chapter.end, budget):
            text = book.without_advertising(start, end).strip()
            if not _WORD.search(text):
                continue
            number += 1
            while book.text[start].isspace():
                start += 1
            line += book.text.count("\n", seen, start)
            seen = start
            yield BookPassage(number, chapter.title, start, end, line, text)


def _spans(text: str, start: int, end: int, budget: int) -> Iterator[tuple[int, int]]:
    first, used = start, 0
    for one, last in _sentences(text, start, end, budget):
        tokens = estimate(text[one:last])
        if used and used + tokens > budget:
            yield first, one
            first, used = one, 0
        used += tokens
    if first < end:
        yield first, end


def _sentences(text: str, start: int, end: int, budget: int) -> Iterator[tuple[int, int]]:
    for sentence in _SENTENCE.finditer(text, start, end):
        first, last = sentence.span()
        while last - first > budget and estimate(text[first:last]) > budget:
            comma = max(text.rfind(sign, first + budget // 2, first + budget) for sign in "，、, ")
            cut = comma + 1 if comma >= 0 else first + budget
            yield first, cut
            first = cut
        if first < last:
            yield first, last
