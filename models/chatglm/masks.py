"""ChatGLM-6B's prefix-LM mask and 2-D positions, worked out from the special tokens.

Let c be the index of a row's first `<sop>` and g that of its first [gMASK], or of its first [MASK]
where it has no [gMASK]. The c tokens before `<sop>` are the context. Query i sees key j if j <= i
or j < c. The position is i in the context and g from `<sop>` on; the block position is 0 in the
context and then counts 1, 2, ... Pads on the left do not count.

What of a cache may be reused: the context is bidirectional, so in every layer but the first the
keys and values of all its tokens depend on all of it. If one context token changes, is added or
taken away, nothing of the cache holds any more (only layer 0's keys and values of the unchanged
head would, 1/L of the work, which is not worth keeping). If the context is the same, everything up
to the first different token after `<sop>` holds. `reusable_length` says so for two prompts.
"""

import torch

from base.errors import KnownError
from base.messages import _
from models.chatglm.config import ChatGLMConfig


def context_lengths(ids: torch.Tensor, config: ChatGLMConfig) -> torch.Tensor:
    """c of each row [batch], the index of its first `<sop>`; raises for a row without one."""
    starts = ids == config.bos_token_id  # [batch, seq]
    _every_row(starts, _("no <sop> ({token})", token=config.bos_token_id))
    return starts.int().argmax(dim=1)  # [batch]: argmax is the first that is true


def reusable_length(cached: list[int], ids: list[int], config: ChatGLMConfig) -> int:
    """How many leading tokens of a cache for `cached` serve the prompt `ids` too; 0 is none."""
    if config.bos_token_id not in cached or config.bos_token_id not in ids:
        return 0
    context = ids.index(config.bos_token_id)
    same = common_length(cached, ids)
    return same if same > context else 0


def common_length(a: list[int], b: list[int]) -> int:
    """The length of the longest common head of two id lists."""
    limit = min(len(a), len(b))
    return next((i for i in range(limit) if a[i] != b[i]), limit)


def derive_positions(
    ids: torch.Tensor, keep: torch.Tensor | None, config: ChatGLMConfig
) -> torch.Tensor:
    """Positions [batch, 2, seq] of whole rows (row 0 position, row 1 block), 0 on pads.

    `keep` [batch, seq] is 0 on pads. Raises `KnownError` for a row without `<sop>`, or with neither
    [gMASK] nor [MASK].
    """
    gmask, mask = ids == config.gmask_token_id, ids == config.mask_token_id
    _every_row(
        gmask | mask,
        _(
            "neither [gMASK] ({gmask}) nor [MASK] ({mask})",
            gmask=config.gmask_token_id,
            mask=config.mask_token_id,
        ),
    )
    g = torch.where(
        gmask.any(dim=1), gmask.int().argmax(dim=1), mask.int().argmax(dim=1)
    )  # [batch]
    c = context_lengths(ids, config)[:, None]  # [batch, 1]
    start = 0 if keep is None else keep.int().argmax(dim=1, keepdim=True)  # [batch, 1]
    at = torch.arange(ids.shape[1], device=ids.device)[None]  # [1, seq]
    position = torch.where(at < c, at - start, g[:, None] - start)  # [batch, seq]
    block = torch.where(at < c, 0, at - c + 1)  # [batch, seq]
    positions = torch.stack((position, block), dim=1)  # [batch, 2, seq]
    return positions if keep is None else positions * keep[:, None].to(positions.dtype)


def next_positions(last: torch.Tensor, count: int) -> torch.Tensor:
    """Positions [batch, 2, count] of answer tokens that follow one at `last` [batch, 2, 1]."""
    steps = torch.arange(count + 1, device=last.device)[1:]  # [count]
    # the position stays, the block position counts on: [batch, count] each
    return torch.stack((last[:, 0].expand(-1, count), last[:, 1] + steps), dim=1)


def visible(positions: torch.Tensor, past: int, keep: torch.Tensor | None) -> torch.Tensor | None:
    """Which keys each query sees, bool [batch, 1, seq, past + seq], True = seen; None = all.

    `positions` [batch, 2, seq] are those of the new tokens, all of which see the `past` columns in
    front. `keep` [batch, past + seq] is 0 on pads. A row that would see nothing (a pad) sees
    everything, so that its attention is uniform and never NaN.
    """
    seq = positions.shape[-1]
    if seq == 1:
        return None if keep is None else keep.bool()[:, None, None]  # [batch, 1, 1, past + 1]
    context = positions[:, 1] == 0  # [batch, seq]: the block position is 0 in the context alone
    causal = torch.ones(seq, seq, dtype=torch.bool, device=positions.device).tril()
    seen = causal[None] | context[:, None]  # [batch, queries, keys]: seq by seq
    if past:
        seen = torch.cat((seen.new_ones(seen.shape[0], seq, past), seen), dim=-1)
    if keep is not None:
        seen = seen & keep.bool()[:, None]  # [batch, seq, past + seq]
        seen = seen | ~seen.any(dim=-1, keepdim=True)
    return seen[:, None]  # [batch, 1, seq, past + seq]


def _every_row(marked: torch.Tensor, lack: str) -> None:
    rows = marked.any(dim=1)  # [batch]
    if not bool(rows.all()):
        row = int((~rows).int().argmax())
        raise KnownError(
            _(
                "row {row} of input_ids: {lack}, expected a prompt X [gMASK] <sop>; build "
                "prompts with the tokenizer, or pass position_ids",
                row=row,
                lack=lack,
            )
        )
