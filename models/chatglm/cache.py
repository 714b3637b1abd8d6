"""A KV cache that knows how many of its columns are a prefix and where its tokens stand."""

from typing import Any

import torch
from transformers import DynamicCache

from base.errors import KnownError
from base.messages import _


class ChatGLMCache(DynamicCache):
    """A `DynamicCache` with the length of its P-tuning prefix and its tokens' positions.

    `prefix_length` columns in front belong to a prefix and have no position. `token_positions`
    [batch, 2, tokens] are those of ChatGLM-6B's cached tokens (None for ChatGLM2/3), from which the
    positions of the next ones follow; columns beyond the cache's length were cropped away.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefix_length = 0
        self.token_positions: torch.Tensor | None = None

    def batch_repeat_interleave(self, repeats: int) -> None:
        super().batch_repeat_interleave(repeats)
        if self.token_positions is not None:
            # [batch, 2, tokens] → [batch * repeats, 2, tokens]
            self.token_positions = self.token_positions.repeat_interleave(repeats, dim=0)

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        super().batch_select_indices(indices)
        if self.token_positions is not None:
            self.token_positions = self.token_positions[indices]  # [those kept, 2, tokens]

    def reorder_cache(self, beam_idx: torch.LongTensor) -> None:
        super().reorder_cache(beam_idx)
        if self.token_positions is not None:
            self.token_positions = self.token_positions.index_select(0, beam_idx)


class PrefixOnlyCache(ChatGLMCache):
    """A prefix in front of every layer that stores nothing more, so layers can be recomputed."""

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *args: Any,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        layer = self.layers[layer_idx]
        # [batch, heads, P, D] in front of the new [batch, heads, seq, D]
        return (
            torch.cat((layer.keys, key_states), dim=-2),
            torch.cat((layer.values, value_states), dim=-2),
        )


def read_only(cache: Any) -> PrefixOnlyCache:
    """The same columns as a prefix that may be recomputed through; for gradient checkpointing."""
    frozen = PrefixOnlyCache()
    frozen.layers = cache.layers  # keys and values [batch, heads, columns, D] each, not copied
    frozen.prefix_length = cache.get_seq_length()
    return frozen


def peft_shift(
    cache: Any, ids: torch.Tensor | None, positions: torch.Tensor, sop: int | None
) -> int:
    """What PEFT added to ChatGLM-6B's `positions` for the prefix it put into `cache`; mostly 0.

    PEFT counts its P prefix columns as positions. Then a whole prompt's context, whose block
    position is 0, comes with P. What was found is noted on the cache for the tokens that follow.
    """
    past = cache.get_seq_length() if cache is not None else 0
    fresh = past and not prefix_length(cache) and getattr(cache, "token_positions", None) is None
    # Without a prefix of PEFT's a context's block position is 0, so the least of them is 0
    prompt = fresh and ids is not None and bool((ids == sop).any())
    if prompt and int(positions[:, 1].min()) == past:
        cache.prefix_length = cache.position_shift = past
    return int(getattr(cache, "position_shift", 0))


def new_tokens(ids: torch.Tensor | None, embeds: torch.Tensor | None) -> torch.Tensor:
    """The ids or the embeddings of the new tokens, whichever is there: [batch, seq, ...]."""
    if ids is not None:
        return ids
    if embeds is None:
        raise KnownError(_("neither input_ids nor inputs_embeds: pass one of them"))
    return embeds


def prefix_length(cache: Any) -> int:
    """How many columns in front of any transformers cache are a P-tuning prefix."""
    return int(getattr(cache, "prefix_length", 0)) if cache is not None else 0
