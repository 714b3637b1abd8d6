"""Examples as rows of ids, and rows as batches.

Consecutive examples of a log mostly go on from each other: the ids of a prompt begin with those of
the prompt before and its reply. Such examples become one row in which each reply is learned. With
causal attention every token sees just what it would see in its own example, so the loss is the
same and the prompt is computed once, not once a reply. For a model whose context is bidirectional
each example is a row of its own.

Where it is also learned who speaks, a row has branches: the same reply under another's cue, which
sees of the row only what stands before that cue.
"""

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

import torch

from base.errors import KnownError
from base.messages import _
from models.encode import Encoder
from models.train.data import Example

POOL = 64
"""Batches' worth of rows among which rows of like length are put together."""


@dataclass(frozen=True)
class Branch:
    """A reply of a row once more, under a rival's cue."""

    at: int
    """How many ids of the row it goes on from."""
    ids: list[int]
    """What then differs of the cue, and the reply."""
    own: int
    """Where in the row the reply ends."""
    reply: int
    """Tokens of the reply, here and in the row."""
    weight: float


@dataclass
class TrainingRow:
    """Ids, and beside each how much it weighs in the loss; 0 is not learned."""

    ids: list[int]
    weights: list[float]
    examples: int = 1
    """Examples whose replies it holds."""
    branches: list[Branch] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids) + sum(len(branch.ids) for branch in self.branches)


@dataclass
class TrainingRows:
    """The rows of a split, and what became of the examples."""

    rows: list[TrainingRow] = field(default_factory=list)
    too_long: int = 0
    """Examples of more tokens than the longest that is allowed."""

    @property
    def targets(self) -> int:
        """Tokens that are learned."""
        return sum(1 for row in self.rows for weight in row.weights if weight)


def rows_of(
    examples: Iterable[Example],
    encoder: Encoder,
    max_length: int,
    chance: Random | None = None,
) -> TrainingRows:
    """Encode examples in their order and join those that go on from each other.

    With `chance`, which draws one, each example that names rivals has a branch.
    """
    result = TrainingRows()
    joins = encoder.markup != "glm1" or encoder.causal_history
    for example in examples:
        ids, weights = _encoded(example, encoder)
        if len(ids) > max_length:
            result.too_long += 1
            continue
        last = result.rows[-1] if result.rows else None
        if joins and last is not None and ids[: len(last.ids)] == last.ids:
            last.weights += weights[len(last.ids) :]
            last.ids = ids
            last.examples += 1
        else:
            last = TrainingRow(ids, weights)
            result.rows.append(last)
        rivals = [cue for cue in example.rivals if cue != example.prompt.cue]
        if chance is not None and rivals and example.weight:
            last.branches.append(_branch(example, ids, chance.choice(rivals), encoder))
    return result


def _branch(example: Example, own: list[int], rival: str, encoder: Encoder) -> Branch:
    other = replace(example, prompt=replace(example.prompt, cue=rival))
    ids, weights = _encoded(other, encoder)
    at = next(i for i, (one, two) in enumerate(zip(own, ids, strict=False)) if one != two)
    return Branch(at, ids[at:], len(own), sum(map(bool, weights)), example.weight)


def _encoded(example: Example, encoder: Encoder) -> tuple[list[int], list[float]]:
    """A reply that is a whole line ends with its newline; any other with the tokenizer's end."""
    ids, targets = encoder.encode_pair(example.prompt, example.reply)
    if example.reply.endswith("\n"):
        ids, targets = ids[:-1], targets[:-1]
    return ids, [example.weight if target else 0.0 for target in targets]


Row = TypeVar("Row", bound=Sized)


def batches_of(
    rows: Sequence[Row], tokens: int, seed: int, count: int | None = None
) -> list[list[Row]]:
    """Batches of at most `tokens` tokens with padding, or of `count` rows; like lengths together.

    Rows are shuffled first, and sorted by length only within a pool of batches, so that a batch is
    a sample of the whole.
    """
    if not rows:
        raise KnownError(
            _("nothing to learn from: no example is left; give more, or raise max_length")
        )
    chance = Random(seed)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    mean = sum(map(len, shuffled)) / len(shuffled)
    pool = POOL * count if count else max(1, round(POOL * tokens / mean))
    batches: list[list[Row]] = []
    for start in range(0, len(shuffled), pool):
        for row in sorted(shuffled[start : start + pool], key=len):
            at_once = len(batches[-1]) + 1 if batches else 0
            room = at_once <= count if count else len(row) * at_once <= tokens
            if room and at_once > 1:
                batches[-1].append(row)
            else:
                batches.append([row])
        batches.append([])
    batches = [batch for batch in batches if batch]
    chance.shuffle(batches)
    return batches


def collate(rows: Sequence[TrainingRow], pad: int, left: bool) -> dict[str, torch.Tensor]:
    """Tensors [batch, seq] of ids, mask and weights, and labels whose -100 is not learned.

    With branches, which are for padding on the right, the mask is additive [batch, 1, seq, seq],
    and there are `position_ids` [batch, seq], `sides` [batch, seq] (twice the number of a contest
    for the reply in the row and one more for its branch, from 2 on) and `contests` [contests],
    how much each weighs.
    """
    width = max(map(len, rows))

    def filled(values: Sequence[float], filler: float) -> list[float]:
        missing = [filler] * (width - len(values))
        return [*missing, *values] if left else [*values, *missing]

    every = [[*row.ids, *(i for branch in row.branches for i in branch.ids)] for row in rows]
    ids = torch.tensor([filled(one, pad) for one in every], dtype=torch.long)
    mask = torch.tensor([filled([1] * len(row), 0) for row in rows], dtype=torch.long)
    weights = torch.tensor(
        [filled(row.weights + [0.0] * (len(row) - len(row.ids)), 0.0) for row in rows],
        dtype=torch.float32,
    )
    labels = ids.masked_fill(weights == 0, -100)
    batch = {"input_ids": ids, "attention_mask": mask, "labels": labels, "weights": weights}
    return batch | _grown(rows, width) if any(row.branches for row in rows) else batch


def _grown(rows: Sequence[TrainingRow], width: int) -> dict[str, torch.Tensor]:
    """What tells a model of the branches."""
    seen = torch.zeros(len(rows), 1, width, width, dtype=torch.bool)
    positions = torch.zeros(len(rows), width, dtype=torch.long)
    sides = torch.zeros(len(rows), width, dtype=torch.long)
    contests: list[float] = []
    for i, row in enumerate(rows):
        start = len(row.ids)
        seen[i, 0, :start, :start] = torch.ones(start, start, dtype=torch.bool).tril()
        positions[i, :start] = torch.arange(start)
        for branch in row.branches:
            size, end = len(branch.ids), start + len(branch.ids)
            seen[i, 0, start:end, : branch.at] = True
            seen[i, 0, start:end, start:end] = torch.ones(size, size, dtype=torch.bool).tril()
            positions[i, start:end] = torch.arange(branch.at, branch.at + size)
            contests.append(branch.weight)
            sides[i, branch.own - branch.reply : branch.own] = 2 * len(contests)
            sides[i, end - branch.reply : end] = 2 * len(contests) + 1
            start = end
    mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
    return {
        "attention_mask": mask,
        "position_ids": positions,
        "sides": sides,
        "contests": torch.tensor(contests),
    }
