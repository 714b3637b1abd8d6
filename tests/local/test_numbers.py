"""A model or an adapter that computes NaN is one line, and never a hand of nonsense."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from base.errors import KnownError
from models.backend import Sampling
from models.local import Local
from models.local.loading import open_checkpoint
from tests.chatglm.made_up import make_prefix
from tests.local.tiny_models import PROMPT

BAD = (float("nan"), float("inf"))


def spoil(file: Path, bad: float) -> None:
    """One number of the file's last tensor becomes none."""
    tensors = load_file(file)
    name = sorted(tensors)[-1]
    tensors[name].view(-1)[0] = bad
    save_file(tensors, file, metadata={"format": "pt"})


@pytest.mark.parametrize("kind", ["v1", "v3", "llama"])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_model_whose_weights_are_no_numbers_is_one_line(
    folders: dict[str, Path], kind: str, temperature: float
) -> None:
    table = Local.open(folders[kind], device="cpu")
    with torch.no_grad():
        next(p for n, p in table.model.named_parameters() if "norm" in n).fill_(float("nan"))
    with pytest.raises(KnownError, match=rf"{kind}: computes NaN instead") as error:
        list(table.generate(PROMPT, Sampling(n=2, max_tokens=4, temperature=temperature)))
    assert "float32" in str(error.value)
    with pytest.raises(KnownError, match="computes NaN"):
        table.score(PROMPT, ["先进去再说。\n"])


def test_an_adapter_that_spoils_the_model_is_named_and_the_base_plays_on(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Each number of it is one, but their product is too large."""
    model = open_checkpoint(folders["llama"], device="cpu").model
    tuned = get_peft_model(model, LoraConfig(r=2, target_modules=["q_proj"]))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora" in name:
                parameter.fill_(3e38)
    tuned.save_pretrained(str(tmp_path))
    table = Local.open(folders["llama"], device="cpu", adapters={"夏娜": tmp_path})
    with pytest.raises(KnownError, match="with the adapter 夏娜: computes NaN"):
        list(table.generate(PROMPT, Sampling(n=2, max_tokens=4), adapter="夏娜"))
    assert list(table.generate(PROMPT, Sampling(n=2, max_tokens=4)))


@pytest.mark.parametrize("bad", BAD)
def test_a_lora_with_a_weight_that_is_no_number_is_refused(
    folders: dict[str, Path], tmp_path: Path, bad: float
) -> None:
    model = open_checkpoint(folders["llama"], device="cpu").model
    get_peft_model(model, LoraConfig(target_modules=["q_proj"])).save_pretrained(str(tmp_path))
    spoil(tmp_path / "adapter_model.safetensors", bad)
    with pytest.raises(
        KnownError, match=r"adapter_model.safetensors: .* holds NaN or infinite weights"
    ):
        Local.open(folders["llama"], device="cpu", adapters={"a": tmp_path})
    table = Local.open(folders["llama"], device="cpu", adapters={"a": tmp_path}, optional={"a"})
    assert "adapter a is left out" in table.notices[0]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("kind", ["v1", "v3"])
def test_a_prefix_with_a_weight_that_is_no_number_is_refused(
    folders: dict[str, Path], tmp_path: Path, kind: str, bad: float
) -> None:
    prefix = make_prefix(tmp_path / "prefix", folders[kind], 4, container="safetensors")
    (file,) = prefix.glob("*.safetensors")
    spoil(file, bad)
    with pytest.raises(KnownError, match="holds NaN or infinite weights"):
        Local.open(folders[kind], device="cpu", adapters={"a": prefix})
