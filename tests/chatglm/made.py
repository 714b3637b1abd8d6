"""Names and prompts that the tests of made-up checkpoints share."""

from collections.abc import Callable
from pathlib import Path

import torch

from tests.chatglm.made_up import Family

VERSIONS: tuple[Family, ...] = ("v1", "v2", "v3")
Make = Callable[..., Path]


def prompt(version: Family, length: int = 6, answer: int = 0, seed: int = 0) -> torch.Tensor:
    """Ids [1, n] of a random prompt for a vocabulary of 128, its special tokens, and an answer."""
    text = torch.randint(5, 110, (length + answer,), generator=torch.Generator().manual_seed(seed))
    special = torch.tensor([119, 122] if version == "v1" else [118, 120])
    parts = (text[:length], special) if version == "v1" else (special, text[:length])
    return torch.cat((*parts, text[length:]))[None]
