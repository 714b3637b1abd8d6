"""Logs as lines of text, from a file or stdin, of any size in bounded memory."""

import codecs
import io
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from base.decoding import UTF8, WIDE, beginning, encoding_of
from base.folders import why_no_file
from base.legacy_encodings import encoding_name
from base.messages import _
from base.system_errors import system_reason
from base.text import UNPRINTABLE
from tui.failures import BadInput, given
from tui.output import escaped_line, word

CHUNK = 1 << 18
LONGEST_LINE = 1 << 26
"""Characters of a line that is still read; a log has none such."""

SAMPLE = 1 << 16
OF_SHELL = ("/dev/fd/", "/proc/self/fd/")
"""Where a shell puts the output of another command, which may be read like a file."""
NO_TEXT = re.compile(rf"{UNPRINTABLE.pattern}|\ufffd")


class LogInput:
    """The lines of one log, read once, in any encoding that imports take.

    Raises `BadInput` for what is no text.
    """

    def __init__(self, name: str | Path | None) -> None:
        """`name` is a file; `-` or `None` is stdin."""
        self.is_stdin = name is None or str(name) == "-"
        self.where = "stdin" if self.is_stdin else escaped_line(str(name))
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
                raise BadInput(_("no log: name a file, or send one to stdin"))
            return sys.stdin.buffer
        path = Path(self._name)
        why = why_no_file(path)
        if why and not self._name.startswith(OF_SHELL):
            raise BadInput(
                _("{where}: {why}, expected a log, or - for stdin", where=self.where, why=why)
            )
        try:
            return stack.enter_context(path.open("rb"))
        except (OSError, ValueError) as error:
            reason = system_reason(error) if isinstance(error, OSError) else str(error)
            raise BadInput(_("{where}: {why}", where=self.where, why=reason)) from error


def _lines(raw: BinaryIO, where: str) -> Iterator[list[str]]:
    """The lines of a file, those of a piece of it together."""
    decoder = _Decoder(where)
    number, rest = 1, ""
    chunk = b"\n"
    while chunk:
        chunk = raw.read(CHUNK)
        *whole, rest = (rest + decoder.text(chunk, number)).split("\n")
        yield whole
        number += len(whole)
        if len(rest) > LONGEST_LINE:
            raise BadInput(
                _(
                    "{where}:{number}: a line of more than {most} characters; is it a log?",
                    where=where,
                    number=number,
                    most=LONGEST_LINE,
                )
            )
    if rest:
        yield [rest]


class _Decoder:
    """Bytes to text with its line ends as `\\n`, in the encoding that the first of them tell.

    Those are the encodings that imports take. Bytes that are none of it are never replaced, since
    what is read here may be written again.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._encoding = ""
        self._decode = _newlines("ascii")

    def text(self, chunk: bytes, number: int) -> str:
        """The text of the next bytes, `number` being the line that they begin in; none are the end.

        Raises `BadInput`.
        """
        if not self._encoding and (not chunk.isascii() or b"\0" in chunk):
            self._encoding = self._told(chunk)
            self._decode = _newlines(self._encoding)
        try:
            return self._decode.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            name = encoding_name(self._encoding.removesuffix("-sig"))
            before = error.object[: error.start].decode(self._encoding, "ignore")
            line = number + before.replace("\r\n", "\n").count("\n")
            raise BadInput(
                _(
                    "{where}:{line}: not {encoding} (byte 0x{byte:02x}); is it a log, and whole?",
                    where=self._where,
                    line=line,
                    encoding=name,
                    byte=error.object[error.start],
                )
            ) from None

    def _told(self, head: bytes) -> str:
        from scenes.files.source import refuse_no_text

        encoding = encoding_of(head)
        if encoding not in UTF8 or "\ufffd" in beginning(head):
            with given():
                refuse_no_text(head, self._where, _("a log"))
        if encoding in WIDE and NO_TEXT.search(beginning(head[:SAMPLE])):
            raise BadInput(_("{where}: not a text file, expected a log", where=self._where))
        if encoding not in UTF8:
            word(
                _(
                    "{where}: read as {encoding}",
                    where=self._where,
                    encoding=encoding_name(encoding),
                )
            )
        return encoding


def _newlines(encoding: str) -> io.IncrementalNewlineDecoder:
    return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
