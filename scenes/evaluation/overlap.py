"""How texts resemble each other: distinct-n, self-BLEU, ROUGE-L. Pure.

All of them on characters, since Chinese has no blanks between words and tokenizers of different
models would give different units; blanks do not count.
"""

import math
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

ORDER = 4
"""Longest n-gram of BLEU."""


def distinct(texts: Sequence[str], n: int) -> float | None:
    """Different n-grams of all texts as a share of their n-grams (Li et al. 2016); None of none."""
    grams = [gram for text in texts for gram in _grams(_bare(text), n)]
    return len(set(grams)) / len(grams) if grams else None


def self_bleu(texts: Sequence[str]) -> float | None:
    """The mean BLEU-4 of each text against the others (Zhu et al. 2018, Texygen), 0 to 1.

    1 is all the same. None of fewer than two texts that say anything.
    """
    bare = [one for text in texts if (one := _bare(text))]
    if len(bare) < 2:
        return None
    scores = [bleu(one, [*bare[:i], *bare[i + 1 :]]) for i, one in enumerate(bare)]
    return sum(scores) / len(scores)


def bleu(text: str, references: Sequence[str]) -> float:
    """BLEU-4 on characters (Papineni et al. 2002) with 1 added to the counts of n-grams longer
    than one (Lin and Och 2004), so that a short line without a common one is not 0."""
    logs = []
    for n in range(1, ORDER + 1):
        grams = Counter(_grams(text, n))
        known: Counter[str] = Counter()
        for reference in references:
            known |= Counter(_grams(reference, n))
        matched, total, added = (grams & known).total(), grams.total(), int(n > 1)
        if matched + added == 0 or total + added == 0:
            return 0.0
        logs.append(math.log((matched + added) / (total + added)))
    nearest = min((len(one) for one in references), key=lambda size: (abs(size - len(text)), size))
    brevity = min(0.0, 1 - nearest / len(text))
    return math.exp(brevity + sum(logs) / ORDER)


def rouge_l(text: str, references: Sequence[str]) -> float:
    """The best F-measure of the longest common subsequence with a reference (Lin 2004), 0 to 1."""
    bare = _bare(text)
    scores = [0.0]
    for reference in map(_bare, references):
        common = LCSseq.similarity(bare, reference)
        scores.append(2 * common / max(1, len(bare) + len(reference)))
    return max(scores)


def _bare(text: str) -> str:
    return "".join(text.split())


def _grams(text: str, n: int) -> list[str]:
    return [text[i : i + n] for i in range(len(text) - n + 1)]
