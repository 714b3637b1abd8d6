"""A conditional logit over the candidates of each decision, fitted by gradient descent with an L2
penalty."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

PENALTY, RATE, STEPS = 0.002, 0.5, 3000
TOLD = 0.3
"""How much a turn counts whose speaker the text tells, which is asked as if it did not."""


class Decision(NamedTuple):
    """A turn that is to be given to somebody: each candidate's features, last nobody's."""

    rows: Sequence[Mapping[str, float]]
    right: Sequence[bool]
    weight: float


def fitted(examples: Sequence[Decision]) -> dict[str, float]:
    """The weights under which the right candidates are likeliest."""
    names = sorted({name for one in examples for row in one.rows for name in row})
    column = {name: at for at, name in enumerate(names)}
    rows = [row for one in examples for row in one.rows]
    features = np.zeros((len(rows), len(names)))
    for at, row in enumerate(rows):
        for name, value in row.items():
            features[at, column[name]] = value
    sizes = [len(one.rows) for one in examples]
    starts = np.cumsum([0, *sizes[:-1]])
    right = np.array([float(each) for one in examples for each in one.right])
    right /= np.repeat(np.add.reduceat(right, starts), sizes)
    weigh = np.repeat([one.weight for one in examples], sizes)
    weights = np.zeros(len(names))
    for _step in range(STEPS):
        chances = np.exp(features @ weights)
        chances /= np.repeat(np.add.reduceat(chances, starts), sizes)
        gradient = (weigh * (right - chances)) @ features
        weights += RATE * (gradient / weigh[starts].sum() - PENALTY * weights)
    return dict(zip(names, map(float, weights), strict=True))
