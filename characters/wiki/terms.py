"""What a text is searched by: Latin words, pairs of Chinese characters, and given names. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

_WIDE = "\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"[{_WIDE}]+|[^\W_{_WIDE}]+(?:['’][^\W_{_WIDE}]+)*")
_IS_WIDE = re.compile(f"[{_WIDE}]")
FUNCTION = frozenset(
    "的了是在我你您他她它们这那哪有和与就都也又还很不没吗呢吧啊呀么嘛着过把被让给对跟从到向为"
    "个些什怎谁何其之以于而则且或但如若因所此可能会要想说请问来去上下里中时候得地一"
)
"""Characters of which two together say nothing of what a text is about."""
PARTICLES = frozenset("的了着吗呢吧啊呀嘛么他她它我你您们这那")
"""Characters that make a pair with any other, so that the pair says half of what it seems to."""
STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "but", "by", "do", "for", "from", "had"),
        *("has", "have", "he", "her", "his", "i", "in", "is", "it", "its", "me", "my", "no"),
        *("not", "of", "on", "or", "our", "she", "so", "that", "the", "their", "them", "they"),
        *("this", "to", "was", "we", "were", "what", "when", "where", "which", "who", "why"),
        *("will", "with", "you", "your"),
    )
)
LONGEST_WORD = 40
MOST_WORDS = 5000
"""Names that an index knows."""


class Words:
    """Names found as a whole, so that one of three characters is more than two pairs."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        folded = (fold(name).strip() for name in names)
        long_names = {
            name for name in folded if 2 < len(name) <= LONGEST_WORD and not name.isascii()
        }
        self.names = tuple(sorted(long_names, key=lambda name: (-len(name), name))[:MOST_WORDS])
        self._pattern = re.compile("|".join(map(re.escape, self.names))) if self.names else None

    def found(self, folded: str) -> Iterator[str]:
        return (one[0] for one in self._pattern.finditer(folded)) if self._pattern else iter(())


NO_WORDS = Words()


@lru_cache(maxsize=256)
def fold(text: str) -> str:
    """`text` without differences of case and width."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms(text: str, words: Words = NO_WORDS) -> list[str]:
    """The terms of a text in their order: words, pairs, and `=name` for a name of `words`.

    A Chinese character that stands alone is a term by itself.
    """
    folded = fold(text)
    terms: list[str] = []
    for run in _RUN.findall(folded):
        if not _IS_WIDE.match(run):
            if run not in STOP_WORDS:
                terms.append(run[:LONGEST_WORD])
        elif len(run) == 1:
            terms.append(run)
        else:
            terms += _pairs(run)
    terms += [f"={name}" for name in words.found(folded)]
    return terms


def says_little(term: str) -> bool:
    """Whether a term is a pair of which half is a particle."""
    return len(term) == 2 and (term[0] in PARTICLES or term[1] in PARTICLES)


def _pairs(run: Sequence[str]) -> Iterator[str]:
    for first, second in pairwise(run):
        if first not in FUNCTION or second not in FUNCTION:
            yield first + second
