"""Weights that give short and long replies their share, so that none need be left out. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from models.train.data import Example
from scenes.prompt import Count

MOST = 8.0
"""No class of lengths counts more than so many times as much, or as little, as neutral."""


def balanced(examples: Sequence[Example], count: Count, strength: float) -> list[Example]:
    """The examples to train on with a weight a token by the length of their reply.

    Replies of 1, 2–3, 4–7, 8–15 … tokens are classes; `M_c` is the tokens of class `c` and `M`
    the mean of all `M_c`. A token of class `c` weighs `(M / M_c) ** strength`, within 1/8 and 8,
    times what makes the mean over all tokens 1, times what the example weighed before. With
    `strength` 0 that is all; with 1 each class counts the same in the loss, however many its
    tokens are.
    """
    if not strength:
        return list(examples)
    sizes = [count(one.reply) if one.split == "train" else 0 for one in examples]
    masses = Counter[int]()
    for size in filter(None, sizes):
        masses[size.bit_length()] += size
    if not masses:
        return list(examples)
    mean = masses.total() / len(masses)
    raw = {one: min(MOST, max(1 / MOST, (mean / mass) ** strength)) for one, mass in masses.items()}
    level = masses.total() / sum(raw[one] * mass for one, mass in masses.items())
    return [
        replace(one, weight=round(one.weight * level * raw[size.bit_length()], 4)) if size else one
        for one, size in zip(examples, sizes, strict=True)
    ]
