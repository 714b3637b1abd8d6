"""Attention of a few rows over one shared text and each row's own tokens, without copies.

Registered with transformers under `NAME`, so any model that takes its attention from there can use
it. Where keys carry no shared text (prefill, training, `generate`) it is plain SDPA.
"""

from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from models.local.cache import SharedText

NAME = "paotuan_shared_text"

HALF_GUARD = 32.0
"""Scores in float16 are kept this much smaller until they are float32, so that none overflows."""


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Return [rows, queries, heads, D] as transformers' attention functions do.

    `query` [rows, heads, queries, D]; `key` and `value` [rows, kv heads, own, D], where `key` may
    carry a `shared_text`; `attention_mask` bool [rows, 1, queries, shared + own], True = seen.
    """
    shared = getattr(key, "shared_text", None)
    if shared is None:
        output: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **kwargs
        )
        return output
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    window = kwargs.get("sliding_window")
    if window and query.shape[2] == 1:
        shared, attention_mask = _within(shared, attention_mask, key.shape[2], window)
    return _over_both(query, key, value, shared, attention_mask, scale), None


def _within(
    shared: SharedText, mask: torch.Tensor | None, own: int, window: int
) -> tuple[SharedText, torch.Tensor | None]:
    """The shared columns and the mask without what lies before the window of the last column."""
    length = shared.keys.shape[2]  # of [1, kv heads, shared, D]
    first = min(max(length + own - window, 0), length)
    inside = SharedText(shared.keys[:, :, first:], shared.values[:, :, first:])
    if own <= window:
        return inside, None
    return inside, mask if mask is None else mask[..., first:]


def _over_both(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    shared: SharedText,
    mask: torch.Tensor | None,
    scale: float,
) -> torch.Tensor:
    """One softmax over the scores of both parts; the shared part is one product for all rows."""
    guard = HALF_GUARD if query.dtype is torch.float16 else 1.0
    query = query * (scale / guard)
    rows, heads, queries, width = query.shape
    # Heads that share keys are a group, whose queries lie side by side
    groups, split = key.shape[1], shared.keys.shape[2]
    per_group = heads // groups * queries
    by_row = query.reshape(rows * groups, per_group, width)  # per_group: heads of it × queries
    # [groups, rows, per_group, D]: rows of a group lie together, so that they are one product
    folded = by_row.view(rows, groups, per_group, width).transpose(0, 1)
    folded = folded.reshape(groups, rows * per_group, width)
    front = torch.bmm(folded, shared.keys[0].transpose(1, 2)).view(groups, rows, per_group, -1)
    # each row times its own keys: [rows * groups, per_group, own]
    own = torch.bmm(by_row, key.reshape(rows * groups, -1, width).transpose(1, 2))
    own = own.view(rows, groups, per_group, -1).transpose(0, 1)
    scores = torch.cat((front, own), dim=-1).float()  # [groups, rows, per_group, shared + own]
    if guard != 1:
        scores = scores * guard
    if mask is not None:
        # [groups, rows, heads of a group, queries, keys]; the mask is [1, rows, 1, queries, keys]
        spread = scores.view(groups, rows, -1, queries, scores.shape[-1])
        scores = spread.masked_fill(~mask[None, :, 0, None], float("-inf")).view_as(scores)
    weights = scores.softmax(dim=-1).to(query.dtype)
    # Both parts of the weighted sum, each in the order that its scores had
    own = weights[..., split:].transpose(0, 1).reshape(rows * groups, per_group, -1)
    own = torch.bmm(own, value.reshape(rows * groups, -1, width))  # [rows * groups, per_group, D]
    front = weights[..., :split].view(groups, rows * per_group, split)
    front = torch.bmm(front, shared.values[0]).view(groups, rows, per_group, width)
    output = own.view(rows, groups, per_group, width) + front.transpose(0, 1)
    # [rows, groups, per_group, D] → [rows, queries, heads, D]
    return output.view(rows, heads, queries, width).transpose(1, 2).contiguous()


def share_attention(model: PreTrainedModel) -> bool:
    """Let `model` attend through `attend`; False where its attention does more than that.

    Soft-capped scores and learned sinks stay with the model's own attention.
    """
    config = model.config.get_text_config()
    capped = getattr(config, "attn_logit_softcapping", None) is not None
    sinks = any(name.endswith("sinks") for name, _ in model.named_parameters())
    if capped or sinks or not getattr(model, "_supports_attention_backend", False):
        return False
    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    return True
