"""A novel of any encoding as one text with its chapters; advertising of sites left out and told."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from base.errors import KnownError
from base.messages import _, _n
from scenes.data.books.folding import folded
from scenes.data.books.markup import without_markup
from scenes.data.books.numerals import number
from scenes.data.books.wrapping import unwrapped
from scenes.files.report import FileNotice
from scenes.files.source import text_files

LARGEST = 30_000_000
"""Characters of a book; more is no single novel."""
LOOKED_AT = 20_000
"""Characters by which a text is told from other bytes."""
_NUMBER = "[0-9０-９〇零一二三四五六七八九十百千两廿卅]{1,7}"
_ORDINAL = re.compile(rf"第[ 　]*({_NUMBER})")
_UNIT = "[回章节節卷部集幕篇折]"
_HEADING = re.compile(
    rf"[ \t　]*(?:《[^》\n]{{0,20}}》)?(?:正文|目录)?[ \t　]*"
    rf"((?:第[ \t　]*{_NUMBER}[ \t　]*{_UNIT}|楔子|序章|序幕|引子|尾声|番外)"
    rf"(?:[ \t　:：、.．·—-]+[^\n，。！？；：“”「」]{{0,50}})?"
    rf"|(?:chapter|book|part|adventure|act|CHAPTER|Chapter|BOOK|Book|PART|Part|ADVENTURE|Adventure)"
    rf"[ \t]+(?:[IVXLC]{{1,7}}|\d{{1,3}})\b\.?[^\n“”\"‘’]{{0,60}})[ \t　]*"
)
_ADDRESS = re.compile(r"(?i)https?://|www\.|[a-z0-9-]{2,}\.(?:com|net|org|cc|cn|info|me|la|tw)\b")
_ADVERTISING = re.compile(
    r"(?i)txt小说|电子书.{0,12}下载|免费.{0,6}(?:下载|阅读)|最新章节|手打|本站|请收藏|书友群|"
    r"求(?:月票|推荐票|收藏)|更多精彩|小说(?:网|天堂|下载)|无弹窗|本书(?:来自|由.{0,12}(?:整理|提供))"
)
_QUOTED = re.compile("[“”「」]")
LONGEST_ADVERTISING = 300


@dataclass(frozen=True)
class Chapter:
    """A part of a book: its text, after its heading, from `start` to `end`."""

    number: int
    """As its heading says; 0 where it says none."""
    title: str
    heading: int
    """Where its heading begins."""
    start: int
    end: int


@dataclass(frozen=True)
class Book:
    """A novel. Positions count characters of `text`, whose line ends are `\\n`."""

    where: str
    name: str
    """The name of the file without its ending."""
    text: str
    chapters: tuple[Chapter, ...]
    advertising: tuple[tuple[int, int], ...]
    """Lines that are no part of the novel, as start and end."""
    notices: tuple[FileNotice, ...]
    _folded: str = field(default="", repr=False, compare=False)
    """`text` folded already, where it is."""

    @cached_property
    def plain(self) -> str:
        """`text` as it is matched, sign for sign: signs simplified, each sentence on a line."""
        return unwrapped(self._folded or folded(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return [chapter.start for chapter in self.chapters]

    def without_advertising(self, start: int, end: int) -> str:
        """The text between two positions without the lines of advertising."""
        pieces = []
        for first, last in self.advertising:
            if start < last and first < end:
                pieces.append(self.text[start:first])
                start = max(start, last)
        return "".join([*pieces, self.text[start:end]])

    def chapter_at(self, at: int) -> Chapter:
        """The chapter that a position lies in."""
        return self.chapters[max(bisect_right(self._starts, at) - 1, 0)]


def read_book(path: Path) -> Book:
    """Read a novel. Raises `KnownError` where it is no text, empty, or beyond reason."""
    texts = text_files(path, _("a novel"))
    if len(texts) != 1:
        raise KnownError(
            _n(
                "{path}: {n} text in this zip, expected one novel; unpack it",
                "{path}: {n} texts in this zip, expected one novel; unpack it",
                len(texts),
                path=path,
            )
        )
    source = texts[0]
    pieces, length = [], 0
    for chunk in source.chunks():
        pieces.append(chunk)
        length += len(chunk)
        if length > LARGEST:
            raise KnownError(
                _(
                    "{where}: more than {most:,} characters; split it first",
                    where=source.where,
                    most=LARGEST,
                )
            )
    if _nonsense(pieces[0][:LOOKED_AT] if pieces else ""):
        raise KnownError(_("{where}: not a text file; expected a novel", where=source.where))
    book = book_of("".join(pieces).removeprefix("\ufeff"), source.where, path.stem)
    return replace(book, notices=(*source.notices, *book.notices))


def _nonsense(text: str) -> bool:
    """Whether signs that no script has are more than one in fifty."""
    return 50 * sum(unicodedata.category(sign) in ("Cn", "Co", "Cs") for sign in text) > len(text)


def book_of(text: str, where: str = "text", name: str = "") -> Book:
    """The book that a text is. Raises `KnownError` where there are no words in it."""
    text, marks = without_markup(text)
    if not text.strip():
        raise KnownError(_("{where}: empty, expected a novel", where=where))
    plain = folded(text)
    chapters, advertising = _chapters(text, plain), _advertising(text)
    notices = []
    if marks:
        told = _n("HTML, taken out ({n} tag)", "HTML, taken out ({n} tags)", marks)
        notices.append(FileNotice(0, told))
    if advertising:
        lines = len(advertising)
        first = text.count("\n", 0, advertising[0][0]) + 1
        notices.append(
            FileNotice(
                first,
                _n(
                    "advertising of a site, left out ({n} line)",
                    "advertising of a site, left out ({n} lines in all)",
                    lines,
                ),
            )
        )
    return Book(where, name, text, tuple(chapters), tuple(advertising), tuple(notices), plain)


def _chapters(text: str, plain: str) -> list[Chapter]:
    headings = []
    for line in re.finditer(r"(?m)^[^\n]{2,90}$", plain):
        if heading := _HEADING.fullmatch(line[0]):
            title = text[line.start() + heading.start(1) : line.start() + heading.end(1)]
            headings.append((line.start(), line.end(), " ".join(title.split())))
    starts = [(0, 0, ""), *headings]
    ends = [*(start for start, _end, _title in headings), len(text)]
    chapters: list[Chapter] = []
    for (first, start, title), end in zip(starts, ends, strict=True):
        if title or text[start:end].strip():
            ordinal = _ORDINAL.match(title)
            chapters.append(Chapter(number(ordinal[1]) if ordinal else 0, title, first, start, end))
    return chapters


def _advertising(text: str) -> list[tuple[int, int]]:
    """Short lines with the address of a site, or that offer the book, outside the story."""
    lines = []
    for sign in (_ADDRESS, _ADVERTISING):
        for match in sign.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            end = len(text) if end < 0 else end
            if end - start <= LONGEST_ADVERTISING and not _QUOTED.search(text[start:end]):
                lines.append((start, end))
    return sorted(set(lines))
