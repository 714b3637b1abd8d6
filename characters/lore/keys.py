"""Whether a key stands in a text: plain, as a whole Latin word, or as a pattern. Pure."""

import re
from functools import lru_cache

import regex

SLASHED = re.compile(r"/([\w\W]+?)/([gimsuy]*)")
_UNESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*/")
FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}
PATIENCE = 0.05
"""Seconds after which a regular expression that is still at work counts as not found."""
LONGEST_PATTERN = 2000
"""Characters of a pattern; a longer one is plain text."""


@lru_cache(maxsize=1 << 14)
def pattern_of(key: str, bare: bool = False) -> "regex.Pattern[str] | None":
    """The regular expression that a key is: `/pattern/flags`, or any where `bare`.

    `None` where it is plain text: no slashes, an unescaped slash inside, or not valid. Classes
    such as `\\w` are ASCII, as in JavaScript.
    """
    slashed = SLASHED.fullmatch(key)
    if slashed and not _UNESCAPED_SLASH.search(slashed[1]):
        source, flags = slashed[1], slashed[2]
    elif bare:
        source, flags = key, ""
    else:
        return None
    if len(source) > LONGEST_PATTERN:
        return None
    options = regex.ASCII
    for flag in flags:
        options |= FLAGS.get(flag, 0)
    try:
        return regex.compile(source, options)
    except (regex.error, RecursionError, OverflowError, ValueError, MemoryError):
        return None


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
