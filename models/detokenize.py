"""Turn the ids of a reply into text as they come, for any transformers tokenizer."""

from typing import Any

_INCOMPLETE = "\ufffd"
_CLEAN_UP_REACH = 3
"""Clean-up patterns are at most four characters and begin with a blank."""
_CHARACTER_REACH = 16
"""A character is at most four byte pieces; the rest is room for ids without text among them."""


class TextStream:
    """The text of a growing list of ids; what ``push`` returns, put together, is its decoding.

    Each id is decoded together with the few ids before it that settle its leading blank, never
    with the whole reply. Text that later ids could still change is held back: bytes that are no
    character yet (U+FFFD at the end, unless there are too many to become one), and, for a
    tokenizer that cleans up blanks (ChatGLM-6B), the last characters beside a blank. ``finish``
    returns what is held, less incomplete bytes.
    """

    def __init__(self, tokenizer: Any, *, skip_special_tokens: bool = True) -> None:
        self._tokenizer = tokenizer
        self._skip_special_tokens = skip_special_tokens
        self._cleans_up = bool(getattr(tokenizer, "clean_up_tokenization_spaces", False))
        self._settled: list[int] = []
        self._settled_text = ""
        self._pending: list[int] = []
        self._uncleaned = ""

    def push(self, token_id: int) -> str:
        """Add an id and return the text that is certain now, perhaps none."""
        self._pending.append(int(token_id))
        text, count = self._decode(self._settled + self._pending), len(self._pending)
        if text.endswith(_INCOMPLETE):
            text, count = self._before_last_character(text)
        if count <= 0 or not text.startswith(self._settled_text):
            return ""
        fresh = text[len(self._settled_text) :]
        self._settle(count, text)
        return self._cleaned(fresh)

    def finish(self) -> str:
        """Return the text still held back; the stream is over afterwards."""
        whole = self._decode(self._settled + self._pending).rstrip(_INCOMPLETE)
        fresh = whole[len(self._settled_text) :] if whole.startswith(self._settled_text) else ""
        rest = self._uncleaned + fresh
        self._settled, self._pending, self._settled_text, self._uncleaned = [], [], "", ""
        return self._cleaned_up(rest)

    def _before_last_character(self, whole: str) -> tuple[str, int]:
        """Return the text of the ids too far back to be in the last character, and their number."""
        count = len(self._pending) - _CHARACTER_REACH
        if count <= 0:
            return "", 0
        text = self._decode(self._settled + self._pending[:count])
        return (text, count) if whole.startswith(text) else ("", 0)

    def _settle(self, count: int, text: str) -> None:
        """Keep the last ids with a visible character: they settle whether a blank stays."""
        certain, self._pending = self._pending[:count], self._pending[count:]
        if text[len(self._settled_text) :].strip(" "):
            self._settled = certain
            self._settled_text = self._decode(certain)
        elif not self._settled_text.strip(" "):
            self._settled = self._settled + certain
            self._settled_text = text

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(
            ids,
            skip_special_tokens=self._skip_special_tokens,
            clean_up_tokenization_spaces=False,
        )
        return text

    def _cleaned(self, fresh: str) -> str:
        """Return the text up to the last place that no clean-up pattern can reach across."""
        if not self._cleans_up:
            return fresh
        text = self._uncleaned + fresh
        # Places already refused stay refused, except those that the fresh text now follows.
        for end in range(len(text), max(len(text) - len(fresh) - 1, 0), -1):
            if " " not in text[max(end - _CLEAN_UP_REACH, 0) : end]:
                self._uncleaned = text[end:]
                return self._cleaned_up(text[:end])
        self._uncleaned = text
        return ""

    def _cleaned_up(self, text: str) -> str:
        if not self._cleans_up or not text:
            return text
        cleaned: str = self._tokenizer.clean_up_tokenization(text)
        return cleaned
