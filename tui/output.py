"""What is printed: data to stdout, words to stderr, and nothing that could drive a terminal."""

import codecs
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from base.text import UNPRINTABLE
from scenes.files.exports.jsonlines import safe_json

LONGEST = 400
"""Characters of a line that says what is wrong: it may quote what it was given, or a path."""
ESCAPED = "backslashreplace"
_UNSAFE = re.compile(rf"{UNPRINTABLE.pattern}|\r")
_BREAK = re.compile(r"[\t\n]")


def clean(text: str) -> str:
    """`text` with what could drive a terminal as `\\u{hex}`; line breaks and tabs stay."""
    return _UNSAFE.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)


def escaped_line(text: str) -> str:
    """`text` as `clean` gives it, on one line."""
    return clean(_BREAK.sub(" ", text.strip()))


def short(text: str) -> str:
    """`text` on one line of at most `LONGEST` characters: its beginning, and its end."""
    line = escaped_line(text)
    if len(line) <= LONGEST:
        return line
    half = LONGEST // 2
    return f"{line[:half]} … {line[-half + 3 :]}"


def data(text: str = "") -> None:
    """Print a line of what was asked for."""
    print(clean(text))


def word(text: str) -> None:
    """Tell the person something beside what was asked for."""
    print(clean(text), file=sys.stderr)


def as_json(value: Any, indent: int | None = None) -> None:
    """Print a value as JSON."""
    print(json_text(value, indent))


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON that holds nothing which could drive a terminal."""
    return safe_json(json.dumps(value, ensure_ascii=False, indent=indent))


def columns(rows: Sequence[Sequence[str]]) -> None:
    """Print rows with their cells below each other, by the cells that a terminal gives them."""
    from rich.cells import cell_len

    rows = [[escaped_line(cell) for cell in row] for row in rows]
    if not rows:
        return
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = [
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        data("  ".join(padded).rstrip())


def never_raise() -> None:
    """Let no text fail for the encoding of a terminal or a pipe.

    ASCII is what Python takes where nobody said an encoding (`LANG=C`), and then ours is UTF-8.
    """
    for name, errors in (("stdin", "replace"), ("stdout", ESCAPED), ("stderr", ESCAPED)):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            encoding = codecs.lookup(stream.encoding).name
            if encoding == "ascii" and not os.environ.get("PYTHONIOENCODING"):
                encoding = "utf-8"
            stream.reconfigure(encoding=encoding, errors=errors)
