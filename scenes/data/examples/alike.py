"""Drops from what is trained on the replies that are much the same as one held out. Pure."""

from collections.abc import Iterable, Sequence

from models.train.data import Example

SHINGLE = 3
"""Characters of a shingle."""
SAME = 0.7
"""Jaccard index of their shingles from which on two replies are much the same."""
SOUGHT = 0.5
"""Index from which on MinHash looks for pairs, whose own index then decides."""
PERMUTATIONS = 64


def without_alike(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The examples without those of `train` whose reply is much the same as one of `test`, and
    those left out.

    Replies are compared by the Jaccard index of the sets of their shingles, runs of 3 letters and
    digits; pairs are found by MinHash (Broder 1997) in an LSH index.
    """
    held = {shingles(one.reply) for one in examples if one.split == "test"}
    if not held:
        return list(examples), []
    seek = _Index(held)
    alike = [one.split == "train" and seek.alike(shingles(one.reply)) for one in examples]
    unlike = [one for one, dropped in zip(examples, alike, strict=True) if not dropped]
    return unlike, [one for one, dropped in zip(examples, alike, strict=True) if dropped]


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
        self._known: dict[frozenset[str], bool] = {}

    def alike(self, one: frozenset[str]) -> bool:
        if one not in self._known:
            self._known[one] = one in self._same or any(
                len(one & other) >= SAME * len(one | other)
                for other in self._index.query(self._hash(one))
            )
        return self._known[one]

    def _hash(self, one: frozenset[str]) -> object:
        made = self._base.copy()
        made.update_batch([part.encode("utf-8", "surrogatepass") for part in one])
        return made
