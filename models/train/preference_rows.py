"""Preference pairs as rows: a prompt once, and behind it every reply that was picked or not.

Of two replies to one prompt only what differs is computed twice. Each reply is a branch that sees
the prompt and itself; it begins with the prompt's last id once more, which predicts its first. A
model whose positions are its own affair gets each reply behind a prompt of its own instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch

from models.encode import Encoder
from models.train.pairs import PreferencePair
from models.train.rows import TrainingRow, collate


@dataclass
class PreferenceRow:
    """A prompt, the replies to it, and which was preferred to which."""

    prompt: list[int]
    replies: list[list[int]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    """Numbers of the chosen and of the rejected reply."""
    reference: list[float] = field(default_factory=list)
    """The log-probability of each reply before anything is learned."""

    def __len__(self) -> int:
        return len(self.prompt) - 1 + sum(1 + len(reply) for reply in self.replies)


def preference_rows(
    pairs: Iterable[PreferencePair], encoder: Encoder, longest: int, together: int
) -> tuple[list[PreferenceRow], int]:
    """A row for each prompt, of at most `together` ids as far as it can be, and how many pairs
    were left out since one of their texts has more than `longest`."""
    rows, open_rows, too_long = list[PreferenceRow](), dict[object, PreferenceRow](), 0
    for pair in pairs:
        prompt = encoder.encode(pair.prompt)
        texts = (pair.chosen, pair.rejected)
        # a whole line ends with its newline, so the id that ends all is left out
        two = [encoder.encode_pair(pair.prompt, text)[0][len(prompt) : -1] for text in texts]
        if len(prompt) + max(map(len, two)) > longest:
            too_long += 1
            continue
        row = open_rows.get(pair.prompt)
        if row is None or len(row) + sum(1 + len(one) for one in two) > together:
            row = open_rows[pair.prompt] = PreferenceRow(prompt)
            rows.append(row)
        numbers = [_number_of(reply, row.replies) for reply in two]
        row.pairs.append((numbers[0], numbers[1]))
    return rows, too_long


def _number_of(reply: list[int], replies: list[list[int]]) -> int:
    if reply not in replies:
        replies.append(reply)
    return replies.index(reply)


def collate_preferences(
    rows: Sequence[PreferenceRow], pad: int, left: bool, window: int | None
) -> dict[str, torch.Tensor]:
    """Tensors of a batch: `input_ids` and `replies` [batch, seq], the number of the reply from 1
    that an id is learned for; `contests` [pairs, 2], which of these was preferred to which;
    `reference` [replies]; `labels` [1, pairs + 1], one for each pair, as they are counted.

    The mask is additive, [batch, 1, seq, seq], with `position_ids`, and where a layer sees no
    more than `window` ids, `sliding_mask` is its own. Padded on the `left`, each reply has its own
    row, and the mask is [batch, seq].
    """
    contests, first = list[tuple[int, int]](), 0
    for row in rows:
        contests += [(first + chosen, first + rejected) for chosen, rejected in row.pairs]
        first += len(row.replies)
    batch = _apart(rows, pad) if left else _together(rows, pad, window)
    counted = torch.zeros(1, len(contests) + 1, dtype=torch.long)
    counted[0, 0] = -100  # transformers counts all but the first
    reference = [one for row in rows for one in row.reference] or [0.0] * first
    return batch | {
        "contests": torch.tensor(contests),
        "reference": torch.tensor(reference),
        "labels": counted,
    }


def _apart(rows: Sequence[PreferenceRow], pad: int) -> dict[str, torch.Tensor]:
    texts = [(row.prompt, reply) for row in rows for reply in row.replies]
    made = [
        TrainingRow(prompt + reply, [0.0] * len(prompt) + [float(at)] * len(reply))
        for at, (prompt, reply) in enumerate(texts, 1)
    ]
    batch = collate(made, pad, left=True)
    return {
        "input_ids": batch["input_ids"],
        "attention_mask": batch["attention_mask"],
        "replies": batch["weights"].long(),
    }


def _together(
    rows: Sequence[PreferenceRow], pad: int, window: int | None
) -> dict[str, torch.Tensor]:
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    positions, replies = torch.zeros_like(ids), torch.zeros_like(ids)
    seen = torch.eye(width, dtype=torch.bool).repeat(len(rows), 1, 1)  # padding sees itself
    number = 0
    for at, row in enumerate(rows):
        start = len(row.prompt) - 1
        ids[at, :start] = torch.tensor(row.prompt[:-1])
        positions[at, :start] = torch.arange(start)
        seen[at, :start, :start] = torch.ones(start, start, dtype=torch.bool).tril()
        shared = start
        for reply in row.replies:
            number += 1
            size = 1 + len(reply)
            end = start + size
            ids[at, start:end] = torch.tensor([row.prompt[-1], *reply])
            positions[at, start:end] = torch.arange(shared, shared + size)
            replies[at, start + 1 : end] = number
            seen[at, start:end, :shared] = True
            seen[at, start:end, start:end] = torch.ones(size, size, dtype=torch.bool).tril()
            start = end
    batch = {
        "input_ids": ids,
        "attention_mask": _additive(seen),
        "position_ids": positions,
        "replies": replies,
    }
    if window is not None and int(positions.max()) >= window:
        near = positions[:, :, None] - positions[:, None, :] < window
        batch["sliding_mask"] = _additive(seen & near)
    return batch


def _additive(seen: torch.Tensor) -> torch.Tensor:
    mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
    return mask[:, None]
