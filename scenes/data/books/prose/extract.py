"""Quotations of modern prose with their speakers."""

from collections.abc import Mapping, Sequence

from scenes.data.books.book import Book
from scenes.data.books.dashes import dashed
from scenes.data.books.prose.chinese import ChineseReader
from scenes.data.books.prose.chinese_resolve import ChineseResolver
from scenes.data.books.prose.english import EnglishReader
from scenes.data.books.prose.english_marks import english_quotations
from scenes.data.books.prose.english_resolve import EnglishResolver
from scenes.data.books.prose.resolve import Resolver
from scenes.data.books.quotation_marks import Quotation, quotations


def resolver_of(book: Book, known: Mapping[str, str], english: bool = False) -> Resolver:
    """What tells the speakers of a book. `known` are forms of names, each with the name itself."""
    if english:
        return EnglishResolver(english_reader(book, known))
    return ChineseResolver(chinese_reader(book, known))


def english_reader(book: Book, known: Mapping[str, str]) -> EnglishReader:
    return EnglishReader(book.plain, list(english_quotations(book.plain)), known)


def chinese_reader(book: Book, known: Mapping[str, str]) -> ChineseReader:
    return ChineseReader(book.plain, chinese_quotations(book.plain), known)


def chinese_quotations(text: str) -> Sequence[Quotation]:
    """Those in marks, and those behind dashes."""
    marked = list(quotations(text))
    lines = [one for one in dashed(text) if not any(m.start <= one.start < m.end for m in marked)]
    return sorted([*marked, *lines]) if lines else marked
