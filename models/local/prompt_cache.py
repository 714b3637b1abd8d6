"""What a draw leaves for the next: the cache of its prompt, and what every row added to it.

The next prompt is compared by ids with the kept prompt and each row: the longest common head is
kept, the rest is cut off. So a picked candidate costs nothing, and undo, edit, branch or trimming
cost what differs. What of a kept cache serves another prompt is `models.local.positions`' to say.
"""

from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel

from models.local.cache import BranchingCache, RowStates
from models.local.positions import reusable


@dataclass
class PromptCache:
    """What one adapter's last draw left: the prompt's cache and the rows' own parts."""

    cache: BranchingCache
    ids: list[int] = field(default_factory=list)
    logits: torch.Tensor | None = None
    """Those after the last of `ids` [1, V'], where they were computed."""
    rows: list[RowStates] = field(default_factory=list)


def cut_back(model: PreTrainedModel, kept: PromptCache, ids: list[int]) -> int:
    """Cut what is kept back to what serves `ids`; returns how many of them need no computing.

    The logits of the last token are needed, so it is computed again unless nothing changed.
    """
    if kept.ids == ids and kept.logits is not None:
        kept.rows = []
        kept.cache.join(None, kept.cache.prefix_length + len(ids), 0)
        return len(ids)
    common = reusable(model, kept.ids, ids)
    row, best = None, min(common, len(ids) - 1)
    if common == len(kept.ids):
        for candidate in kept.rows:
            longer = min(reusable(model, kept.ids + candidate.ids, ids), len(ids) - 1)
            if longer > best:
                row, best = candidate, longer
    shared = min(best, len(kept.ids))
    kept.cache.join(row, kept.cache.prefix_length + shared, best - shared)
    kept.ids, kept.logits, kept.rows = ids[:best], None, []
    return best
