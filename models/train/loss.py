"""The output layer and its loss, evaluated only at the positions that are learned.

A vocabulary of 262,144 makes one float32 row of logits a megabyte, so rows are taken a few at a
time, and what flows back to the hidden states is computed with them; logits are never kept.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import torch
from torch.nn import functional as F

from models.train.shard import whole

CHUNK_BYTES = 96 << 20
"""Float32 logits that are held at a time."""

Head: TypeAlias = torch.nn.Module
"""An output layer, which processes may share; one loss asks it for all its rows just once."""


def batch_loss(
    model: Any, batch: Mapping[str, torch.Tensor], head: Head, vocab: int, contrast: float = 0.0
) -> torch.Tensor:
    """The loss of a batch of `models.train.rows.collate`, summed over what is learned.

    That is the weighted negative log-likelihood of the replies and, times `contrast`, of their
    speakers. The head is frozen: gradients reach what `model` computes alone.
    """
    shaped = {key: batch[key] for key in ("attention_mask", "position_ids") if key in batch}
    # The output layer was taken off, so that what is called logits is [batch, seq, width]
    hidden = model(input_ids=batch["input_ids"], **shaped).logits
    weights = batch["weights"]
    if "sides" not in batch:
        return target_loss(hidden, batch["input_ids"], weights, head, vocab)
    sides = batch["sides"]
    wanted = (weights != 0) | (sides != 0)
    nll = target_nll(hidden, batch["input_ids"], wanted, head, vocab)  # [targets]
    there = wanted[:, 1:]  # [batch, seq - 1]: without the first id, which nothing predicts
    told = speaker_nll(nll, sides[:, 1:][there], batch["contests"])
    return (nll * weights[:, 1:][there]).sum() + contrast * told


def target_loss(
    hidden: torch.Tensor, ids: torch.Tensor, weights: torch.Tensor, head: Head, vocab: int
) -> torch.Tensor:
    """The sum of weighted negative log-likelihoods of the ids that have a weight.

    `hidden` is [batch, seq, width], `ids` [batch, seq], `weights` [batch, seq]; a token is
    predicted one position earlier. The head is frozen: gradients reach `hidden` alone.
    """
    wanted = weights != 0
    return (target_nll(hidden, ids, wanted, head, vocab) * weights[:, 1:][wanted[:, 1:]]).sum()


def speaker_nll(nll: torch.Tensor, sides: torch.Tensor, contests: torch.Tensor) -> torch.Tensor:
    """The weighted sum of negative log-likelihoods of the true speakers against their rivals.

    `nll` and `sides` are [targets], `contests` [contests]. How likely a speaker is, is the share
    of the reply's likelihood under the one cue in that under both (Bayes, neither preferred).
    """
    # [2 * contests + 2]: sums of 0 and 1 belong to none, then a pair a contest, own and rival's
    sums = nll.new_zeros(2 * len(contests) + 2).index_add(0, sides, nll)
    return (F.softplus(sums[2::2] - sums[3::2]) * contests).sum()


def target_nll(
    hidden: torch.Tensor, ids: torch.Tensor, wanted: torch.Tensor, head: Head, vocab: int
) -> torch.Tensor:
    """The negative log-likelihoods [targets] of the ids that are wanted, in float32.

    Nothing predicts the first id of a row, so there `wanted` [batch, seq] has no effect.
    """
    there = wanted[:, 1:]  # [batch, seq - 1]
    # the state before each wanted id, [batch, seq - 1, width] → [targets, width]
    nll: torch.Tensor = _TargetNll.apply(hidden[:, :-1][there], ids[:, 1:][there], head, vocab)
    return nll


class _TargetNll(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, states: torch.Tensor, ids: torch.Tensor, head: Head, vocab: int
    ) -> torch.Tensor:
        learning = ctx.needs_input_grad[0]
        losses = torch.empty(len(states), dtype=torch.float32, device=states.device)
        gradient = torch.empty_like(states) if learning else None
        rows = max(1, CHUNK_BYTES // (4 * vocab))  # of logits [rows, vocab] at a time
        with whole(head) as layer:
            for start in range(0, len(states), rows):
                part = slice(start, start + rows)
                piece = states[part].detach().requires_grad_(learning)  # [rows, width]
                with torch.set_grad_enabled(learning):
                    nll = F.cross_entropy(layer(piece).float(), ids[part], reduction="none")
                    if gradient is not None:
                        # what flows back to the states is known now: logits need not be kept
                        (gradient[part],) = torch.autograd.grad(nll.sum(), piece)
                losses[part] = nll.detach()
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return losses

    @staticmethod
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (gradient,) = ctx.saved_tensors
        # [targets, width] times what each target's loss weighs, [targets, 1]
        return gradient * outer[0].to(gradient.dtype)[:, None], None, None, None
