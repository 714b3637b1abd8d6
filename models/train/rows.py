"""Examples as rows of ids, and rows as batches.

Consecutive examples of a log mostly go on from each other: the ids of a prompt begin with those of
the prompt before and its reply. Such examples become one row in which each reply is learned. With
causal attention every token sees just what it would see in its own example, so the loss is the
same and the prompt is computed once, not once a reply. For a model whose context is bidirectional
each example is a row of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

import torch

from models.encode import Encoder
from models.errors import ModelError
from models.train.data import Example

POOL = 64
"""Batches' worth of rows among which rows of like length are put together."""


@dataclass
class Row:
    """Ids, and beside each how much it weighs in the loss; 0 is not learned."""

    ids: list[int]
    weights: list[float]
    examples: int = 1
    """Examples whose replies it holds."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class Rows:
    """The rows of a split, and what became of the examples."""

    rows: list[Row] = field(default_factory=list)
    too_long: int = 0
    """Examples of more tokens than the longest that is allowed."""

    @property
    def targets(self) -> int:
        """Tokens that are learned."""
        return sum(1 for row in self.rows for weight in row.weights if weight)


def rows_of(examples: Iterable[Example], encoder: Encoder, max_length: int) -> Rows:
    """Encode examples in their order and join those that go on from each other."""
    found = Rows()
    joins = encoder.markup != "glm1" or encoder.causal_history
    for example in examples:
        ids, weights = _encoded(example, encoder)
        if len(ids) > max_length:
            found.too_long += 1
            continue
        last = found.rows[-1] if found.rows else None
        if joins and last is not None and ids[: len(last)] == last.ids:
            last.weights += weights[len(last) :]
            last.ids = ids
            last.examples += 1
        else:
            found.rows.append(Row(ids, weights))
    return found


def _encoded(example: Example, encoder: Encoder) -> tuple[list[int], list[float]]:
    """A reply that is a whole line ends with its newline; any other with the tokenizer's end."""
    ids, targets = encoder.encode_pair(example.prompt, example.reply)
    if example.reply.endswith("\n"):
        ids, targets = ids[:-1], targets[:-1]
    return ids, [example.weight if target else 0.0 for target in targets]


def batches_of(rows: Sequence[Row], tokens: int, seed: int) -> list[list[Row]]:
    """Batches of at most `tokens` tokens with padding, rows of like length together.

    Rows are shuffled first, and sorted by length only within a pool of batches, so that a batch is
    a sample of the whole.
    """
    if not rows:
        raise ModelError("nothing to learn from: no example is left; give more, or a longer length")
    chance = Random(seed)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    mean = sum(map(len, shuffled)) / len(shuffled)
    pool = max(1, round(POOL * tokens / mean))
    batches: list[list[Row]] = []
    for start in range(0, len(shuffled), pool):
        for row in sorted(shuffled[start : start + pool], key=len):
            if batches and len(row) * (len(batches[-1]) + 1) <= tokens and batches[-1]:
                batches[-1].append(row)
            else:
                batches.append([row])
        batches.append([])
    batches = [batch for batch in batches if batch]
    chance.shuffle(batches)
    return batches


def collate(rows: Sequence[Row], pad: int, left: bool) -> dict[str, torch.Tensor]:
    """Tensors [batch, seq] of ids, mask and weights, and labels whose -100 is not learned."""
    width = max(map(len, rows))

    def filled(values: Sequence[float], filler: float) -> list[float]:
        missing = [filler] * (width - len(values))
        return [*missing, *values] if left else [*values, *missing]

    ids = torch.tensor([filled(row.ids, pad) for row in rows], dtype=torch.long)
    mask = torch.tensor([filled([1] * len(row), 0) for row in rows], dtype=torch.long)
    weights = torch.tensor([filled(row.weights, 0.0) for row in rows], dtype=torch.float32)
    labels = ids.masked_fill(weights == 0, -100)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels, "weights": weights}
