"""Where ChatGLM-6B's new tokens stand and what they see, from ids, masks and what a cache holds.

In comments b is the batch, s the new tokens, p the cached ones.
"""

from typing import Any

import torch
from torch.nn import functional as F

from base.errors import KnownError
from base.messages import _
from models.chatglm.cache import peft_shift, prefix_length
from models.chatglm.config import ChatGLMConfig
from models.chatglm.masks import derive_positions, next_positions, visible


def positions_of(
    config: ChatGLMConfig,
    ids: torch.Tensor | None,
    shape: tuple[int, int],
    attention_mask: torch.Tensor | None,
    given: torch.Tensor | None,
    cache: Any,
    past: int,
) -> torch.Tensor:
    """Positions [b, 2, s] of the new tokens, remembered in the cache."""
    if given is not None and given.dim() == 3:
        given = given - peft_shift(cache, ids, given, config.bos_token_id)
    known = getattr(cache, "token_positions", None)
    if known is None and past and given is None:
        cache.prefix_length = past
    if known is not None:  # of which those beyond the cache's length were cropped away: [b, 2, p]
        known = _as_rows(known[..., : past - prefix_length(cache)], cache.batch_size)
    positions = given
    if positions is None and known is not None and known.shape[-1]:
        positions = _continued(known, *shape)
    elif positions is None:
        positions = _derived(config, ids, attention_mask)
    if positions.dim() != 3 or positions.shape[1] != 2:
        raise KnownError(
            _(
                "position_ids of shape {shape}: expected [batch, 2, seq] (position, block "
                "position); leave them out to have them derived",
                shape=list(positions.shape),
            )
        )
    if cache is not None and (known is not None or past == prefix_length(cache)):
        positions = positions.expand(shape[0], -1, -1)  # [1 or b, 2, s] → [b, 2, s]
        before = [known] if known is not None else []
        cache.token_positions = torch.cat((*before, positions), dim=-1)  # [b, 2, p + s]
    return positions


def _derived(
    config: ChatGLMConfig, ids: torch.Tensor | None, attention_mask: torch.Tensor | None
) -> torch.Tensor:
    """Positions [b, 2, s] of a whole prompt, from its special tokens."""
    if ids is None:
        raise KnownError(_("inputs_embeds without position_ids: pass position_ids [batch, 2, seq]"))
    keep = None
    if attention_mask is not None and attention_mask.dim() == 2:
        keep = attention_mask[:, -ids.shape[1] :]  # [b, p + s] → [b, s]
    elif attention_mask is not None:  # the last row sees all but pads: [b, 1, s, s] → [b, s]
        keep = ~attention_mask[:, 0, -1, -ids.shape[1] :]
    return derive_positions(ids, keep, config)


def seen_by(
    mask: torch.Tensor | None, positions: torch.Tensor, past: int, prefix: int
) -> torch.Tensor | None:
    """Which keys each new token sees, bool [b, 1, s, p + s]; None for all of them."""
    seq = positions.shape[-1]
    if mask is None:
        return visible(positions, past, None)
    missing = past + seq - mask.shape[-1]
    if missing not in (0, prefix):
        raise wrong_width(mask, past + seq)
    if mask.dim() == 2:
        # a prefix that the mask leaves out is seen by all: [b, p + s - P] → [b, p + s]
        return visible(positions, past, F.pad(mask.bool(), (missing, 0), value=True))
    if mask.dtype is not torch.bool:
        raise KnownError(
            _(
                "attention_mask {shape} of {dtype}: expected [batch, seq] ones and zeros or "
                "[batch, 1, seq, seq] bool, True = blocked",
                shape=list(mask.shape),
                dtype=mask.dtype,
            )
        )
    seen = F.pad(~mask[:, :, -seq:], (missing, 0), value=True)  # [b, 1, s, p + s]
    return seen | ~seen.any(dim=-1, keepdim=True)


def wrong_width(mask: torch.Tensor, expected: int) -> KnownError:
    """What to say of a mask that fits neither the new tokens nor these and the cached ones."""
    return KnownError(
        _(
            "attention_mask of width {width}: expected {expected} columns (cached and new tokens)",
            width=mask.shape[-1],
            expected=expected,
        )
    )


def _continued(known: torch.Tensor, batch: int, seq: int) -> torch.Tensor:
    """Positions after the cached ones; raises where the cache ends inside the context."""
    if known.shape[0] != batch:
        raise KnownError(
            _(
                "a cache of {cached} rows with {new} rows of input_ids: expected as many; repeat "
                "or select the cache's rows",
                cached=known.shape[0],
                new=batch,
            )
        )
    last = known[..., -1:]  # [b, 2, 1]
    if bool((last[:, 1] == 0).any()):
        raise KnownError(
            _(
                "the cache ends before <sop>: ChatGLM-6B's context is bidirectional, so it "
                "is computed in one piece; pass the whole prompt without a cache"
            )
        )
    return next_positions(last, seq)


def _as_rows(known: torch.Tensor, rows: int) -> torch.Tensor:
    """Remembered positions for a cache whose rows were each repeated as often since then."""
    if rows in (-1, known.shape[0]):
        return known
    if rows % known.shape[0]:
        raise KnownError(
            _(
                "a cache of {rows} rows that held {before}: expected a multiple; select rows of a "
                "models.chatglm.cache.ChatGLMCache, which keeps their positions",
                rows=rows,
                before=known.shape[0],
            )
        )
    return known.repeat_interleave(rows // known.shape[0], dim=0)
