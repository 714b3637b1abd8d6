"""The reference's recorded logits, states, greedy ids, losses and gradients, on every case."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import PreTrainedModel

from models.cache_names import cache_of
from models.chatglm import load_model, load_prefix
from models.chatglm.masks import derive_positions, visible
from models.chatglm.quantized import QuantizedEmbedding, QuantizedLinear

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures" / "chatglm"
FOLDERS = sorted(SHARED.glob("v*/*/cases.json"))
pytestmark = pytest.mark.skipif(
    not FOLDERS, reason="the reference's fixtures are not beside this checkout"
)


class Case:
    """One recorded case: its description and its arrays as tensors."""

    def __init__(self, folder: Path, described: dict[str, Any]) -> None:
        self.folder, self.name, self.described = folder, described["name"], described
        self.info = info(folder)
        self.v1 = self.info["version"] == "v1"

    def __getitem__(self, array: str) -> torch.Tensor:
        return torch.from_numpy(arrays(self.folder)[f"{self.name}/{array}"])

    def has(self, array: str) -> bool:
        return array in self.described["arrays"]

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """What the recorded call was given beside its ids."""
        if not self.v1:
            return {"attention_mask": self["attention_mask"]} if self.has("attention_mask") else {}
        if not self.described.get("masks_passed_explicitly"):
            return {}
        return {key: self[key] for key in ("attention_mask", "position_ids")}

    def assert_close(self, found: torch.Tensor, array: str, tolerance: str = "tolerance") -> None:
        expected, found = self[array], found.detach().float()
        if found.shape[1] == self["input_ids"].shape[1]:
            where = self["valid"] if self.v1 else self.inputs.get("attention_mask")
            where = torch.ones_like(self["input_ids"]) if where is None else where
            expected, found = expected[where.bool()], found[where.bool()]
        limits = self.info[tolerance]
        assert np.allclose(found.numpy(), expected.numpy(), limits["rtol"], limits["atol"])


@cache
def info(folder: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((folder / "cases.json").read_text())
    return described


@cache
def arrays(folder: Path) -> Any:
    return np.load(folder / "cases.npz")


@cache
def model_of(folder: Path) -> PreTrainedModel:
    base = info(folder).get("base_model")
    if base is None:
        return load_model(folder, dtype="float32", device="cpu")
    model = load_model((folder / base).resolve(), device="cpu")
    load_prefix(model, folder)
    return model


def cases(wanted: str) -> list[Any]:
    """Every recorded case that holds an array, under a readable name."""
    found = [Case(f.parent, c) for f in FOLDERS for c in info(f.parent)["cases"]]
    return [
        pytest.param(case, id=f"{case.info['version']}-{case.folder.name}-{case.name}")
        for case in found
        if case.has(wanted)
    ]


@torch.no_grad()
@pytest.mark.parametrize("case", cases("logits"))
def test_logits_are_the_reference_s(case: Case) -> None:
    logits = model_of(case.folder)(case["input_ids"], **case.inputs).logits
    case.assert_close(logits, "logits")


@torch.no_grad()
@pytest.mark.parametrize("case", cases("greedy_ids"))
def test_cached_generation_picks_the_reference_s_tokens(case: Case) -> None:
    out = model_of(case.folder).generate(
        case["input_ids"],
        max_new_tokens=case.info["new_tokens"],
        do_sample=False,
        eos_token_id=None,
        return_dict_in_generate=True,
        output_logits=True,
        **case.inputs,
    )
    assert torch.equal(out.sequences[:, case["input_ids"].shape[1] :], case["greedy_ids"])
    case.assert_close(torch.stack(out.logits, 1), "step_logits")


@torch.no_grad()
@pytest.mark.parametrize("case", cases("hidden_states"))
def test_hidden_states_are_the_reference_s(case: Case) -> None:
    ids = case["input_ids"]
    states = model_of(case.folder)(ids, output_hidden_states=True, **case.inputs).hidden_states
    expected = case["hidden_states"]
    atol = 30 * case.info["tolerance"]["atol"] if case.v1 else case.info["tolerance"]["atol"]
    for found, recorded in zip(
        (*states[:-1], states[-1]), (*expected[:2], expected[-1]), strict=True
    ):
        assert torch.allclose(found, recorded, rtol=1e-5, atol=atol)


@torch.no_grad()
@pytest.mark.parametrize("case", cases("logits_half"))
def test_half_precision_is_as_near_as_the_reference_s(case: Case) -> None:
    half = load_model(case.folder, dtype="float16", device="cpu")
    logits = half(case["input_ids"], **case.inputs).logits
    case.assert_close(logits, "logits_half", "tolerance_half")


@pytest.mark.parametrize("case", cases("loss"))
def test_losses_and_prefix_gradients_are_the_reference_s(case: Case) -> None:
    model = model_of(case.folder)
    loss = model(case["input_ids"], labels=case["labels"], **case.inputs).loss
    assert abs(loss.item() - case["loss"].item()) < 1e-5
    gradients = [name for name in case.described["arrays"] if name.startswith("grad__")]
    if gradients:
        encoder = model.prefixes["default"]
        encoder.zero_grad()
        loss.backward()
        for name in gradients:
            found = encoder.get_parameter(name.removeprefix("grad__")).grad
            assert torch.allclose(found, case[name], rtol=0, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize(
    "case", [c for c in cases("position_ids") if c.values[0].v1 and not c.values[0].inputs]
)
def test_masks_and_positions_are_worked_out_as_the_reference_does(case: Case) -> None:
    ids = case["input_ids"]
    positions = derive_positions(ids, None, model_of(case.folder).config)
    assert torch.equal(positions, case["position_ids"])
    assert torch.equal(~visible(positions, 0, None), case["attention_mask"])


@torch.no_grad()
@pytest.mark.parametrize("case", [c for c in cases("logits") if c.values[0].name == "chunked"])
def test_two_chunks_through_the_cache_give_the_reference_s_logits(case: Case) -> None:
    model, ids, split = model_of(case.folder), case["input_ids"], case.described["split"]
    first = model(ids[:, :split])
    second = model(ids[:, split:], cache=cache_of(first))
    case.assert_close(torch.cat((first.logits, second.logits), 1), "logits")


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(f.parent, id="-".join(f.parts[-3:-1]))
        for f in FOLDERS
        if "quantization_bit" in info(f.parent)
    ],
)
def test_dequantised_matrices_equal_the_reference_s_bit_for_bit(folder: Path) -> None:
    expected = load_file(folder / "dequantized.safetensors")
    model, version = model_of(folder), info(folder)["version"]
    packed = {
        name: module.dequantised(torch.float32)
        for name, module in model.named_modules()
        if isinstance(module, QuantizedLinear)
    }
    checked = 0
    for name, matrix in expected.items():
        path = name.removesuffix(".weight")
        if path in packed:
            found = packed[path]
        elif path.endswith("word_embeddings"):
            embedding = model.get_input_embeddings()
            assert isinstance(embedding, QuantizedEmbedding)
            found = embedding(torch.arange(embedding.num_embeddings))
        else:
            found = _renamed(path, packed)
        assert torch.equal(found, matrix), name
        checked += 1
    assert checked == len(expected) >= 8, version


def _renamed(path: str, packed: dict[str, torch.Tensor]) -> torch.Tensor:
    layer, _, module = path.removeprefix("transformer.encoder.layers.").partition(".")
    at = f"model.layers.{layer}"
    if module == "self_attention.query_key_value":
        return torch.cat([packed[f"{at}.self_attn.{part}_proj"] for part in "qkv"])
    ours = {
        "self_attention.dense": "self_attn.o_proj",
        "mlp.dense_h_to_4h": "mlp.gate_up_proj",
        "mlp.dense_4h_to_h": "mlp.down_proj",
    }
    return packed[f"{at}.{ours[module]}"]


@torch.no_grad()
def test_chatglm_6b_decodes_as_another_engine_recorded() -> None:
    """li-plus/chatglm.cpp's vectors: one layer, three tokens, then two steps with the cache."""
    from models.chatglm.blocks import ChatGLMModel
    from models.chatglm.cache import ChatGLMCache
    from models.chatglm.config import ChatGLMConfig

    data, at = (SHARED / "golden_cpp" / "glm_model.data").read_bytes(), 0

    def take(*shape: int, kind: str = "<f4") -> torch.Tensor:
        nonlocal at
        count = int(np.prod(shape))
        found = np.frombuffer(data, kind, count, at).reshape(shape)
        at += 4 * count
        return torch.from_numpy(found.copy())

    config = ChatGLMConfig(
        vocab_size=5, hidden_size=32, num_layers=1, num_attention_heads=8, inner_hidden_size=128
    )
    model = ChatGLMModel(config).eval()
    layer, attention, mlp = model.layers[0], model.layers[0].attention, model.layers[0].mlp
    order = (
        model.word_embeddings,
        layer.input_layernorm,
        attention.query_key_value,
        attention.dense,
        layer.post_attention_layernorm,
        mlp.dense_h_to_4h,
        mlp.dense_4h_to_h,
        model.final_layernorm,
    )
    for module in order:
        for parameter in module.parameters():
            parameter.copy_(take(*parameter.shape))
    cache = ChatGLMCache()
    for positions in ([[0, 1, 1], [0, 0, 1]], [[1], [2]], [[1], [3]]):
        place = torch.tensor([positions])
        ids = take(place.shape[-1], kind="<i4").long()[None]
        seen = visible(place, cache.get_seq_length(), None)
        found = model(ids, place, seen, cache).last_hidden_state[0]
        assert torch.allclose(found, take(*found.shape), atol=1e-6)
