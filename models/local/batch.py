"""Rows that are drawn side by side, and what stays the same while those of one draw grow."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from models.backend import Sampling
from models.local.cache import RowStates
from models.local.fast_step import FastStep
from models.local.positions import TokenPlaces
from models.local.processors import Sampler
from models.local.prompt_cache import PromptCache

Accept = Callable[[int, int, float | None], bool]
"""Takes (row, token id, log-probability) and says whether the row goes on."""


@dataclass
class Batch:
    """Rows that are drawn side by side, as long as each other; one that ends leaves."""

    rows: list[int]
    """Their numbers in the draw."""
    fed: list[list[int]]
    """The tokens of each row that are in the cache."""
    tokens: torch.Tensor
    """The token drawn last by each row [rows]; not in the cache yet."""
    aside: list[RowStates] | None = None
    """The rows' part of the cache while another batch is drawn."""

    def only(self, places: list[int]) -> "Batch":
        """The rows at these places."""
        return Batch(
            [self.rows[i] for i in places],
            [self.fed[i] for i in places],
            self.tokens[places],
            None if self.aside is None else [self.aside[i] for i in places],
        )


@dataclass(frozen=True)
class Drawing:
    """What stays the same while the rows of one draw grow."""

    kept: PromptCache
    places: TokenPlaces
    sampling: Sampling
    sampler: Sampler
    accept: Accept
    fast_step: FastStep | None
    """What computes the steps in place of the model's own forward."""
