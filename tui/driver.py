"""The terminal as Textual drives it, where it may send any bytes and may go away at any moment."""

import os
import selectors
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from base.text import REPLACED
from tui.terminal_events import InputFailed, NotUtf8, TerminalGone

PIECE = 4096
"""Bytes that are read at once."""
PASTE, PASTE_END = "\x1b[200~", "\x1b[201~"
SILENCE = 2.0
"""Seconds in which nothing comes of a paste, after which its end is taken for lost."""


class TableDriver(LinuxDriver):
    """Reads keys from bytes of any kind, and lets the app end where the terminal has gone."""

    def __init__(self, app: App[None], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = Unbroken(self._file)
        self._pasting = False
        self._recent = ""
        self._when = 0.0

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.post_message(InputFailed(error))

    def run_input_thread(self) -> None:
        """Read until input is switched off: keys, pastes, the mouse."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(0.1):
                    self._end_silent_paste(parser)
                elif not self._read(decode, parser):
                    self._app.post_message(TerminalGone())
                    return
                for event in parser.tick():
                    self.process_message(event)

    def _read(self, decode: Callable[[bytes], str], parser: XTermParser) -> bool:
        """Pass on what the terminal has sent; whether it is still there."""
        raw = b""
        with suppress(OSError):  # what a terminal says that has been closed
            raw = os.read(self.fileno, PIECE)
        text = decode(raw)
        if REPLACED in text:
            self._app.post_message(NotUtf8())
        if text:
            self._heard(text)
            for event in parser.feed(text):
                self.process_message(event)
        return bool(raw)

    def _heard(self, text: str) -> None:
        """Follow whether a paste has begun and not ended, also where a mark comes in two pieces."""
        recent, self._when = self._recent + text, time.monotonic()
        begun, ended = recent.rfind(PASTE), recent.rfind(PASTE_END)
        if begun != ended:
            self._pasting = begun > ended
        self._recent = recent[1 - len(PASTE) :]

    def _end_silent_paste(self, parser: XTermParser) -> None:
        """End a paste whose end has been lost, or every key from now on would be part of it."""
        if self._pasting and time.monotonic() - self._when > SILENCE:
            self._pasting = False
            for event in parser.feed(PASTE_END):
                self.process_message(event)


class Unbroken:
    """A terminal to write to that may have gone, and then takes what is written in silence."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()
