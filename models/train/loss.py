"""The output layer and its loss, evaluated only at the positions that are learned.

A vocabulary of 262,144 makes one float32 row of logits a megabyte, so rows are taken a few at a
time, and what flows back to the hidden states is computed with them; logits are never kept.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

CHUNK_BYTES = 96 << 20
"""Float32 logits that are held at a time."""

Head = Callable[[torch.Tensor], torch.Tensor]


def target_loss(
    hidden: torch.Tensor, ids: torch.Tensor, weights: torch.Tensor, head: Head, vocab: int
) -> torch.Tensor:
    """The sum of weighted negative log-likelihoods of the ids that have a weight.

    `hidden` is [batch, seq, width], `ids` [batch, seq], `weights` [batch, seq]; a token is
    predicted one position earlier. The head is frozen: gradients reach `hidden` alone.
    """
    wanted = weights[:, 1:] != 0
    states = hidden[:, :-1][wanted]
    summed: torch.Tensor = _TargetLoss.apply(
        states, ids[:, 1:][wanted], weights[:, 1:][wanted], head, vocab
    )
    return summed


class _TargetLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        states: torch.Tensor,
        ids: torch.Tensor,
        weights: torch.Tensor,
        head: Head,
        vocab: int,
    ) -> torch.Tensor:
        learning = ctx.needs_input_grad[0]
        total = torch.zeros((), dtype=torch.float32, device=states.device)
        gradient = torch.empty_like(states) if learning else None
        rows = max(1, CHUNK_BYTES // (4 * vocab))
        for start in range(0, len(states), rows):
            part = slice(start, start + rows)
            piece = states[part].detach().requires_grad_(learning)
            with torch.set_grad_enabled(learning):
                nll = F.cross_entropy(head(piece).float(), ids[part], reduction="none")
                loss = (nll * weights[part]).sum()
            if gradient is not None:
                (gradient[part],) = torch.autograd.grad(loss, piece)
            total += loss.detach()
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[torch.Tensor, None, None, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * outer[0].to(gradient.dtype), None, None, None, None
