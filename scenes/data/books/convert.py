"""Quotations of a book as entries of our log, or as pairs of what came before and what is said."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from base.names import LONGEST_NAME
from scenes.data.books.book import Book
from scenes.data.books.quote import Quote
from scenes.log import Entry, Kind

BY_MODEL = "? speaker by model"
"""The comment before a line whose speaker a model chose."""
LONGEST_LINE = 80
"""Characters of a line of narration, where a sentence ends in time."""
_SENTENCE = re.compile(r"[^。！？!?；…\n]*[。！？!?；…]+[”」』\"’）)]*|[^。！？!?；…\n]+")
_SPACE = re.compile(r"[ \t\n　]+")
_BESIDE_WIDE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_VERB_AT_END = re.compile(r"而?(?:曰|说道|道|说|云|言曰|言)$")


def entries(book: Book, quotes: Iterable[Quote]) -> Iterator[Entry]:
    """The book as a log: chapters, narration, speech and thought.

    Left out are advertising and clauses that say no more than who speaks. What nobody is known to
    say stays in the narration, with its marks.
    """
    log = BookNarration(book)
    held: list[Entry] = []
    for quote in quotes:
        if quote.kind in ("speech", "thought") and _sayable(quote):
            told = list(log.until(quote.bare))
            if quote.bare == quote.start:
                log.drop_verb()
            told += log.narration()
            entry = _entry(quote)
            if held and not told and not quote.by_model and _goes_on(held[-1], entry):
                held[-1] = replace(held[-1], text=_plain(f"{held[-1].text} {entry.text}"))
            else:
                yield from (*held, *told)
                held = [Entry("comment", BY_MODEL), entry] if quote.by_model else [entry]
            log.at = max(quote.end, quote.after)
    yield from held
    yield from log.until(len(book.text))
    yield from log.narration()


def _entry(quote: Quote) -> Entry:
    kind: Kind = "thought" if quote.kind == "thought" else "speech"
    return Entry(kind, _plain(quote.text), quote.speaker)


def _goes_on(one: Entry, other: Entry) -> bool:
    """Whether words go on behind a clause that said only who speaks: `“我不去，”他说，“你去。”`."""
    same = (one.kind, one.speaker) == (other.kind, other.speaker)
    return same and one.text.endswith(("，", ",", "、", "；", ";", "——", "--"))


def pairs(book: Book, quotes: Iterable[Quote], before: int = 2) -> Iterator[dict[str, str]]:
    """`{"context", "chat"}` for each that is led by a clause: the last sentences, and what is said.

    The schema of wellinxu/LLM_Custome: the context ends with who speaks, the chat has its marks.
    """
    for quote in quotes:
        lead = _plain(book.without_advertising(*quote.lead))
        if quote.kind != "term" and quote.text and lead:
            context = "".join(_SENTENCE.findall(lead)[-before:]).strip()
            yield {"context": context, "chat": f"“{_plain(quote.text)}”"}


class BookNarration:
    """The narration of a book up to `at`, of which `pending` has not been written yet."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.at = 0
        self.pending = ""
        self._ahead = list(reversed(book.chapters))

    def until(self, end: int) -> Iterator[Entry]:
        """Take the narration up to `end`; tell the chapters that begin on the way."""
        while self._ahead and self._ahead[-1].start <= end:
            chapter = self._ahead.pop()
            self.pending += self.book.without_advertising(self.at, max(self.at, chapter.heading))
            yield from self.narration()
            if chapter.title:
                yield Entry("chapter", chapter.title)
            self.at = max(self.at, chapter.start)
        self.pending += self.book.without_advertising(self.at, end)
        self.at = end

    def drop_verb(self) -> None:
        """Leave out the colon and the bare verb of speaking at the end."""
        self.pending = self.pending.rstrip(" 　\n")
        if self.pending.endswith(("：", ":", "∶")):
            self.pending = _VERB_AT_END.sub("", self.pending[:-1])

    def narration(self) -> Iterator[Entry]:
        """What is pending as lines of whole sentences, none longer than it must be."""
        for paragraph in self.pending.split("\n"):
            line = ""
            for sentence in _SENTENCE.findall(_plain(paragraph).lstrip("，。；、！？,;：")):
                if line and len(line) + len(sentence) > LONGEST_LINE:
                    yield Entry("narration", line)
                    line = ""
                line += sentence.strip()
            if line := line.rstrip("，、：:；,;"):
                yield Entry("narration", line)
        self.pending = ""


def _sayable(quote: Quote) -> bool:
    return bool(quote.speaker and quote.text.strip() and len(quote.speaker) <= LONGEST_NAME)


def _plain(text: str) -> str:
    """A text on one line, without blanks beside wide signs."""
    return _BESIDE_WIDE.sub("", _SPACE.sub(" ", text)).strip()
