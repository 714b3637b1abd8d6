"""Finds in what is trained on the replies that are much the same as one held out. Pure."""

from collections.abc import Iterable
from functools import lru_cache

from models.train.data import Example

SHINGLE = 3
"""Characters of a shingle."""
SAME = 0.7
"""Jaccard index of their shingles from which on two replies are much the same."""
SOUGHT = 0.5
"""Index from which on MinHash looks for pairs, whose own index then decides."""
PERMUTATIONS = 64
REMEMBERED = 1 << 14
"""Replies whose answer is kept, since short ones come again and again."""


def alike(examples: Iterable[Example]) -> bytearray:
    """For each example 1 where it is of `train` and its reply much the same as one of `test`.

    Replies are compared by the Jaccard index of the sets of their shingles, runs of 3 letters and
    digits; pairs are found by MinHash (Broder 1997) in an LSH index. `examples` are gone through
    twice, and only what is held out is kept in memory.
    """
    held = {shingles(one.reply) for one in examples if one.split == "test"}
    if not held:
        return bytearray(sum(1 for __ in examples))
    seek = _Index(held)
    return bytearray(one.split == "train" and seek.alike(shingles(one.reply)) for one in examples)


def shingles(text: str) -> frozenset[str]:
    """The runs of characters of a text, its marks and blanks aside; short texts whole."""
    words = "".join(filter(str.isalnum, text)) or text.strip()
    last = max(1, len(words) - SHINGLE + 1)
    return frozenset(words[at : at + SHINGLE] for at in range(last))


class _Index:
    """What is held out, by what it is made of."""

    def __init__(self, held: Iterable[frozenset[str]]) -> None:
        from datasketch import MinHash, MinHashLSH

        self._same = frozenset(held)
        self._base = MinHash(num_perm=PERMUTATIONS, seed=1)
        self._index = MinHashLSH(threshold=SOUGHT, num_perm=PERMUTATIONS)
        for one in self._same:
            self._index.insert(one, self._hash(one))
        self.alike = lru_cache(REMEMBERED)(self._alike)

    def _alike(self, one: frozenset[str]) -> bool:
        return one in self._same or any(
            len(one & other) >= SAME * len(one | other)
            for other in self._index.query(self._hash(one))
        )

    def _hash(self, one: frozenset[str]) -> object:
        made = self._base.copy()
        made.update_batch([part.encode("utf-8", "surrogatepass") for part in one])
        return made
