"""Where tokens stand and what of a cache may serve another prompt, for any model.

A causal model's cache serves any prompt up to the first different token. ChatGLM-6B's context (all
before <sop>) is bidirectional: in every layer but the first, the keys and values of each context
token depend on all of them, so when one context token changes, is added or cut away, everything
from layer 1 on must be computed again. Layer 0's keys and values, which depend on token and place
alone, would survive; they are 1/28 of one of the four products of a block and not worth keeping.
What can be reused exactly is an identical context: then all of it, and everything after <sop> up to
the first different token. That covers drawing again, drawing more, another `Sampling`, switching
adapters back and forth, and with `history="causal"` (`models.encode`) every follow-up turn.
"""

from collections.abc import Sequence
from typing import Any

import torch

from models.chatglm.masks import common_length


class CausalPlaces:
    """Positions 0, 1, 2, ..., behind `offset` places that a trained prefix may occupy."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def positions(self, start: int, count: int, device: torch.device) -> torch.Tensor:
        """Positions [1, count] of tokens from the `start`-th on."""
        first = self.offset + start
        return torch.arange(first, first + count, device=device)[None]

    def first_piece(self) -> int:
        """How many leading tokens must be computed in one pass."""
        return 1


class PrefixLMPlaces:
    """ChatGLM-6B's two rows of positions for prompts whose context has `context` tokens."""

    def __init__(self, context: int, mask_at: int) -> None:
        self.context, self.mask_at = context, mask_at

    def positions(self, start: int, count: int, device: torch.device) -> torch.Tensor:
        """Positions [1, 2, count]: from <sop> on row 0 stands at the mask token, row 1 counts."""
        at = torch.arange(start, start + count, device=device)
        inside = at < self.context
        place = torch.where(inside, at, self.mask_at)
        block = torch.where(inside, 0, at - self.context + 1)
        return torch.stack((place, block))[None]

    def first_piece(self) -> int:
        """The whole context and <sop>."""
        return self.context + 1


TokenPlaces = CausalPlaces | PrefixLMPlaces


def places_of(model: Any, ids: Sequence[int], offset: int = 0) -> TokenPlaces:
    """How the tokens of a prompt are placed; `offset` is for prefixes that shift positions."""
    config = model.config
    if not is_prefix_lm(model):
        return CausalPlaces(offset)
    context = ids.index(config.bos_token_id)
    marks = [m for m in (config.gmask_token_id, config.mask_token_id) if m in ids[:context]]
    return PrefixLMPlaces(context, ids.index(marks[0]))


def is_prefix_lm(model: Any) -> bool:
    """Whether the model's context is bidirectional (ChatGLM-6B)."""
    return bool(getattr(model.config, "position_encoding_2d", False))


def reusable(model: Any, cached: list[int], ids: list[int]) -> int:
    """How many leading tokens of a cache for `cached` serve `ids`."""
    rule = getattr(model, "reusable_length", None)
    return int(rule(cached, ids)) if rule is not None else common_length(cached, ids)
