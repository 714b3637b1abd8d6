"""The base of an adapter, as training opens it."""

from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import Prompt
from models.train.base import open_base
from tests.models.conftest import write_gguf, write_lora


def test_a_folder_is_opened_with_its_encoder(bases: dict[str, Path]) -> None:
    model, encoder = open_base(bases["llama"], device="cpu")
    ids = encoder.encode(Prompt("刘备：", "", ""))
    assert max(ids) < model.config.vocab_size


def test_what_is_no_base_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="nearest: starter"):
        open_base("startr")
    with pytest.raises(KnownError, match=r"none\.gguf: no such file"):
        open_base(tmp_path / "none.gguf")
    with pytest.raises(KnownError, match="this is an adapter"):
        open_base(write_lora(tmp_path / "lora.gguf", "gemma3", 640))
    odd = write_gguf(tmp_path / "odd.gguf", {"general.architecture": "odd"}, {"a": (4,)})
    with pytest.raises(KnownError, match="transformers cannot read odd models") as failed:
        open_base(odd)
    assert "\n" not in str(failed.value)
