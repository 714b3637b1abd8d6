"""LoRA as GGUF: llama.cpp computes with it what PEFT computes with the folder."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, Qwen3Config, Qwen3ForCausalLM

from base.errors import KnownError
from models.backend import Prompt
from models.gguf.header import read_header
from models.gguf.lora import write_gguf_lora
from models.gguf.unpacked import unpacked
from models.llamacpp.backend import LlamaCpp
from models.local.loading import open_checkpoint
from models.train.base import open_base
from tests.local.tiny_models import make_llama, tiny_llama
from tests.models.conftest import write_lora
from tests.models.tiny_gguf import tuned, write_model

PROMPT = Prompt("苏晚：你确定是这里？\n", "", "林默：")
REPLIES = ("那我们进去吧\n", "地图\n", "Holmes\n")
SIZES: dict[str, Any] = {
    "vocab_size": 400,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 512,
    "bos_token_id": 0,
    "eos_token_id": 1,
}


def made(kind: str) -> Any:
    torch.manual_seed(3)
    if kind == "gemma3":
        config = Gemma3TextConfig(**SIZES, query_pre_attn_scalar=16, sliding_window=64)
        config.rope_parameters["full_attention"]["rope_theta"] = 10000.0
        model: Any = Gemma3ForCausalLM(config).eval()
    elif kind == "qwen3":
        model = Qwen3ForCausalLM(Qwen3Config(**SIZES)).eval()
    else:
        model = tiny_llama(400)
    for parameter in model.parameters():
        parameter.data *= 4  # so that attention looks at some places more than at others
    return model


def told_by_torch(model: Any, backend: LlamaCpp) -> list[float]:
    before = len(backend._tokens.beginning(PROMPT.text))
    found = []
    for reply in REPLIES:
        ids = backend._tokens.beginning(PROMPT.text + reply)
        with torch.no_grad():
            odds = model(input_ids=torch.tensor([ids])).logits[0].float().log_softmax(-1)
        found.append(sum(float(odds[at - 1, ids[at]]) for at in range(before, len(ids))))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture
def lora(folder: Path, tmp_path: Path) -> Path:
    tuned(open_checkpoint(folder, device="cpu").model, tmp_path / "lora", folder)
    return tmp_path / "lora"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("llama", {}),
        ("gemma3", {"use_rslora": True}),
        ("qwen3", {"alpha_pattern": {"q_proj": 40}}),
    ],
)
def test_llama_cpp_computes_what_peft_computes(
    kind: str, more: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    model = made(kind)
    base = write_model(tmp_path / "base.gguf", model, folder / "tokenizer.json")
    model = tuned(model, tmp_path / "lora", base, **more)
    done = write_gguf_lora(tmp_path / "lora", tmp_path / "lora.gguf", dtype="float32")
    assert done.architecture == kind
    adapters = {"made": done.path}
    with closing(LlamaCpp.open(base, context=256, adapters=adapters)) as backend:
        plain = backend.score(PROMPT, REPLIES)
        with_lora = backend.score(PROMPT, REPLIES, "made")
        assert with_lora == pytest.approx(told_by_torch(model, backend), abs=2e-2)
        assert plain != pytest.approx(with_lora, abs=1.0)
        with model.disable_adapter():
            assert plain == pytest.approx(told_by_torch(model, backend), abs=2e-2)


def test_a_gguf_opened_in_pytorch_is_the_model_it_was_made_from(
    folder: Path, tmp_path: Path
) -> None:
    model = open_checkpoint(folder, device="cpu").model
    file = write_model(tmp_path / "base.gguf", model, folder / "tokenizer.json")
    place = unpacked(file, tmp_path / "cache")
    assert unpacked(file, tmp_path / "cache") == place
    again, encoder = open_base(place, device="cpu")
    for name, tensor in model.state_dict().items():
        assert torch.allclose(again.state_dict()[name], tensor, atol=1e-3), name
    with closing(LlamaCpp.open(file, context=256)) as backend:
        assert encoder.encode(PROMPT) == backend._tokens.beginning(PROMPT.text)


def test_the_file_says_what_it_is(folder: Path, lora: Path, tmp_path: Path) -> None:
    header = read_header(write_gguf_lora(lora, tmp_path / "lora.gguf").path)
    assert header.is_adapter
    assert header.architecture == "llama"
    assert header.metadata["adapter.type"] == "lora"
    assert header.metadata["adapter.lora.alpha"] == 12.0
    assert header.metadata["general.base_model.0.name"] == folder.name
    assert header.shapes["blk.1.ffn_down.weight.lora_a"] == (64, 4)
    assert header.shapes["blk.1.ffn_down.weight.lora_b"] == (4, 32)


def test_what_cannot_be_a_gguf_lora_is_refused_in_a_line(
    folder: Path, lora: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.gguf"

    def refused(match: str, **more: Any) -> None:
        with pytest.raises(KnownError, match=match) as failed:
            write_gguf_lora(lora, out, **more)
        assert "\n" not in str(failed.value)
        assert not list(tmp_path.glob("out*"))

    file, weights = lora / "adapter_config.json", lora / "adapter_model.safetensors"
    config = json.loads(file.read_text())
    other = write_model(tmp_path / "o.gguf", tiny_llama(400, hidden_size=64), _pieces(folder))
    refused("does not fit o.gguf", base=str(other))
    gemma = write_model(tmp_path / "g.gguf", made("gemma3"), _pieces(folder))
    refused("does not fit g.gguf", base=str(gemma))
    file.write_text(json.dumps(config | {"base_model_name_or_path": None}))
    refused("names no base; give it with --base")
    file.write_text(json.dumps(config | {"base_model_name_or_path": "gone.gguf"}))
    refused(
        r"the base that it names cannot be read \(gone\.gguf: no such file.*give it with --base"
    )
    file.write_text(json.dumps(config | {"use_dora": True}))
    refused("use_dora: a GGUF LoRA cannot hold a DoRA")
    file.write_text(json.dumps(config | {"peft_type": "PREFIX_TUNING"}))
    refused("peft_type is PREFIX_TUNING, but llama.cpp only knows LORA")
    file.write_text(json.dumps(config))
    tensors = load_file(weights)
    save_file({k: v for k, v in tensors.items() if "0.self_attn.q_proj.lora_B" not in k}, weights)
    refused("q_proj: its lora_A and lora_B do not belong together")
    weights.unlink()
    refused(r"weights are missing \(adapter_model.safetensors")
    file.unlink()
    refused("adapter_config.json: it cannot be read")
    lora = tmp_path / "none"
    refused("no such folder")


def _pieces(folder: Path) -> Path:
    return folder / "tokenizer.json"


def test_an_adapter_of_another_base_is_left_out_where_the_model_can_do_without(
    folder: Path, lora: Path, tmp_path: Path
) -> None:
    base = write_model(
        tmp_path / "base.gguf", open_checkpoint(folder, device="cpu").model, _pieces(folder)
    )
    write_gguf_lora(lora, lora / "lora.gguf")
    other = write_lora(tmp_path / "other.gguf", "gemma3", 640)
    (tmp_path / "bare").mkdir()
    adapters = {"fits": lora, "other": other, "bare": tmp_path / "bare"}
    with pytest.raises(KnownError, match=r"an adapter for gemma3, but base\.gguf is llama"):
        LlamaCpp.open(base, context=256, adapters=adapters, optional=["bare"])
    with closing(
        LlamaCpp.open(base, context=256, adapters=adapters, optional=["other", "bare"])
    ) as backend:
        assert [notice[:25] for notice in backend.notices] == [
            "adapter other is left out",
            "adapter bare is left out:",
        ]
        assert "paotuan models convert" in backend.notices[1]
        plain = backend.score(PROMPT, REPLIES)
        assert backend.score(PROMPT, REPLIES, "other") == pytest.approx(plain, abs=1e-3)
        assert backend.score(PROMPT, REPLIES, "fits") != pytest.approx(plain, abs=0.1)
