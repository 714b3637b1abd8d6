"""Converted checkpoints open without remote code and compute what the official ones do."""

import json

import pytest
import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM

from models.chatglm import load_model, load_prefix
from models.chatglm.convert import convert
from tests.chatglm.made import VERSIONS, Make, prompt


@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize("bits", [0, 4, 8])
def test_transformers_opens_a_converted_chatglm_by_itself(
    checkpoint: Make, version: str, bits: int
) -> None:
    folder = checkpoint(version, quantization_bit=bits, shard_bytes=30_000)
    (folder / "tokenizer.model").write_bytes(b"pieces")
    settings = {"auto_map": {"AutoTokenizer": ["remote.Tokenizer", None]}, "padding_side": "left"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    made = convert(folder, folder.parent / "out", dtype="float32", shard_bytes=30_000)
    assert made.layout == "glm"
    ids = prompt(version)
    theirs = AutoModelForCausalLM.from_pretrained(made.folder, dtype=torch.float32)
    expected = load_model(folder)(ids).logits
    assert torch.allclose(theirs(ids).logits, expected, atol=1e-6)
    assert torch.equal(load_model(made.folder)(ids).logits, expected)
    assert (made.folder / "tokenizer.model").read_bytes() == b"pieces"
    assert json.loads((made.folder / "tokenizer_config.json").read_text()) == {
        "padding_side": "left"
    }
    shards = sorted(made.folder.glob("*.safetensors"))
    assert len(shards) > 1
    assert all(shard.stat().st_size < 60_000 for shard in shards)


@pytest.mark.parametrize("options", [{}, {"quantization_bit": 4, "qe": True}], ids=["fp", "qe"])
def test_chatglm_6b_pickles_become_safetensors(checkpoint: Make, options: dict[str, int]) -> None:
    folder = checkpoint("v1", container="bin", **options)
    made = convert(folder, folder.parent / "out", dtype="float32")
    assert made.layout == "chatglm"
    ids = prompt("v1")
    assert torch.equal(load_model(made.folder)(ids).logits, load_model(folder)(ids).logits)
    assert "auto_map" not in json.loads((made.folder / "config.json").read_text())


@pytest.mark.parametrize("version", VERSIONS)
def test_packed_weights_may_stay_packed(checkpoint: Make, version: str) -> None:
    folder = checkpoint(version, quantization_bit=4, container="bin")
    made = convert(folder, folder.parent / "out", keep_quantised=True)
    ids = prompt(version)
    assert torch.equal(load_model(made.folder)(ids).logits, load_model(folder)(ids).logits)
    with safe_open(made.folder / "model.safetensors", "pt") as file:
        kinds = {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
    assert kinds == {"I8", "F16"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("projection", [False, True])
def test_a_prefix_becomes_a_peft_adapter_with_the_same_effect(
    checkpoint: Make, prefix: Make, version: str, projection: bool
) -> None:
    folder = checkpoint(version)
    official = prefix(folder, projection=projection)
    made = convert(official, folder.parent / "adapter")
    assert made.layout == "peft"
    ours = load_model(folder)
    load_prefix(ours, official)
    ids = prompt(version)
    adapted = PeftModel.from_pretrained(load_model(folder), made.folder)
    options = {"max_new_tokens": 5, "do_sample": False, "eos_token_id": None}
    with torch.no_grad():
        expected = ours(ids).logits
        assert torch.allclose(adapted(input_ids=ids).logits, expected, atol=2e-5)
    drawn = adapted.generate(input_ids=ids, **options)
    assert torch.equal(drawn, ours.generate(ids, **options))
    if version != "v1":
        base = convert(folder, folder.parent / "base").folder
        plain = AutoModelForCausalLM.from_pretrained(base)
        stock = PeftModel.from_pretrained(plain, made.folder)
        with torch.no_grad():
            assert torch.allclose(stock(input_ids=ids).logits, expected, atol=2e-5)
