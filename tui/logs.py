"""Logs as lines of text, from a file or stdin, of any size in bounded memory."""

import codecs
import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from characters.errors import CharacterError
from characters.text import decode
from tui.failures import BadInput
from tui.output import one_line

CHUNK = 1 << 18
LONGEST_LINE = 1 << 26
"""Characters of a line that is still read; a log has none such."""
SAMPLE = 1 << 16
"""Bytes by which another encoding is known."""


class Source:
    """The lines of one log, read once. Raises `BadInput` for what is no text in UTF-8."""

    def __init__(self, name: str | Path | None) -> None:
        """`name` is a file; `-` or `None` is stdin."""
        self.is_stdin = name is None or str(name) == "-"
        self.where = "stdin" if self.is_stdin else one_line(str(name))
        """What messages call it."""
        self.written = 0
        """Lines read so far that are not blank."""
        self._name = str(name)

    def lines(self) -> Iterator[str]:
        """The lines, each without its end."""
        with ExitStack() as stack:
            for some in _lines(self._open(stack), self.where):
                self.written += sum(map(bool, map(str.strip, some)))
                yield from some

    def _open(self, stack: ExitStack) -> BinaryIO:
        if self.is_stdin:
            if sys.stdin is None or sys.stdin.isatty():
                raise BadInput("no log: name a file, or send one to stdin")
            return sys.stdin.buffer
        path = Path(self._name)
        if path.is_dir():
            raise BadInput(f"{self.where}: a folder, expected a log")
        try:
            return stack.enter_context(path.open("rb"))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise BadInput(f"{self.where}: {reason}") from error


def _lines(raw: BinaryIO, where: str) -> Iterator[list[str]]:
    """The lines of a file, those of a piece of it together."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    ends = io.IncrementalNewlineDecoder(decoder, translate=True)
    number, rest, first = 1, "", True
    chunk = b"\n"
    while chunk:
        chunk = raw.read(CHUNK)
        try:
            text = ends.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise _not_text(chunk, first, where, number, rest, error) from None
        if first and "\0" in text:
            raise _not_text(chunk, first, where, number, rest, None)
        first = False
        *whole, rest = (rest + text).split("\n")
        yield whole
        number += len(whole)
        if len(rest) > LONGEST_LINE:
            raise BadInput(
                f"{where}:{number}: a line of more than {LONGEST_LINE} characters; is it a log?"
            )
    if rest:
        yield [rest]


def _not_text(
    chunk: bytes,
    first: bool,
    where: str,
    number: int,
    rest: str,
    error: UnicodeDecodeError | None,
) -> BadInput:
    """What to say of bytes that are no UTF-8: which encoding it is where the beginning tells."""
    if first:
        end = chunk.rfind(b"\n", 0, SAMPLE) + 1 or SAMPLE
        sample = chunk[: SAMPLE & ~1] if b"\0" in chunk[:SAMPLE] else chunk[:end]
        try:
            decode(sample, where)
        except CharacterError as problem:
            return BadInput(str(problem).replace("expected YAML", "expected a log"))
    before = error.object[: error.start] if error else b""
    line = number + before.replace(b"\r\n", b"\n").count(b"\n")
    found = f" (byte 0x{error.object[error.start]:02x})" if error else ""
    return BadInput(f"{where}:{line}: not UTF-8{found}; is it a log, and whole?")
