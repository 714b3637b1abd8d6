"""Which questions are unlike those that were kept before, in time that hardly grows with them.

Likeness is ROUGE-L's F1 over words, a sign of Chinese being one, as Self-Instruct measures it
(Wang et al. 2023). Compared are those that share one of the rarest pairs of words: rewordings
share several, and what shares only common pairs is rarely that like.
"""

import re
from array import array
from collections.abc import Iterable
from itertools import pairwise

from rapidfuzz import fuzz, process

LIKE = 70
"""Of 100: ROUGE-L's F1 from which on two questions are alike, as in Self-Instruct."""
RAREST = 8
"""Pairs of words by which those alike are looked for."""
MOST_COMPARED = 1_000
"""Questions that one is compared with, those with its rarest pairs first."""
_WORD = re.compile(r"\{\w+\}|[A-Za-z0-9À-ɏ]+(?:['’][A-Za-z]+)?|[^\W_]")
_FIRST = 0xF0000
"""The first of the private signs that words are written with."""
_SIGNS = 0x10FFFD - _FIRST


class Variety:
    """What was kept; `add` keeps one more, if it is unlike it."""

    def __init__(self, kept: Iterable[str] = ()) -> None:
        self._signs: dict[str, str] = {}
        self._texts: list[str] = []
        self._having: dict[str, array[int]] = {}
        """Which texts have a pair of words."""
        for one in kept:
            self._keep(self._written(one))

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> bool:
        """Keep a text and say so, or say that it is too much like one before, or has no words."""
        written = self._written(text)
        if not written or self._is_alike(written):
            return False
        self._keep(written)
        return True

    def _is_alike(self, written: str) -> bool:
        having = [self._having[pair] for pair in _pairs(written) if pair in self._having]
        having.sort(key=len)
        numbers: set[int] = set()
        for numbers_of_pair in having[:RAREST]:
            numbers.update(numbers_of_pair[-MOST_COMPARED:])
            if len(numbers) >= MOST_COMPARED:
                break
        texts = [self._texts[at] for at in numbers]
        best = process.extractOne(written, texts, scorer=fuzz.ratio, score_cutoff=LIKE)
        return best is not None

    def _keep(self, written: str) -> None:
        for pair in _pairs(written):
            self._having.setdefault(pair, array("I")).append(len(self._texts))
        self._texts.append(written)

    def _written(self, text: str) -> str:
        """A text with one sign for each of its words; marks aside."""
        return "".join(self._sign(word.casefold()) for word in _WORD.findall(text))

    def _sign(self, word: str) -> str:
        sign = self._signs.get(word)
        if sign is None:
            sign = self._signs[word] = chr(_FIRST + len(self._signs) % _SIGNS)
        return sign


def _pairs(written: str) -> set[str]:
    """The pairs of neighbouring words, the first word with nothing before it among them."""
    return {"".join(pair) for pair in pairwise(f"^{written}")}
