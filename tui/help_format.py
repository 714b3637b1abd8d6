"""Help pages whose lines and columns fit where a Chinese character takes two cells."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from typer._click.formatting import HelpFormatter

from base.messages import _

RAW = "\b"
"""A paragraph that begins with this line is left as it is."""
NAMES = 26
"""Cells of the column of names, at most."""
GAP = 2
_PIECES = re.compile(
    r"\s+|\[[^\[\]]{1,24}\](?:\.{3})?|[^\s\u2e80-\u9fff\uff00-\uffef\u2018-\u201d]+|."
)
_TYPE = re.compile(r" <[^>]*>(\.\.\.)?$")
"""What typer says of an argument's type, which tells a person nothing."""
_CLOSING = frozenset("，。！？；：、）】》」』”’…")
_OPENING = frozenset("（【《「『“‘")


def cells(text: str) -> int:
    """The cells that a terminal gives to a text."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def wrap(text: str, width: int) -> list[str]:
    """The lines of a paragraph: broken at blanks and between wide characters, never before a
    closing mark or behind an opening one."""
    lines, line = [], ""
    for piece in _unbroken(" ".join(text.split())):
        if line and cells(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _unbroken(text: str) -> Iterator[str]:
    """What stands on one line: a word, or a wide character with the marks that cling to it."""
    held = ""
    for piece in _PIECES.findall(text):
        if held and piece[0] not in _CLOSING and held[-1] not in _OPENING:
            yield held
            held = ""
        held += piece
    yield held


class HelpLines(HelpFormatter):
    """Typer's help, measured in cells and headed in the person's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        head = _("Usage: {command}", command=prog) + " "
        first, *rest = wrap(args, max(self.width - cells(head), 20)) or [""]
        for line in (head + first, *(" " * cells(head) + line for line in rest)):
            self.write(f"{line.rstrip()}\n")

    def write_heading(self, heading: str) -> None:
        head = _("{heading}:", heading=heading)
        self.write(f"{'':>{self.current_indent}}{head}\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in text.split("\n\n"):
            if paragraph.startswith(RAW):
                paragraphs.append(paragraph.partition("\n")[2])
            else:
                lines = wrap(paragraph, self.width - self.current_indent)
                paragraphs.append("\n".join(indent + line for line in lines))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = NAMES, col_spacing: int = GAP
    ) -> None:
        names = [_TYPE.sub("", name) for name, __ in rows]
        column = min(max(map(cells, names)), col_max) + col_spacing
        indent = " " * self.current_indent
        below = f"\n{indent}{' ' * column}"
        for name, (__, text) in zip(names, rows, strict=True):
            lines = wrap(text, max(self.width - self.current_indent - column, 20))
            fits = cells(name) <= column - col_spacing
            gap = " " * (column - cells(name)) if fits else below
            self.write(f"{indent}{name}{gap if lines else ''}{below.join(lines)}\n")
