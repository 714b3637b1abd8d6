"""Made-up checkpoints of the three versions, and the shared fixtures where they are at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from models.chatglm.made_up import Family, make_checkpoint, make_prefix

torch.set_num_threads(1)
VERSIONS: tuple[Family, ...] = ("v1", "v2", "v3")

Make = Callable[..., Path]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Make:
    """Write a tiny checkpoint of a version; keywords as `make_checkpoint` takes them."""

    def make(version: Family, name: str = "model", **options: object) -> Path:
        return make_checkpoint(tmp_path / f"{version}-{name}", version, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def prefix(tmp_path: Path) -> Make:
    """Write a tiny prefix checkpoint for a base."""

    def make(base: Path, name: str = "prefix", **options: object) -> Path:
        return make_prefix(tmp_path / f"{base.name}-{name}", base, **options)  # type: ignore[arg-type]

    return make


def prompt(version: Family, length: int = 6, answer: int = 0, seed: int = 0) -> torch.Tensor:
    """Ids [1, n] of a random prompt for a vocabulary of 128, its special tokens, and an answer."""
    text = torch.randint(5, 110, (length + answer,), generator=torch.Generator().manual_seed(seed))
    special = torch.tensor([119, 122] if version == "v1" else [118, 120])
    parts = (text[:length], special) if version == "v1" else (special, text[:length])
    return torch.cat((*parts, text[length:]))[None]
