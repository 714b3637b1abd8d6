"""Saved web pages as blocks, a piece of the page at a time: elements that hold one message each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from base.messages import _
from scenes.files.report import FileNotice
from scenes.files.source import TextFile

LARGEST = 1 << 22
"""Characters of a tag that is never closed, and of one block."""
PIECE = 1 << 16
"""Characters that are parsed at once."""
_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input"),
        *("link", "meta", "param", "source", "track", "wbr"),
    )
)
_HIDDEN = frozenset(("script", "style", "head", "title", "template", "noscript", "svg"))
_LINES = frozenset(("div", "p", "tr", "li", "table", "blockquote", "pre", "h1", "h2", "h3", "h4"))


class Text(NamedTuple):
    """A text in a block."""

    place: int
    """Which child of the block it stands in, from 1; 0 is the block itself."""
    classes: frozenset[str]
    """The classes of the elements in the block that it stands in, and their names as `<b>`."""
    text: str


@dataclass
class Block:
    """An element that holds a message."""

    number: int
    """The line where it begins."""
    tag: str
    classes: frozenset[str]
    texts: list[Text] = field(default_factory=list)

    def text(self, keep: Callable[[Text], bool] = lambda one: True) -> str:
        """The texts that are kept: blanks as one, lines where the page breaks them."""
        whole = "".join(one.text for one in self.texts if keep(one))
        lines = (" ".join(line.split()) for line in whole.split("\n"))
        return "\n".join(line for line in lines if line)

    def of_class(self, *names: str) -> str:
        """The text in elements of one of some classes."""
        wanted = frozenset(names)
        return self.text(lambda one: not wanted.isdisjoint(one.classes))

    def without(self, *names: str) -> str:
        """The text outside elements of some classes."""
        unwanted = frozenset(names)
        return self.text(lambda one: unwanted.isdisjoint(one.classes))


IsBlock = Callable[[str, frozenset[str]], bool]


def blocks(file: TextFile, is_block: IsBlock, nested: bool = False) -> Iterator[Block | FileNotice]:
    """The blocks of a page, each when it ends; what is `nested` ends the one around it.

    A notice is the last where the page breaks off in a tag that never ends.
    """
    parser = _Parser(is_block, nested)
    for chunk in file.chunks():
        for start in range(0, len(chunk), PIECE):
            parser.feed(chunk[start : start + PIECE])
            yield from parser.taken()
            if len(parser.rawdata) > LARGEST or parser.is_too_large:
                line = parser.getpos()[0]
                yield FileNotice(
                    line, _("a tag or a message without end; nothing behind it is read")
                )
                return
    parser.close()
    parser.end()
    yield from parser.taken()


class _Open(NamedTuple):
    tag: str
    marks: frozenset[str]
    is_hidden: bool


class _Parser(HTMLParser):
    """Gathers blocks; a tag that is closed twice or never harms nothing but its block."""

    def __init__(self, is_block: IsBlock, nested: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._is_block, self._nested = is_block, nested
        self._ready: list[Block] = []
        self._block: Block | None = None
        self._inside: list[_Open] = []
        self._place = self._size = 0
        self._hidden = 0

    @property
    def is_too_large(self) -> bool:
        return self._size > LARGEST

    def taken(self) -> list[Block]:
        """The blocks that ended since."""
        ready, self._ready = self._ready, []
        return ready

    def end(self) -> None:
        """End the block that is open."""
        if self._block is not None:
            self._ready.append(self._block)
        self._block = None
        self._inside.clear()
        self._place = self._size = 0

    def parse_html_declaration(self, i: int) -> int:
        """A marked section is passed over: the parser itself fails at one that is none."""
        if self.rawdata.startswith("<![", i):
            end = self.rawdata.find(">", i)
            return end + 1 if end >= 0 else -1
        return int(super().parse_html_declaration(i))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._add("\n")
            return
        if tag in _VOID:
            return
        classes = frozenset(next((v or "" for k, v in attrs if k == "class"), "").split())
        if self._block is None or (self._nested and not self._hidden):
            if tag in _HIDDEN and self._block is None:
                self._hidden += 1
                return
            if not self._hidden and self._is_block(tag, classes):
                self.end()
                self._block = Block(self.getpos()[0], tag, classes)
                return
        if self._block is not None and len(self._inside) < 200:
            if not self._inside:
                self._place += 1
            above = self._inside[-1] if self._inside else None
            marks = classes | {f"<{tag}>"} | (above.marks if above else frozenset())
            hidden = tag in _HIDDEN or bool(above and above.is_hidden)
            self._inside.append(_Open(tag, marks, hidden))
            if tag in _LINES:
                self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._block is None:
            if tag in _HIDDEN and self._hidden:
                self._hidden -= 1
            return
        for at in range(len(self._inside) - 1, -1, -1):
            if self._inside[at].tag == tag:
                if tag in _LINES:
                    self._add("\n")
                del self._inside[at:]
                return
        if tag == self._block.tag:
            self.end()

    def handle_data(self, data: str) -> None:
        self._add(data.replace("\n", " ").replace("\r", " "))

    def _add(self, text: str) -> None:
        if self._block is None:
            return
        above = self._inside[-1] if self._inside else None
        if above is not None and above.is_hidden:
            return
        self._size += len(text)
        place = self._place if above else 0
        self._block.texts.append(Text(place, above.marks if above else frozenset(), text))
