"""What a terminal sends, told as keys, pastes and the mouse, in order. Knows no terminal itself."""

import re
from collections.abc import Generator, Iterable, Iterator
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import _character_to_key
from textual.message import Message

ESC: Final = "\x1b"
PASTE, PASTE_END = "\x1b[200~", "\x1b[201~"
SILENCE = 2.0
"""Seconds in which nothing comes of a paste, after which its end is taken for lost."""
BEGUN = tuple(PASTE[:size] for size in range(len(PASTE) - 1, 0, -1))
"""How the mark of a paste may begin at the end of a piece."""
ALT_ENTER = {"\x1b\r", "\x1b\n"}
"""Alt+Enter of every terminal that is not asked to tell keys otherwise."""
OTHER_KEYS = re.compile(r"\x1b\[27;(\d{1,3});(\d{1,7})~")
"""A key with modifiers as xterm's `modifyOtherKeys`, Windows Terminal and tmux tell it."""
EXTENDED = re.compile(r"\x1b\[(\d{1,7})(?::\d*)*(?:;(\d{1,3})(?::\d+)?)?u")
"""A key as the kitty protocol tells it, without its text."""
SHIFT, LOCKS = 1, 64 | 128


class KeyParser(XTermParser):
    """Textual's parser; it knows modified keys in every encoding, asked for or not."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if sequence in ALT_ENTER:
            return [events.Key("alt+enter", None)]
        if other := OTHER_KEYS.fullmatch(sequence):
            sequence = f"{ESC}[{other[2]};{other[1]}u"
        if extended := EXTENDED.fullmatch(sequence):
            return self._extended(sequence, int(extended[1]), int(extended[2] or 1) - 1)
        return super()._sequence_to_key_events(sequence, alt)

    def _extended(self, sequence: str, code: int, modifiers: int) -> list[events.Key]:
        """One key with its modifiers; a character that only Shift or a lock changes is text."""
        if code > 0x10FFFF:
            return [events.Key("ignore", None)]
        character = chr(code)
        if character.isprintable() and not modifiers & ~(SHIFT | LOCKS):
            character = character.upper() if modifiers & SHIFT else character
            name = character if character.isalnum() else _character_to_key(character)
            return [events.Key(name, character)]
        return [key.copy() for key in self._parse_extended_key(sequence) or ()]


class Input:
    """Takes what is read, piece by piece; gives what it means.

    An Escape and a character behind it that come in one piece are a key with Alt, as terminals send
    it; in two pieces they are two keys.
    """

    def __init__(self, debug: bool = False) -> None:
        self._parser = KeyParser(debug)
        self._held = ""
        """The end of the last piece, which may be the beginning of a paste or of a key."""
        self._paste: list[str] | None = None
        """What has come of a paste."""
        self._when = 0.0

    def feed(self, text: str, when: float) -> Iterator[Message]:
        """What a piece means that was read at that time, in seconds."""
        self._when = when
        if self._held == ESC and text[:1] not in ("[", "O"):
            yield from self._release()
        text, self._held = self._held + text, ""
        while text:
            if self._paste is None:
                before, mark, text = text.partition(PASTE)
                if mark:
                    self._paste = []
                else:
                    before = self._hold(before)
                yield from self._parser.feed(before) if before else ()
            else:
                text = yield from self._pasted(text)

    def silent(self, now: float) -> Iterator[Message]:
        """What it means that nothing more has come so far."""
        if self._paste is not None and now - self._when > SILENCE:
            yield self._end_paste("".join(self._paste) + self._held)
        elif self._paste is None and self._held and self._is_a_key(now):
            yield from self._release()
        yield from self._parser.tick()

    def _is_a_key(self, now: float) -> bool:
        """Whether what is held back is a key, and not the mark of a paste on a slow line."""
        return len(self._held) < 3 or now - self._when > SILENCE

    def _hold(self, text: str) -> str:
        """Hold back what may be the beginning of a paste's mark; the text before it."""
        self._held = next((mark for mark in BEGUN if text.endswith(mark)), "")
        return text.removesuffix(self._held)

    def _release(self) -> Iterator[Message]:
        """Let the parser have what was held back, as all that there is of it."""
        held, self._held = self._held, ""
        yield from self._parser.feed(held)
        if held != "\x1b[":  # of which an arrow may be on its way
            self._parser._timeout_time = 0.0
            yield from self._parser.tick()

    def _pasted(self, text: str) -> Generator[Message, None, str]:
        """Take a piece of a paste; gives what follows the paste."""
        assert self._paste is not None
        body, mark, rest = text.partition(PASTE_END)
        if mark:
            yield self._end_paste("".join(self._paste) + body)
            return rest
        keep = len(PASTE_END) - 1
        self._paste.append(body[:-keep])
        self._held = body[-keep:]
        return ""

    def _end_paste(self, text: str) -> Message:
        self._paste, self._held = None, ""
        return events.Paste(text.replace("\0", ""))
