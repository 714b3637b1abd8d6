"""Weights that give short and long replies their share, so that none need be left out. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from models.train.data import Example
from scenes.prompt import Count

MOST = 8.0
"""No class of lengths counts more than so many times as much, or as little, as neutral."""


def balanced(examples: Iterable[Example], count: Count, strength: float) -> Iterator[Example]:
    """The examples to train on with a weight a token by the length of their reply.

    Replies of 1, 2–3, 4–7, 8–15 … tokens are classes; `M_c` is the tokens of class `c` and `M`
    the mean of all `M_c`. A token of class `c` weighs `(M / M_c) ** strength`, within 1/8 and 8,
    times what makes the mean over all tokens 1, times what the example weighed before. With
    `strength` 0 that is all; with 1 each class counts the same in the loss, however many its
    tokens are. `examples` are gone through twice.
    """
    if not strength:
        yield from examples
        return
    masses = Counter[int]()
    for one in examples:
        size = _size(one, count)
        if size:
            masses[size.bit_length()] += size
    mean = masses.total() / len(masses) if masses else 1.0
    raw = {one: min(MOST, max(1 / MOST, (mean / mass) ** strength)) for one, mass in masses.items()}
    level = masses.total() / (sum(raw[one] * mass for one, mass in masses.items()) or 1.0)
    for one in examples:
        size = _size(one, count)
        weight = round(one.weight * level * raw[size.bit_length()], 4) if size else one.weight
        yield replace(one, weight=weight)


def _size(example: Example, count: Count) -> int:
    """Tokens of a reply to train on; 0 of one that is held out."""
    return count(example.reply) if example.split == "train" else 0
