"""Regular expressions of JavaScript, as other people write them into cards and lorebooks. Pure."""

import re
from functools import lru_cache

import regex

SLASHED = re.compile(r"/([\w\W]+?)/([gimsuy]*)")
_UNESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*/")
FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}
LONGEST_PATTERN = 2000
"""Characters of a pattern; a longer one is plain text."""


@lru_cache(maxsize=1 << 14)
def pattern_of(
    key: str, bare: bool = False, longest: int = LONGEST_PATTERN
) -> "regex.Pattern[str] | None":
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
    if len(source) > longest:
        return None
    options = regex.ASCII
    for flag in flags:
        options |= FLAGS.get(flag, 0)
    try:
        return regex.compile(source, options)
    except (regex.error, RecursionError, OverflowError, ValueError, MemoryError):
        return None
