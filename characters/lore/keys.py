"""Whether a key stands in a text: plain, as a whole Latin word, or as a pattern. Pure."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from characters.cards.patterns import pattern_of

if TYPE_CHECKING:
    import regex

PATIENCE = 0.05
"""Seconds after which a regular expression that is still at work counts as not found."""


class SearchedText:
    """A text that many keys are looked for in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded: str | None = None
        self._joined: dict[bool, str] = {}

    def holds(
        self,
        key: str,
        *,
        bare_regex: bool = False,
        case_sensitive: bool = False,
        whole_words: bool = False,
        ignore_spaces: bool = False,
    ) -> bool:
        """Whether `key` stands in the text."""
        if bare_regex or key.startswith("/"):
            if pattern := pattern_of(key, bare_regex):
                return _found(pattern, self.text)
            if bare_regex:
                return False
        text = self.text if case_sensitive else self.folded
        wanted = key if case_sensitive else key.casefold()
        if ignore_spaces:
            wanted = "".join(wanted.split())
            text = self._without_spaces(case_sensitive)
        if not wanted or wanted not in text:
            return False
        if not whole_words or ignore_spaces or len(wanted.split()) > 1:
            return True
        return _whole_word(wanted).search(text) is not None

    @property
    def folded(self) -> str:
        if self._folded is None:
            self._folded = self.text.casefold()
        return self._folded

    def _without_spaces(self, case_sensitive: bool) -> str:
        if case_sensitive not in self._joined:
            text = self.text if case_sensitive else self.folded
            self._joined[case_sensitive] = "".join(text.split())
        return self._joined[case_sensitive]


@lru_cache(maxsize=1 << 14)
def _whole_word(key: str) -> "re.Pattern[str]":
    """`key` with no Latin letter or digit beyond an end of it that is one."""
    before = r"(?<![A-Za-z0-9_])" if re.match(r"[A-Za-z0-9_]", key) else ""
    after = r"(?![A-Za-z0-9_])" if re.search(r"[A-Za-z0-9_]$", key) else ""
    return re.compile(before + re.escape(key) + after)


def _found(pattern: "regex.Pattern[str]", text: str) -> bool:
    try:
        return pattern.search(text, timeout=PATIENCE) is not None
    except (TimeoutError, MemoryError, RecursionError):
        return False
