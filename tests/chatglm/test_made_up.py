"""Checkpoints of random weights: every container and precision loads and computes the same."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.chatglm import load_model
from tests.chatglm import naive
from tests.chatglm.made import VERSIONS, Make, prompt


def logits(folder: Path, ids: torch.Tensor, **options: object) -> torch.Tensor:
    with torch.no_grad():
        return load_model(folder, **options)(ids).logits  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("answer", [0, 4])
def test_logits_are_those_of_a_plain_forward_pass(
    checkpoint: Make, version: str, answer: int
) -> None:
    folder = checkpoint(version, heads=4)
    ids = prompt(version, 7, answer)
    forward = naive.chatglm if version == "v1" else naive.chatglm2
    raw = json.loads((folder / "config.json").read_text())
    expected = forward(raw, load_file(folder / "model.safetensors"), ids[0].tolist())
    assert torch.allclose(logits(folder, ids)[0], expected, atol=2e-5)


def test_a_mask_in_the_middle_of_the_prompt_gives_the_answer_its_position(checkpoint: Make) -> None:
    folder = checkpoint("v1")
    ids = torch.tensor([[9, 118, 20, 21, 122, 30, 31]])
    raw = json.loads((folder / "config.json").read_text())
    expected = naive.chatglm(raw, load_file(folder / "model.safetensors"), ids[0].tolist())
    assert torch.allclose(logits(folder, ids)[0], expected, atol=2e-5)


def test_heads_need_not_divide_the_hidden_size(checkpoint: Make) -> None:
    folder = checkpoint("v2", heads=4, kv_channels=12)
    ids = prompt("v2", 6)
    raw = json.loads((folder / "config.json").read_text())
    expected = naive.chatglm2(raw, load_file(folder / "model.safetensors"), ids[0].tolist())
    assert torch.allclose(logits(folder, ids)[0], expected, atol=2e-5)


def test_chatglm3_with_a_rope_ratio_uses_a_larger_base(checkpoint: Make) -> None:
    folder = checkpoint("v3", rope_ratio=50)
    ids = prompt("v3", 12)
    raw = json.loads((folder / "config.json").read_text())
    expected = naive.chatglm2(raw, load_file(folder / "model.safetensors"), ids[0].tolist())
    assert torch.allclose(logits(folder, ids)[0], expected, atol=2e-5)


def test_chatglm2_with_a_rope_ratio_divides_positions(checkpoint: Make) -> None:
    plain, stretched = checkpoint("v2"), checkpoint("v2", "32k", rope_ratio=4)
    ids = prompt("v2", 6)
    positions = torch.arange(ids.shape[1])[None]
    with torch.no_grad():
        near = load_model(plain)(ids, position_ids=positions).logits
        far = load_model(stretched)(ids, position_ids=4 * positions).logits
    assert torch.allclose(near, far, atol=1e-5)
    assert not torch.allclose(near, logits(stretched, ids), atol=1e-3)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "options",
    [{"shard_bytes": 20_000}, {"container": "bin"}, {"container": "bin", "shard_bytes": 20_000}],
    ids=["sharded", "bin", "bin shards"],
)
def test_shards_and_pickles_hold_the_same_weights(
    checkpoint: Make, version: str, options: dict[str, object]
) -> None:
    ids = prompt(version)
    other = checkpoint(version, "other", **options)
    assert torch.equal(logits(checkpoint(version), ids), logits(other, ids))


@pytest.mark.parametrize("version", VERSIONS)
def test_half_precision_stays_close_to_single(checkpoint: Make, version: str) -> None:
    folder = checkpoint(version, dtype=torch.float16)
    ids = prompt(version)
    half = logits(folder, ids, dtype="float16")
    assert half.dtype is torch.float16
    assert torch.allclose(half.float(), logits(folder, ids), atol=0.05, rtol=0.02)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("quantization", ["int8", "int4"])
def test_a_checkpoint_is_quantised_while_it_loads(
    checkpoint: Make, version: str, quantization: str
) -> None:
    folder = checkpoint(version, hidden=64, heads=4)
    plain, packed = load_model(folder), load_model(folder, quantization=quantization)
    ids = prompt(version)
    with torch.no_grad():
        a, b = plain(ids).logits, packed(ids).logits
    assert packed.get_memory_footprint() < 0.7 * plain.get_memory_footprint()
    assert torch.cosine_similarity(a.flatten(), b.flatten(), dim=0) > 0.95


def test_the_model_says_its_length_and_its_end_tokens(checkpoint: Make) -> None:
    for version, end in (("v1", 123), ("v2", 2), ("v3", 2)):
        model = load_model(checkpoint(version))
        assert model.context_length == 64
        assert model.generation_config.eos_token_id == end


@pytest.mark.parametrize("version", VERSIONS)
def test_a_saved_model_opens_again(checkpoint: Make, version: str, tmp_path: Path) -> None:
    model, ids = load_model(checkpoint(version)), prompt(version)
    model.save_pretrained(tmp_path / "saved")
    assert torch.equal(logits(tmp_path / "saved", ids), model(ids).logits)


@pytest.mark.parametrize("version", VERSIONS)
def test_gradient_checkpointing_changes_no_gradient(checkpoint: Make, version: str) -> None:
    ids = prompt(version, 5, 3)
    gradients = []
    for checkpointed in (False, True):
        model = load_model(checkpoint(version, str(checkpointed))).train()
        if checkpointed:
            model.gradient_checkpointing_enable()
        model(ids, labels=ids).loss.backward()
        gradients.append(model.get_input_embeddings().weight.grad)
    assert torch.allclose(*gradients, atol=1e-7)
    assert gradients[0].abs().max() > 0
