"""Turn the ids of a reply into text as they come, for any transformers tokenizer."""

from typing import Any

_INCOMPLETE = "\ufffd"
_CLEAN_UP_REACH = 3
"""Clean-up patterns are at most four characters and begin with a blank."""


class TextStream:
    """The text of a growing list of ids; what ``push`` returns, put together, is its decoding.

    Each id is decoded together with the few ids before it that settle its leading blank, never
    with the whole reply. Text that later ids could still change is held back: bytes that are no
    character yet (U+FFFD at the end), and, for a tokenizer that cleans up blanks (ChatGLM-6B),
    the last characters beside a blank. ``finish`` returns what is held, less incomplete bytes.
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
        whole = self._decode(self._settled + self._pending)
        if whole.endswith(_INCOMPLETE) or not whole.startswith(self._settled_text):
            return ""
        fresh = whole[len(self._settled_text) :]
        self._settle(whole, fresh)
        return self._cleaned(fresh)

    def finish(self) -> str:
        """Return the text still held back; the stream is over afterwards."""
        whole = self._decode(self._settled + self._pending).rstrip(_INCOMPLETE)
        fresh = whole[len(self._settled_text) :] if whole.startswith(self._settled_text) else ""
        rest = self._uncleaned + fresh
        self._settled, self._pending, self._settled_text, self._uncleaned = [], [], "", ""
        return self._cleaned_up(rest)

    def _settle(self, whole: str, fresh: str) -> None:
        # Only ids with a visible character settle whether the blank of the next one is kept.
        if fresh.strip(" "):
            self._settled = self._pending
            self._settled_text = self._decode(self._settled)
        else:
            self._settled = self._settled + self._pending
            self._settled_text = whole
        self._pending = []

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
