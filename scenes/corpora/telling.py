"""Quotations of a book as entries of our log, or as pairs of what came before and what is said."""

import re
from collections.abc import Iterable, Iterator

from scenes.corpora.books import Book
from scenes.corpora.quotes import Quote
from scenes.log import LONGEST_NAME, Entry

LONGEST_LINE = 80
"""Characters of a line of narration, where a sentence ends in time."""
_SENTENCE = re.compile(r"[^。！？!?；…\n]*[。！？!?；…]+[”」』\"’）)]*|[^。！？!?；…\n]+")
_SPACE = re.compile(r"[ \t\n　]+")
_CJK_SPACE = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_VERB_AT_END = re.compile(r"(?:而)?(?:曰|道|说道|说|云|言|言曰)$")


def entries(book: Book, quotes: Iterable[Quote]) -> Iterator[Entry]:
    """The book as a log: chapters, narration, speech and thought; nothing is left out but
    advertising and the words that say no more than who speaks."""
    chapters = list(book.chapters)
    pending, at = "", 0
    ends = iter([*chapters])
    following = next(ends, None)

    def narrated(start: int, end: int) -> Iterator[Entry]:
        nonlocal pending, following
        while following is not None and (following.start <= end):
            heading = (
                book.text.rfind("\n", 0, max(following.start - 1, 0)) + 1
                if following.title
                else following.start
            )
            pending += _kept(book, start, max(start, heading))
            yield from _narration(pending)
            pending = ""
            if following.title:
                yield Entry("chapter", following.title)
            start = max(start, following.start)
            following = next(ends, None)
        pending += _kept(book, start, end)

    for quote in quotes:
        if quote.kind not in ("speech", "thought") or not _sayable(quote):
            continue
        stop = quote.lead[1] if quote.bare >= quote.lead[1] else quote.bare
        yield from narrated(at, stop)
        pending = pending.rstrip(" 　\n")
        if quote.bare >= quote.lead[1] and pending.endswith(("：", ":", "∶")):
            pending = _VERB_AT_END.sub("", pending[:-1])
        yield from _narration(pending)
        pending, at = "", quote.end
        yield _entry(quote)
    yield from narrated(at, len(book.text))
    yield from _narration(pending)


def pairs(book: Book, quotes: Iterable[Quote], before: int = 2) -> Iterator[dict[str, str]]:
    """`{"context", "chat"}` a quotation: the last sentences before it with who speaks, and it."""
    for quote in quotes:
        if quote.kind in ("speech", "thought", "writing") and quote.text:
            lead = _plain(_kept(book, *quote.lead))
            context = "".join(_SENTENCE.findall(lead)[-before:]).strip()
            yield {"context": context, "chat": f"“{_plain(quote.text)}”"}


def _sayable(quote: Quote) -> bool:
    return bool(quote.speaker and quote.text.strip() and len(quote.speaker) <= LONGEST_NAME)


def _entry(quote: Quote) -> Entry:
    return Entry(
        "thought" if quote.kind == "thought" else "speech", _plain(quote.text), quote.speaker
    )


def _kept(book: Book, start: int, end: int) -> str:
    """The text without the lines of advertising."""
    pieces = []
    for first, last in book.advertising:
        if start < last and first < end:
            pieces.append(book.text[start:first])
            start = max(start, last)
    pieces.append(book.text[start:end])
    return "".join(pieces)


def _plain(text: str) -> str:
    return _CJK_SPACE.sub("", _SPACE.sub(" ", text)).strip()


def _narration(text: str) -> Iterator[Entry]:
    """Lines of whole sentences, none longer than it must be."""
    for paragraph in text.split("\n"):
        line = ""
        for sentence in _SENTENCE.findall(_plain(paragraph).lstrip("，。；、！？,;")):
            if line and len(line) + len(sentence) > LONGEST_LINE:
                yield Entry("narration", line)
                line = ""
            line += sentence.strip()
        line = line.rstrip("，、：:；,;")
        if line:
            yield Entry("narration", line)
