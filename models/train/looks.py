"""How much of what is held out is looked at, so that the looks cost a small part of a run. Pure."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass

SHARE = 0.1
"""The part of a run's work that its looks may take."""
BACKWARD = 3
"""How many tokens are read, as a look reads them, at the cost of one that is learned."""
FEWEST, MOST = 8, 256
"""Rows of a look, where there are so many."""


@dataclass(frozen=True)
class RunPlan:
    """What a run computes, known before it begins."""

    steps: int
    tokens: int
    """Tokens that are learned from in all steps, without padding."""
    look_rows: int
    held_out_rows: int
    look_tokens: int
    """Tokens that a look at what is held out reads."""
    looks: int
    streamed: int = 0
    """Examples that are learned from while they are read; 0 where all are in memory."""
    reckoned_from: int = 0
    """Examples that the steps of a stream are reckoned from; 0 where they are known."""


def looks_of(steps: int, every: int) -> int:
    """Looks of a run: before its first step, every so many steps, and behind its last."""
    return 1 + steps // every + (steps % every > 0)


def rows_of_look(rows: Sequence[Sized], steps: int, tokens_of_step: float, every: int) -> int:
    """How many of `rows` are looked at each time, so that all looks of a run of `steps` steps with
    so many tokens each come to about `SHARE` of its work; `FEWEST` at least."""
    if not rows:
        return 0
    budget = SHARE * BACKWARD * steps * tokens_of_step / looks_of(steps, every)
    mean = sum(map(len, rows)) / len(rows)
    return min(len(rows), MOST, max(FEWEST, int(budget / mean)))
