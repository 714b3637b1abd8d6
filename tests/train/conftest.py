"""Tiny checkpoints of each kind of model, made once."""

from pathlib import Path

import pytest
import torch

from tests.chatglm.tokenizer_made_up import make_playable
from tests.local.tiny_models import make_llama
from tests.train.made import LINES


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A checkpoint folder for each kind of model."""
    folder = tmp_path_factory.mktemp("bases")
    made = {
        f"v{version}": make_playable(folder / f"v{version}", version, LINES * 4, length=512)
        for version in (1, 3)
    }
    made["llama"] = make_llama(folder / "llama")
    return made
