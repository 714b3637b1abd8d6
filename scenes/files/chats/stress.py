"""Asterisks around words that are stressed inside a sentence, and not done. Pure."""

import re

_STRESSED = re.compile(
    r"\*(?<!\*\*)(?:\*(?P<bold>[^*\n]{1,200})\*\*|(?P<word>[^*\n]{1,40})\*)(?!\*)"
)
_QUOTES = tuple('“”"「」『』')
_NO_DEEDS = frozenset(
    (
        *("this", "was", "is", "has", "does", "yes", "always", "us", "his", "its", "as", "these"),
        *("those", "others", "everything", "anything", "nothing", "need", "indeed"),
    )
)
"""Words that end as those of a deed do, and are stressed."""


def unstressed(text: str) -> str:
    """A text without the asterisks around words that are stressed: what is bold beside a word or a
    quotation mark, and one word in the middle of a sentence, `I *really* mean it`."""
    return _STRESSED.sub(_plain, text)


def _plain(found: re.Match[str]) -> str:
    """A stressed word without its marks; what is done as it is."""
    bold, word = found["bold"], found["word"]
    text, at, end = found.string, found.start(), found.end()
    before, behind = text[max(at - 2, 0) : at], text[end : end + 2]
    left, right = before[-1:], behind[:1]
    if bold is not None:
        beside = left.isalnum() or right.isalnum() or left in _QUOTES or right in _QUOTES
        return bold if beside else found[0]
    if left.isalnum() and right.isalnum():
        return word
    goes_on = right in tuple(".,!?;:") or (right == " " and behind[1:].islower())
    inside = left == " " and (before[:1].isalnum() or before[:1] in tuple(",;—")) and goes_on
    is_word = word.isascii() and " " not in word
    return word if inside and is_word and not _is_deed(word.lower()) else found[0]


def _is_deed(word: str) -> bool:
    return word.endswith(("s", "ing", "ed")) and word not in _NO_DEEDS
