"""Attention over long rows in blocks, without the scores that no token looks at.

transformers hands PyTorch's attention a mask for layers with a sliding window, and then the scores
of all pairs of tokens are computed and most are thrown away. Here a block of queries meets only the
keys it sees. For training alone: rows are filled up on the right, where nothing is learned and
nothing before looks, so that no mask is needed; and there is no cache.
"""

from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "paotuan_blocks"
BLOCK = 256
"""Queries of a block."""


def attend_in_blocks(model: Any) -> None:
    """Let a model's layers attend in blocks from now on, where they slide and it is on a CPU."""
    slides = "sliding_attention" in (getattr(model.config, "layer_types", None) or ())
    if slides and model.config._attn_implementation == "sdpa" and model.device.type == "cpu":
        AttentionInterface.register(NAME, _attention)
        AttentionMaskInterface.register(NAME, _mask)
        model.set_attn_implementation(NAME)


def _mask(*given: Any, attention_mask: torch.Tensor | None = None, **options: Any) -> Any:
    """No mask for rows that are filled up on the right; for all others that of sdpa."""
    if attention_mask is None or bool((attention_mask[:, 1:] <= attention_mask[:, :-1]).all()):
        return None
    return sdpa_mask(*given, attention_mask=attention_mask, **options)


def _attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """[batch, seq, heads, width] from queries [batch, heads, seq, width] and keys and values
    [batch, groups, seq, width]; a query sees itself and `sliding_window` - 1 keys before it."""
    if attention_mask is not None or query.shape[2] != key.shape[2] or dropout:
        found: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **options
        )
        return found
    batch, heads, length, width = query.shape
    groups = key.shape[1]
    scale = width**-0.5 if scaling is None else scaling
    query = (query * scale).view(batch, groups, heads // groups, length, width)
    parts = []
    for start in range(0, length, BLOCK):
        end = min(start + BLOCK, length)
        first = max(0, start - sliding_window + 1) if sliding_window else 0
        asked = query[:, :, :, start:end].reshape(batch, groups, -1, width)
        scores = asked @ key[:, :, first:end].transpose(2, 3)
        scores = scores.view(batch, groups, -1, end - start, end - first)
        scores = scores.masked_fill(_unseen(start, end, first, sliding_window, query.device), -1e30)
        shares = torch.softmax(scores, -1, torch.float32).to(value.dtype)
        told = shares.view(batch, groups, -1, end - first) @ value[:, :, first:end]
        parts.append(told.view(batch, heads, end - start, -1))
    return torch.cat(parts, 2).transpose(1, 2).contiguous(), None


def _unseen(
    start: int, end: int, first: int, window: int | None, device: torch.device
) -> torch.Tensor:
    """Which keys of `first` to `end` the queries of `start` to `end` do not see."""
    asked = torch.arange(start, end, device=device)[:, None]
    known = torch.arange(first, end, device=device)[None]
    unseen = known > asked
    return unseen | (known <= asked - window) if window else unseen
