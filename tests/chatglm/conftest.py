"""Made-up checkpoints of the three versions, and the shared fixtures where they are at hand."""

from pathlib import Path

import pytest
import torch

from tests.chatglm.made import Make
from tests.chatglm.made_up import Family, make_checkpoint, make_prefix

torch.set_num_threads(1)


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
