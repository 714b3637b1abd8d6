"""`models convert --to hf`: a GGUF becomes a folder that transformers and vLLM open as it is."""

import json
import math
from contextlib import closing
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer, StableLmConfig, StableLmForCausalLM

from base.errors import KnownError
from models.backend import Prompt
from models.gguf import folder, tensors
from models.gguf.folder import convert_gguf, find_gguf
from models.gguf.positions import FREQUENCIES
from models.llamacpp.backend import LlamaCpp
from models.local.loading import open_checkpoint
from models.train.base import open_base
from tests.local.tiny_models import make_llama, tiny_llama
from tests.models.conftest import write_lora
from tests.models.test_gguf_lora import SIZES, made
from tests.models.tiny_gguf import quantized, write_model

PROMPT = Prompt("苏晚：你确定是这里？\n", "", "林默：")


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("llama")) / "tokenizer.json"


def logits(model: Any, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(input_ids=torch.tensor([ids])).logits[0].float()
    return found


def opened(folder: Path, **more: Any) -> tuple[Any, Any]:
    return AutoModelForCausalLM.from_pretrained(folder, **more), AutoTokenizer.from_pretrained(
        folder
    )


@pytest.mark.parametrize("kind", ["llama", "gemma3", "qwen3"])
def test_a_written_folder_is_the_model_that_the_file_holds(
    kind: str, pieces: Path, tmp_path: Path
) -> None:
    original = made(kind)
    file = write_model(tmp_path / "tiny.gguf", original, pieces)
    done = convert_gguf(file, tmp_path / "out", "float32", shard_bytes=40_000)
    assert done.architecture == type(original).__name__
    model, _ = opened(done.path)
    with closing(LlamaCpp.open(file, context=256)) as backend:
        ids = backend._tokens.beginning(PROMPT.text)
    ours = open_checkpoint(done.path, device="cpu").model
    assert torch.equal(logits(model, ids), logits(ours, ids))
    assert torch.allclose(logits(model, ids), logits(original, ids), atol=1e-4)
    asked = {"max_new_tokens": 12, "do_sample": False}
    written = model.generate(torch.tensor([ids]), **asked)
    assert written.tolist() == original.generate(torch.tensor([ids]), **asked).tolist()


@pytest.mark.parametrize("kind", ["llama", "qwen3"])
def test_a_written_folder_cuts_text_as_the_file_does(
    kind: str, pieces: Path, tmp_path: Path
) -> None:
    file = write_model(tmp_path / "tiny.gguf", made(kind), pieces)
    place = convert_gguf(file, tmp_path / "out").path
    _, tokenizer = opened(place)
    ids = tokenizer(PROMPT.text)["input_ids"]
    assert open_base(place, device="cpu")[1].encode(PROMPT) == ids
    with closing(LlamaCpp.open(file, context=256)) as backend:
        assert backend._tokens.beginning(PROMPT.text) == ids


def test_a_folder_says_what_servers_ask_of_it(pieces: Path, tmp_path: Path) -> None:
    file = write_model(tmp_path / "tiny.gguf", made("gemma3"), pieces)
    out = convert_gguf(file, tmp_path / "out").path
    config = json.loads((out / "config.json").read_text())
    assert config["architectures"] == ["Gemma3ForCausalLM"]
    assert config["dtype"] == "bfloat16"
    assert "quantization_config" not in config
    with safe_open(out / "model.safetensors", "pt") as weights:
        assert "model.embed_tokens.weight" in weights.keys()  # noqa: SIM118
        assert "lm_head.weight" not in weights.keys()  # noqa: SIM118
    defaults = json.loads((out / "generation_config.json").read_text())
    assert defaults.keys() <= {
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
        "transformers_version",
    }
    assert oct(out.stat().st_mode)[-3:] == "755"
    assert all(oct(one.stat().st_mode)[-1] == "4" for one in out.iterdir())


def test_a_quantized_file_is_unpacked(pieces: Path, tmp_path: Path) -> None:
    original = made("qwen3")
    file = write_model(tmp_path / "q8.gguf", original, pieces, quantized=quantized)
    model, _ = opened(convert_gguf(file, tmp_path / "out", "float32").path)
    theirs = original.state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.allclose(tensor, theirs[name], atol=0.02), name
    assert not torch.equal(model.model.embed_tokens.weight, original.model.embed_tokens.weight)


def test_large_weights_lie_in_several_files(pieces: Path, tmp_path: Path) -> None:
    file = write_model(tmp_path / "tiny.gguf", tiny_llama(400), pieces)
    out = convert_gguf(file, tmp_path / "out", shard_bytes=20_000).path
    files = sorted(out.glob("*.safetensors"))
    index = json.loads((out / "model.safetensors.index.json").read_text())
    assert len(files) > 2
    assert set(index["weight_map"].values()) == {one.name for one in files}
    opened(out)


def test_weights_are_unpacked_in_pieces(
    pieces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    file = write_model(tmp_path / "tiny.gguf", made("llama"), pieces)
    whole, _ = opened(convert_gguf(file, tmp_path / "whole", "float32").path)
    monkeypatch.setattr(tensors, "BLOCK", 100)
    in_pieces, _ = opened(convert_gguf(file, tmp_path / "pieces", "float32").path)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(in_pieces.state_dict()[name], tensor), name


def test_an_architecture_without_a_rule_of_ours_is_read_by_transformers(
    pieces: Path, tmp_path: Path
) -> None:
    sizes = {name: size for name, size in SIZES.items() if name != "head_dim"}
    torch.manual_seed(3)
    config = StableLmConfig(**sizes, layer_norm_eps=1e-5)
    original = StableLmForCausalLM(config).eval()
    file = write_model(tmp_path / "tiny.gguf", original, pieces)
    out = convert_gguf(file, tmp_path / "out", "float32").path
    model, tokenizer = opened(out)
    ids = tokenizer(PROMPT.text)["input_ids"]
    assert torch.allclose(logits(model, ids), logits(original, ids), atol=1e-4)
    assert json.loads((out / "config.json").read_text())["architectures"] == ["StableLmForCausalLM"]


@pytest.mark.parametrize("factor", [8.0, 32.0])
def test_the_slower_frequencies_of_llama_3_are_kept(
    factor: float, pieces: Path, tmp_path: Path
) -> None:
    model = tiny_llama(400)
    plain = 10000.0 ** (-torch.arange(0, 8, 2) / 8)
    long = 2 * math.pi / plain
    smooth = ((8192 / long - 1) / 3).clamp(0, 1)
    slowed = (1 - smooth) * plain / factor + smooth * plain
    extra = {"rope_freqs.weight": (plain / slowed).numpy()}
    file = write_model(tmp_path / "tiny.gguf", model, pieces, extra=extra)
    out = convert_gguf(file, tmp_path / "out").path
    told = json.loads((out / "config.json").read_text())["rope_parameters"]
    assert (told["rope_type"], told["factor"]) == ("llama3", factor)
    again, _ = opened(out)
    assert torch.allclose(again.model.rotary_emb.inv_freq, slowed, rtol=1e-3)


def test_what_cannot_become_a_folder_is_refused_in_a_line(pieces: Path, tmp_path: Path) -> None:
    file = write_model(tmp_path / "tiny.gguf", tiny_llama(400), pieces)
    out = tmp_path / "out"

    def refused(match: str, source: Path | str, **more: Any) -> None:
        with pytest.raises(KnownError, match=match) as failed:
            convert_gguf(find_gguf(str(source)), out, **more)
        assert "\n" not in str(failed.value)
        assert not list(tmp_path.glob(".out-*"))

    refused("this is an adapter", write_lora(tmp_path / "lora.gguf", "llama", 32))
    refused("no such file", tmp_path / "gone.gguf")
    refused("not a GGUF; give a file", "nobody/nothing")
    refused("a folder already", pieces.parent)
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(file.read_bytes()[:2000])
    refused("cut off or damaged", damaged)
    strange = write_model(
        tmp_path / "s.gguf", tiny_llama(400), pieces, extra={"blk.0.odd.weight": np.zeros(4, "f4")}
    )
    refused(r"blk\.0\.odd\.weight has no place in a LlamaForCausalLM", strange)
    scaled = write_model(
        tmp_path / "r.gguf", tiny_llama(400), pieces, extra={FREQUENCIES: np.full(4, 3.0, "f4")}
    )
    refused("scales its positions by a rule", scaled)
    unknown = tmp_path / "u.gguf"
    writer = gguf.GGUFWriter(unknown, "mpt")
    writer.add_context_length(8)
    writer.add_tensor("token_embd.weight", np.zeros((2, 2), "f4"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    refused("transformers cannot read mpt models", unknown)
    out.mkdir()
    (out / "mine.txt").write_text("dear")
    refused("exists already", file)
    assert (out / "mine.txt").read_text() == "dear"


def test_a_full_disk_is_told_before_anything_is_written(
    pieces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_model(tmp_path / "tiny.gguf", tiny_llama(400), pieces)
    monkeypatch.setattr(folder, "size", lambda header, dtype: 1 << 60)
    with pytest.raises(
        KnownError, match=r"writing tiny\.gguf needs .* GB, and .* GB are free; make room"
    ):
        convert_gguf(file, tmp_path / "out")
    assert not [one for one in tmp_path.iterdir() if "out" in one.name]


def test_a_file_that_cannot_be_written_is_told_in_a_line(pieces: Path, tmp_path: Path) -> None:
    file = write_model(tmp_path / "tiny.gguf", tiny_llama(400), pieces)
    (tmp_path / "flat").write_text("no folder")
    with pytest.raises(KnownError, match="not written") as failed:
        convert_gguf(file, tmp_path / "flat" / "out")
    assert "\n" not in str(failed.value)


def test_a_model_opened_in_pytorch_still_comes_from_the_same_writer(
    pieces: Path, tmp_path: Path
) -> None:
    from models.gguf.unpacked import unpacked

    file = write_model(tmp_path / "tiny.gguf", made("gemma3"), pieces)
    place = unpacked(file, tmp_path / "cache")
    assert open_checkpoint(place, device="cpu").model.dtype == torch.float32
    assert json.loads((place / "config.json").read_text())["dtype"] == "float16"
