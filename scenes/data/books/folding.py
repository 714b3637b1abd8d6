"""Traditional signs as simplified ones, sign by sign, for matching only; what is shown stays."""

import re
from collections import Counter
from functools import cache
from typing import Any

_WIDE = re.compile("[\u3400-\u9fff]")
_BY_HAND = {"著": "着", "牠": "它", "祂": "他", "喫": "吃", "囘": "回", "甯": "宁", "⋯": "…"}
"""What OpenCC leaves, since it is another word elsewhere."""
MANY = 60
"""Signs from which on one pass over the text is faster than one for each."""


def folded(text: str) -> str:
    """`text` with each traditional sign as the simplified one; it is as long, sign for sign."""
    table = {sign: simple for sign in set(text) if (simple := _simple(sign)) != sign}
    if len(table) > MANY:
        return text.translate({ord(sign): simple for sign, simple in table.items()})
    for sign, simple in table.items():
        text = text.replace(sign, simple)
    return text


@cache
def _simple(sign: str) -> str:
    """The simplified sign of one, or the sign itself."""
    if sign in _BY_HAND:
        return _BY_HAND[sign]
    simple = str(_converter().convert(sign)) if _WIDE.match(sign) else sign
    return simple if len(simple) == 1 else sign


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


class Spelling:
    """How a book itself writes names that were read in its folded text."""

    def __init__(self, text: str, plain: str) -> None:
        self.text = text
        self.plain = plain
        self._known: dict[str, str] = {}
        self.differs = text != plain
        """Whether any sign of the book is written otherwise than it is matched."""
        self._traditional = self.differs and _traditional(text)

    def of(self, name: str) -> str:
        """The name in the signs that the book has for it most often."""
        if not self.differs or not name:
            return name
        if name not in self._known:
            self._known[name] = self._most_often(name)
        return self._known[name]

    def _most_often(self, name: str) -> str:
        seen: Counter[str] = Counter()
        at = -1
        while (at := self.plain.find(name, at + 1)) >= 0 and seen.total() < 50:
            seen[self.text[at : at + len(name)]] += 1
        if seen:
            return seen.most_common(1)[0][0]
        if not self._traditional:
            return name
        from opencc import OpenCC

        return str(OpenCC("s2t").convert(name))


def _traditional(text: str) -> bool:
    """Whether a text is written in traditional signs, rather than with a few of them."""
    sample = text[:20_000]
    plain = folded(sample)
    changed = sum(one != other for one, other in zip(sample, plain, strict=True))
    return changed * 20 > sum(_WIDE.match(sign) is not None for sign in sample)
