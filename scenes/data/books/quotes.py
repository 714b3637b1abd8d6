"""Who says what in a book: quotations with their speakers, told as the book's manner asks."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scenes.data.books.book import Book
from scenes.data.books.classical import ClassicalExtractor
from scenes.data.books.folding import Spelling
from scenes.data.books.literary import LiteraryExtractor
from scenes.data.books.people import Aliases
from scenes.data.books.prose.evidence import Turn
from scenes.data.books.prose.extract import resolver_of
from scenes.data.books.prose.resolve import Resolver
from scenes.data.books.quote import Quote
from scenes.data.books.style import Style, style_of

LONGEST_LEAD = 240


class Extractor:
    """Finds the quotations of one book: matched in folded signs, given as they stand."""

    def __init__(self, book: Book, aliases: Aliases, style: Style | None = None) -> None:
        self.book = book
        self.style = style or style_of(book)
        self._spelling = Spelling(book.text, book.plain)
        self._classical: ClassicalExtractor | LiteraryExtractor | None = None
        self._resolver: Resolver | None = None
        plain = replace(book, text=book.plain, _folded=book.plain)
        if self.style == "classical":
            self._classical = ClassicalExtractor(plain, aliases)
        elif self.style == "literary":
            self._classical = LiteraryExtractor(plain)
        else:
            self._resolver = resolver_of(book, _forms(aliases), self.style == "english")

    def names(self) -> list[str]:
        """The names of people that the text itself has, or that were given."""
        if self._classical is not None:
            return self._classical.names()
        return sorted({turn.speaker for turn in self._turns() if turn.speaker})

    def quotes(self) -> Iterator[Quote]:
        """The quotations in the order of the text."""
        if self._classical is not None:
            for quote in self._classical.quotes():
                yield self._written(quote)
            return
        end = 0
        for turn in self._turns():
            yield self._of_turn(turn, max(end, turn.start - LONGEST_LEAD))
            end = turn.end

    def _turns(self) -> list[Turn]:
        assert self._resolver is not None
        return self._resolver.resolved()

    def _written(self, quote: Quote) -> Quote:
        if not self._spelling.differs:
            return quote
        words = self.book.text[quote.start + 1 : quote.end]
        at = self.book.plain[quote.start + 1 : quote.end].find(quote.text)
        text = words[at : at + len(quote.text)] if at >= 0 else quote.text
        return replace(quote, text=text, speaker=self._spelling.of(quote.speaker))

    def _of_turn(self, turn: Turn, lead: int) -> Quote:
        floor = self.book.chapter_at(turn.start).start
        text = self.book.text
        return Quote(
            turn.start,
            turn.end,
            inner(text, turn.start, turn.end),
            turn.kind,
            self._spelling.of(turn.speaker),
            (max(lead, floor), turn.start),
            turn.bare if turn.bare >= 0 and turn.speaker else turn.start,
            turn.after if turn.speaker else -1,
        )


_CLOSING = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’", "'": "'"}


def inner(text: str, start: int, end: int) -> str:
    """What is said in a quotation, without its outer marks, or the dash before it."""
    words = text[start:end]
    closing = _CLOSING.get(words[:1], "")
    if not closing:
        return words.lstrip("—―–- ").strip()
    return words[1:].removesuffix(closing).strip()


def _forms(aliases: Aliases) -> Mapping[str, str]:
    """The names of the aliases that mean one person only, each with that person."""
    return {
        name: meant[0].person
        for name, meant in aliases.names.items()
        if len(name) > 1 and len({one.person for one in meant}) == 1
    }
