"""Where the lines of the line mode come from: a pipe, or a terminal that knows no escapes.

The input line of any other terminal is `tui.completing`.
"""

import sys
from typing import Protocol

from base.decoding import reads_as
from base.messages import _, series
from base.text import REPLACED, shown
from tui.failures import BadInput
from tui.output import word

ENCODINGS = ("utf-8", "gb18030", "gbk", "big5", "shift_jis")
"""Those in which a byte of 0x0A ends a line."""


def check_encoding(name: str) -> None:
    """Raise `BadInput` for an encoding that lines in a pipe cannot have."""
    if name.lower() not in ENCODINGS:
        raise BadInput(
            _(
                "--encoding {name}: expected one of {encodings}",
                name=shown(name),
                encodings=series(ENCODINGS),
            )
        )


class Reader(Protocol):
    """Where lines come from."""

    prefills: bool
    """Whether it can put a line where the person types, to be rewritten."""

    def read(self, prompt: str, prefill: str = "") -> str:
        """The next line. Raises `EOFError` at the end."""
        ...


class Piped:
    """Reads the lines of a pipe or a file."""

    prefills = False

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding
        self._number = 0

    def read(self, prompt: str, prefill: str = "") -> str:
        """The next line. Raises `BadInput` for one that is not in the encoding."""
        raw = sys.stdin.buffer.readline()
        if not raw:
            raise EOFError
        self._number += 1
        try:
            line = raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise BadInput(self._odd(raw, error)) from None
        return (line.removeprefix("\ufeff") if self._number == 1 else line).rstrip("\r\n")

    def _odd(self, raw: bytes, error: UnicodeDecodeError) -> str:
        """What is wrong with a line, and which other encoding it may be."""
        name, byte = self._encoding.upper(), f"0x{raw[error.start]:02x}"
        where = {"number": self._number, "encoding": name, "byte": byte}
        if not reads_as(raw, "gb18030"):
            return _(
                "stdin:{number}: not {encoding} (byte {byte}); expected text in UTF-8", **where
            )
        return _(
            "stdin:{number}: not {encoding} (byte {byte}); it reads as GB18030: "
            "give --encoding gb18030",
            **where,
        )


class Plain:
    """Asks for lines on a terminal without any escape."""

    prefills = False

    def read(self, prompt: str, prefill: str = "") -> str:
        while True:
            print(prompt, end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                print(file=sys.stderr)  # what is said next begins a line
                raise EOFError
            if REPLACED not in line:
                return line.rstrip("\r\n")
            word(
                _(
                    "Not sent: it holds characters that could not be read (�); correct them, and "
                    "set the terminal to UTF-8"
                )
            )
