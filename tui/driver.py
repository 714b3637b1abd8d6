"""The terminal as Textual drives it, where it may send any bytes and may go away at any moment."""

import os
import select
import selectors
import termios
import time
import tty
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from base.text import REPLACED
from tui.terminal_background import LateAnswer
from tui.terminal_events import InputFailed, NotUtf8, TerminalGone
from tui.terminal_keys import Input

PIECE = 4096
"""Bytes that are read at once."""
APART = 0.1
"""Seconds between the keys that were typed before the screen was there: nobody knows more."""


class TableDriver(LinuxDriver):
    """Reads keys from bytes of any kind, and lets the app end where the terminal has gone."""

    def __init__(self, app: App[None], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = Unbroken(self._file)
        self._early: bytes = getattr(app, "typed_early", b"").replace(b"\n", b"\r")
        """What was typed before the screen was there."""
        self._late = LateAnswer()

    def start_application_mode(self) -> None:
        """Take what was typed while the terminal was still one of lines, then as Textual does."""
        before = self._take_early()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if before is not None:
            self.attrs_before = before

    def _take_early(self) -> Any:
        """Have keys come one by one, and read those that lie there; how the terminal was before.

        What lies there has its Enter as a line break, since terminals of lines change it.
        """
        if self._is_in_background():
            return None
        try:
            before = termios.tcgetattr(self.fileno)
            keys = termios.tcgetattr(self.fileno)
            keys[tty.LFLAG] = self._patch_lflag(keys[tty.LFLAG])
            keys[tty.IFLAG] = self._patch_iflag(keys[tty.IFLAG])
            keys[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, keys)
            while select.select([self.fileno], [], [], 0)[0]:
                piece = os.read(self.fileno, PIECE)
                if not piece:
                    break
                self._early += piece.replace(b"\n", b"\r")
        except (OSError, termios.error):
            return None
        return before

    def _is_in_background(self) -> bool:
        with suppress(OSError):  # not the terminal that the program was started from
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        return False

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.post_message(InputFailed(error))

    def run_input_thread(self) -> None:
        """Read until input is switched off: keys, pastes, the mouse."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        heard = Input(self._debug)
        self._pass_early(decode, heard)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(0.1):
                    for event in heard.silent(time.monotonic()):
                        self.process_message(event)
                elif not self._read(decode, heard):
                    self._app.post_message(TerminalGone())
                    return

    def _read(self, decode: Callable[[bytes], str], heard: Input) -> bool:
        """Pass on what the terminal has sent; whether it is still there."""
        raw = b""
        with suppress(OSError):  # what a terminal says that has been closed
            raw = os.read(self.fileno, PIECE)
        text = self._late.feed(decode(raw))
        if REPLACED in text:
            self._app.post_message(NotUtf8())
        if text:
            for event in heard.feed(text, time.monotonic()):
                self.process_message(event)
        return bool(raw)

    def _pass_early(self, decode: Callable[[bytes], str], heard: Input) -> None:
        """Pass on what was typed before, as if key by key."""
        early, self._early = self._late.feed(decode(self._early)), b""
        if not early:
            return
        events = list(heard.feed(early, time.monotonic()))
        for before, event in zip(range(len(events), 0, -1), events, strict=True):
            event.time -= before * APART
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
