"""An order of candidates learnt from what a person has picked before. Pure.

A conditional logit (McFadden 1974) over what is simple to tell of a line beside the others of its
hand: how likely and how long it is, of what kind, how much it repeats the line before. It takes the
place of the order by likelihood only where it agreed better with picks that it had not seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, pstdev

from scenes.table.draws import Candidate
from scenes.table.refusing import units

LEAST_PICKS = 80
"""Picks from which on there is something to learn, and something left to check it by."""
MOST_PICKS = 2000
"""The latest that are learnt from."""
HELD_OUT = 4
"""One pick of so many is not learnt from."""
ROUNDS, RATE, DECAY = 200, 0.5, 0.02
FEATURES = ("likely", "long", "action", "thought", "feeling", "asks", "echo", "cut")


@dataclass(frozen=True)
class Pick:
    """A hand, which of its candidates was taken, from 0, and the line before."""

    candidates: tuple[Candidate, ...]
    taken: int
    last: str = ""


@dataclass(frozen=True)
class Ranker:
    """What each of `FEATURES` counts for, and how that was checked."""

    weights: tuple[float, ...]
    picks: int
    """How many it was learnt from."""
    agreement: float
    """The share of the others that what was taken stood before, in hands held out."""
    by_likelihood: float
    """The same of the order by likelihood."""

    def scores(self, candidates: Sequence[Candidate], last: str = "") -> list[float]:
        """How good each candidate is, beside the others."""
        return [_dot(self.weights, row) for row in features(candidates, last)]


def features(candidates: Sequence[Candidate], last: str) -> list[list[float]]:
    """A row of `FEATURES` for each candidate; lengths and likelihoods are those beside the others
    of the hand, in standard deviations."""
    before = set(pairwise(units(last)))
    likely = _standard([one.logprob or 0.0 for one in candidates])
    long = _standard([math.log1p(len(units(one.entry.text))) for one in candidates])
    rows = []
    for at, one in enumerate(candidates):
        own = set(pairwise(units(one.entry.text)))
        kind = one.entry.kind
        rows.append(
            [
                likely[at],
                long[at],
                float(kind == "action"),
                float(kind == "thought" or bool(one.entry.thought)),
                float(bool(one.entry.emotion)),
                float("？" in one.entry.text or "?" in one.entry.text),
                len(own & before) / len(own) if own else 0.0,
                float(one.finish == "length"),
            ]
        )
    return rows


def learn(picks: Sequence[Pick]) -> Ranker | None:
    """What picks say, the earliest first; `None` where there are too few of them.

    It is not said that the order is better than that by likelihood: see `better`.
    """
    told = [one for one in picks if len(one.candidates) > 1][-MOST_PICKS:]
    if len(told) < LEAST_PICKS:
        return None
    held = told[HELD_OUT - 1 :: HELD_OUT]
    learnt = [one for at, one in enumerate(told) if at % HELD_OUT != HELD_OUT - 1]
    weights = _fitted([(features(one.candidates, one.last), one.taken) for one in learnt])
    likely = tuple(float(name == "likely") for name in FEATURES)
    return Ranker(weights, len(learnt), agreement(weights, held), agreement(likely, held))


def better(ranker: Ranker | None) -> bool:
    """Whether an order agrees better with what was picked than the one by likelihood."""
    return ranker is not None and ranker.agreement > ranker.by_likelihood


def agreement(weights: Sequence[float], picks: Sequence[Pick]) -> float:
    """The share of the others of its hand that what was taken stands before; a tie is a half."""
    shares = []
    for one in picks:
        scores = [_dot(weights, row) for row in features(one.candidates, one.last)]
        mine, others = scores[one.taken], scores[: one.taken] + scores[one.taken + 1 :]
        shares.append(fmean((mine > other) + 0.5 * (mine == other) for other in others))
    return fmean(shares) if shares else 0.0


def _fitted(hands: Sequence[tuple[list[list[float]], int]]) -> tuple[float, ...]:
    """The weights under which what was taken is likeliest to be, kept small."""
    weights = [0.0] * len(FEATURES)
    for round_ in range(ROUNDS):
        slope = [-DECAY * weight for weight in weights]
        for rows, taken in hands:
            scores = [_dot(weights, row) for row in rows]
            top = max(scores)
            shares = [math.exp(score - top) for score in scores]
            total = sum(shares)
            for at, row in enumerate(rows):
                off = ((at == taken) - shares[at] / total) / len(hands)
                for which, value in enumerate(row):
                    slope[which] += off * value
        rate = RATE / (1 + round_ / ROUNDS)
        weights = [weight + rate * by for weight, by in zip(weights, slope, strict=True)]
    return tuple(round(weight, 6) for weight in weights)


def _dot(weights: Sequence[float], row: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, row, strict=True))


def _standard(values: Sequence[float]) -> list[float]:
    mean, spread = fmean(values), pstdev(values)
    return [(value - mean) / spread if spread else 0.0 for value in values]
