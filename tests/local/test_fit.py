"""Memory arithmetic: sizes one can check by hand, what a person is told, and a measured peak."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import KnownError
from models.memory.fit import fit, parse_memory
from models.memory.shapes import KNOWN, shape_of
from models.memory.usage import MemoryPlan
from tests.chatglm.made_up import make_checkpoint
from tests.models.conftest import write_gguf

GB = 1e9


def items(model: str, **plan: object) -> dict[str, int]:
    return {item.what: item.bytes for item in fit(model, MemoryPlan(**plan)).items}  # type: ignore[arg-type]


def test_known_models_have_as_many_weights_as_their_names_say() -> None:
    for name, billions in (("chatglm-6b", 6.17), ("chatglm2-6b", 6.24), ("chatglm3-6b", 6.24)):
        lines = items(name)
        weights = lines["weights of the blocks"] + lines["embedding and output layer"]
        assert weights / 2 / GB == pytest.approx(billions, rel=0.01)
    assert items("chatglm-6b-int4")["weights of the blocks"] / GB == pytest.approx(2.82, rel=0.01)


def test_multi_query_attention_needs_a_sixteenth_of_the_cache() -> None:
    v1 = items("chatglm-6b")["KV cache of the prompt"]
    assert v1 == 2048 * 2 * 28 * 4096 * 2
    assert items("chatglm3-6b")["KV cache of the prompt"] == v1 // 16


def test_quantised_embeddings_are_counted() -> None:
    full, small = items("chatglm-6b-int4"), items("chatglm-6b-int4-qe")
    assert small["embedding and output layer"] * 4 == full["embedding and output layer"]


def test_training_counts_optimizer_and_activations_instead_of_candidates() -> None:
    lines = items("chatglm3-6b", train=True, adapter="lora", quantization="int4")
    assert "trained parameters, gradients, optimizer" in lines
    assert "KV cache of the candidates" not in lines
    qkv, rest = 3 * 4096 + (32 + 4) * 128, 2 * 4096 + 3 * (4096 + 13696)
    assert lines["trained parameters, gradients, optimizer"] == 28 * 16 * (qkv + rest) * 16


def test_training_says_in_the_words_of_a_recipe_what_would_fit() -> None:
    kept = MemoryPlan(
        1200, train=True, adapter="lora", rank=8, checkpointing=False, device="cpu", dtype_bytes=4
    )
    assert fit("starter-whole", kept).total / GB == pytest.approx(3.6, abs=0.4)  # 3.9 measured
    assert fit("starter-whole", kept, parse_memory("3G")).advice == (
        "gradient_checkpointing: true would fit",
    )
    tight = fit("starter-whole", kept, parse_memory("1.9G")).advice
    assert [line.split(":")[0] for line in tight] == ["batch_tokens"]
    on_gpu = MemoryPlan(512, train=True, adapter="lora", checkpointing=False)
    assert "method: qlora" in fit("chatglm3-6b", on_gpu, parse_memory("12G")).verdict
    assert (
        fit("chatglm3-6b", MemoryPlan(512, train=True, adapter="lora", quantization="int4")).total
        < 8e9
    )


def test_a_gguf_is_read_as_the_name_would_be(tmp_path: Path) -> None:
    said = {
        "general.architecture": "gemma3",
        "gemma3.block_count": 18,
        "gemma3.embedding_length": 640,
        "gemma3.attention.head_count": 4,
        "gemma3.attention.head_count_kv": 1,
        "gemma3.attention.key_length": 256,
        "gemma3.feed_forward_length": 2048,
        "gemma3.context_length": 32768,
    }
    file = write_gguf(tmp_path / "starter.gguf", said, {"token_embd.weight": (640, 3)})
    size = file.stat().st_size
    known = KNOWN["starter"]
    assert replace(shape_of(file), vocab=known.vocab) == replace(known, file=size)
    lines = {item.what: item.bytes for item in fit(file, MemoryPlan()).items}
    assert lines["weights in the file"] == size
    unpacked = {item.what: item.bytes for item in fit(f"local:{file}", MemoryPlan()).items}
    assert unpacked["embedding and output layer"] == 3 * 640 * 2
    with pytest.raises(KnownError, match="quantized already"):
        fit(file, MemoryPlan(quantization="int4"))
    with pytest.raises(KnownError, match="does not say its sizes"):
        shape_of(write_gguf(tmp_path / "odd.gguf", {"general.architecture": "x"}, {"a": (4,)}))


def test_what_llama_cpp_needs_is_near_what_was_measured() -> None:
    """Peaks of 457 and 289 MiB: 1,800 tokens of prompt, five candidates of 60."""
    for name, measured in (("starter-whole", 457), ("starter", 289)):
        found = fit(name, MemoryPlan(device="cpu", dtype_bytes=4))
        assert found.total / 2**20 == pytest.approx(measured, rel=0.15)


def test_the_verdict_says_what_fits() -> None:
    assert fit("THUDM/chatglm-6b-int4", MemoryPlan(), parse_memory("8G")).fits
    too_much = fit("chatglm-6b", MemoryPlan(), parse_memory("8G"))
    assert too_much.fits is False
    assert "quantization int4 would fit" in too_much.verdict
    assert fit("chatglm-6b", MemoryPlan()).fits is None


def test_what_is_advised_does_fit() -> None:
    memory = parse_memory("8.4G")
    plan = MemoryPlan(context=32768, n=10, max_tokens=96, quantization="int8")
    found = fit("chatglm3-6b-32k", plan, memory)
    assert found.fits is False
    contexts = [line for line in found.advice if line.startswith("a context of")]
    assert contexts
    context = int(contexts[0].split()[3])
    assert fit("chatglm3-6b-32k", MemoryPlan(context, 10, 96, "int8"), memory).fits
    assert not fit("chatglm3-6b-32k", MemoryPlan(context + 256, 10, 96, "int8"), memory).fits


def test_nothing_helps_where_the_weights_alone_are_too_many() -> None:
    assert (
        "only a smaller model would fit"
        in fit("chatglm-6b-int4", MemoryPlan(), parse_memory("2G")).verdict
    )


@pytest.mark.parametrize(
    ("text", "size"), [("8G", 8 << 30), ("7.5GB", 15 << 29), ("900MiB", 900 << 20)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "viel", "-3G", "0", "nan", "inf"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(KnownError, match="expected a size such as 8G"):
        parse_memory(text)


def test_bad_plans_are_refused() -> None:
    with pytest.raises(KnownError, match="expected 1 to 2048"):
        fit("chatglm-6b", MemoryPlan(context=4096))
    with pytest.raises(KnownError, match="stored as int4"):
        fit("chatglm-6b-int4", MemoryPlan(quantization="int8"))
    with pytest.raises(KnownError, match="nor a known model"):
        fit("chatglm-7b", MemoryPlan())


def test_a_folder_is_read_as_the_name_would_be(tmp_path: Path) -> None:
    for version, name in (("v1", "chatglm-6b"), ("v3", "chatglm3-6b")):
        folder = make_checkpoint(tmp_path / version, version)  # type: ignore[arg-type]
        shape, known = shape_of(folder), KNOWN[name]
        assert (shape.gated, shape.tied, shape.bits) == (known.gated, known.tied, 16)
        assert (shape.layers, shape.hidden, shape.context) == (2, 32, 64)


def test_a_configuration_of_transformers_is_read(tmp_path: Path) -> None:
    raw = {
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 128,
        "vocab_size": 100,
        "max_position_embeddings": 512,
        "tie_word_embeddings": True,
    }
    (tmp_path / "config.json").write_text(json.dumps(raw))
    shape = shape_of(tmp_path)
    assert (shape.kv_heads, shape.head_dim, shape.tied) == (2, 16, True)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(KnownError, match="no 'num_attention_heads'"):
        shape_of(tmp_path)


MEASURE = """
import sys, pathlib, torch
from models.chatglm import load_model
from models.adapters import Adapters
from models.backend import Sampling
from models.local.attention import share_attention
from models.local.drawing import Drawer
from models.local.vocabulary import Vocabulary
torch.set_num_threads(1)
model = load_model(sys.argv[1], device="cpu")
share_attention(model)
config = model.config
text = [20 + i % 1000 for i in range(int(sys.argv[2]))]
if getattr(config, "position_encoding_2d", False):
    text[-2:] = [config.gmask_token_id, config.bos_token_id]
pathlib.Path("/proc/self/clear_refs").write_text("5")
drawer = Drawer(model, Adapters(model, "made-up"), False, Vocabulary(), [])
for _ in drawer.draw(text, Sampling(n=5, max_tokens=32, seed=1), lambda *_: True):
    pass
status = pathlib.Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("version", ["v1", "v3"])
def test_the_prediction_is_near_the_measured_peak(tmp_path: Path, version: str) -> None:
    folder = make_checkpoint(
        tmp_path / version,
        version,  # type: ignore[arg-type]
        layers=6,
        hidden=768,
        heads=8,
        ffn=3072,
        vocab=40000,
        length=1024,
    )
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), "1024"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    peak = int(measured.stdout) * 1024
    plan = MemoryPlan(context=1024, n=5, max_tokens=32, device="cpu", dtype_bytes=4)
    assert fit(folder, plan).total == pytest.approx(peak, rel=0.25)
