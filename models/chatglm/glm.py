"""ChatGLM2/3-6B on transformers' Glm: adds prefixes that shift no position, and padded rows."""

from typing import Any

import torch
from torch.nn import functional as F
from transformers import GlmConfig, GlmForCausalLM

from base.errors import KnownError
from base.messages import _
from models.cache_names import OUTPUT, cache_argument, given_cache
from models.chatglm.cache import ChatGLMCache, new_tokens, prefix_length, read_only
from models.chatglm.masks import common_length
from models.chatglm.prefix import Prefixed, fill


class ChatGLM2ForCausalLM(Prefixed, GlmForCausalLM):
    """`GlmForCausalLM` whose cache may begin with a P-tuning prefix.

    Without an active prefix it computes what `GlmForCausalLM` does. A cache's prefix columns are
    counted by its `prefix_length`; `attention_mask` may leave them out.
    """

    def __init__(self, config: GlmConfig) -> None:
        super().__init__(config)
        self.prefixes = torch.nn.ModuleDict()
        self.active_prefix = None
        for layer in self.model.layers:  # a cache that is trained through stores nothing
            layer._can_checkpoint_with_cache = True

    @property
    def context_length(self) -> int:
        """How many tokens the model was trained to take, prompt and answer together."""
        return int(self.config.max_position_embeddings)

    def reusable_length(self, cached: list[int], ids: list[int]) -> int:
        """How many leading tokens of a cache for `cached` serve `ids`: attention is causal."""
        return common_length(cached, ids)

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        cache: Any = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        **kwargs: Any,
    ) -> Any:
        """As `GlmForCausalLM.forward`; positions are the text's own, 0 on left pads.

        `cache` may also come as `past_key_values`, as it does from transformers before 5.24.
        """
        new = new_tokens(input_ids, inputs_embeds)  # [batch, seq] or [batch, seq, hidden]
        batch, seq = new.shape[:2]
        cache, use_cache = self._cache(given_cache(cache, kwargs), batch, use_cache)
        past = cache.get_seq_length() if cache is not None else 0
        prefix = prefix_length(cache)
        if attention_mask is not None and attention_mask.dim() == 2:
            attention_mask = _full_width(attention_mask, prefix, past + seq)
        if position_ids is None:
            position_ids = _positions(attention_mask, prefix, past, seq, new.device)
        if position_ids.dim() != 2:
            raise KnownError(
                _(
                    "position_ids of shape {shape}: expected [batch, seq]; leave them out to "
                    "have them derived",
                    shape=list(position_ids.shape),
                )
            )
        output = super().forward(
            input_ids=input_ids,
            attention_mask=_seen(attention_mask, prefix, past, seq, new.device),
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            labels=labels,
            use_cache=use_cache,
            logits_to_keep=logits_to_keep,
            **cache_argument(GlmForCausalLM, cache),
            **kwargs,
        )
        if use_cache is not False or isinstance(output, tuple):
            return output
        # the cache held the prefix only for this call; the next one starts anew
        return type(output)(**{k: v for k, v in output.items() if k != OUTPUT})

    def _cache(self, cache: Any, batch: int, use_cache: bool | None) -> tuple[Any, bool | None]:
        if self.training and self.model.layers[0].gradient_checkpointing:
            given = cache is not None and cache.get_seq_length() > 0
            return read_only(cache) if given else self.starting_cache(batch, frozen=True), False
        if cache is None:
            keep = self.config.use_cache if use_cache is None else use_cache
            fresh = ChatGLMCache() if keep and not self.training else None
            return self.starting_cache(batch) or fresh, use_cache
        if cache.get_seq_length() == 0 and self.active_prefix is not None:
            fill(cache, self.prefixes[self.active_prefix], batch, self.dtype, self.device)
        return cache, use_cache


def _full_width(mask: torch.Tensor, prefix: int, width: int) -> torch.Tensor:
    """The 2-D mask over prefix, cached and new columns; the prefix is open to everyone."""
    missing = width - mask.shape[-1]
    if missing not in (0, prefix):
        raise KnownError(
            _(
                "attention_mask of width {width}: expected {expected} columns (cached and "
                "new tokens)",
                width=mask.shape[-1],
                expected=width,
            )
        )
    return F.pad(mask, (missing, 0), value=1)  # [batch, width - prefix] → [batch, width]


def _positions(
    mask: torch.Tensor | None, prefix: int, past: int, seq: int, device: torch.device
) -> torch.Tensor:
    """Positions [batch or 1, seq] of the new tokens: pads and prefix columns do not count."""
    if mask is None or mask.dim() != 2:
        return torch.arange(past - prefix, past - prefix + seq, device=device)[None]  # [1, seq]
    # Ones up to a token are its place; of [batch, past + seq] the last are the new tokens'
    return (mask[:, prefix:].long().cumsum(-1) - 1).clamp(min=0)[:, -seq:]  # [batch, seq]


def _seen(
    mask: torch.Tensor | None, prefix: int, past: int, seq: int, device: torch.device
) -> torch.Tensor | None:
    """The mask to hand on: a 4-D bool one (True = seen) where a prefix or pads ask for it."""
    if mask is None and (not prefix or seq == 1):
        return None
    if mask is not None and mask.dim() != 2:
        return mask
    keys = torch.arange(past + seq, device=device)
    seen = keys[None] <= keys[past:, None]  # [seq, past + seq]: none before its turn
    if mask is None:
        return seen[None, None]  # [1, 1, seq, past + seq]
    seen = seen[None] & mask.bool()[:, None]  # [batch, seq, past + seq]
    # A pad would see nothing, and its attention would be NaN: it sees everything
    return (seen | ~seen.any(dim=-1, keepdim=True))[:, None]  # [batch, 1, seq, past + seq]
