"""In which manner a book is written, which decides how its speakers are told."""

import re
from typing import Literal

from scenes.data.books.book import Book
from scenes.data.books.dashes import dashed

Style = Literal["classical", "literary", "modern", "english"]
SAMPLE = 400_000
"""Characters by which it is told."""
LED = 0.5
"""Share of quotations led by 道 or 曰 from which on a book is classical."""
FEWEST = 5
"""之 and 其 of a text that is to be 文言."""
BEGINS = 0.25
"""Share of quotations that begin a paragraph above which each turn is one."""
_WIDE = re.compile("[一-鿿]+")
_LETTERS = re.compile("[A-Za-z]+")
_OPENING = re.compile('[“「『]|(?<=[：:，,\n 　。！？])"(?=[^\\s])')
_LED = re.compile("(?:[道曰云言][：:∶，,]?|[说叫喝问喊骂答声][：:∶])[ 　\\n]*$")
_BEGINS = re.compile("(?:\\n|^)[ \\t　]*$")


def style_of(book: Book) -> Style:
    """The manner of a book: in English, led by clauses as the classics are, or modern."""
    text = book.plain
    if is_english(text):
        return "english"
    if is_literary(text):
        return "literary"
    led = said = begins = 0
    for mark in _OPENING.finditer(text, 0, SAMPLE):
        said += 1
        begins += _BEGINS.search(text, max(0, mark.start() - 8), mark.start()) is not None
        led += _LED.search(text, max(0, mark.start() - 8), mark.start()) is not None
    modern = text.count("她", 0, SAMPLE) * 2000 > min(len(text), SAMPLE)
    if said * 4 < sum(1 for _ in dashed(text[:SAMPLE])):
        return "modern"
    if not said:
        return "modern" if modern else "classical"
    return "classical" if led >= LED * said and begins <= BEGINS * said and not modern else "modern"


def is_literary(text: str) -> bool:
    """Whether a text is in 文言, which hardly has 了, 的, 着, 这 and 那."""
    sample = text[:SAMPLE]
    plain, old = (sum(map(sample.count, signs)) for signs in ("了的着这那", "之其"))
    if old < FEWEST or old * 100 < len(sample):
        return False
    return plain * 8 < old and sample.count("曰") * 1000 > len(sample)


def is_english(text: str) -> bool:
    """Whether a text is in letters rather than in Chinese signs."""
    sample = text[:SAMPLE]
    letters, wide = (sum(map(len, each.findall(sample))) for each in (_LETTERS, _WIDE))
    return letters > 8 * wide
