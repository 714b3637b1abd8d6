"""Writes checkpoints of random weights in the official layouts, of any size, shard by shard."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file

from models.chatglm.config import read_config, version_of
from models.chatglm.layout import TensorSpec, official_tensors
from models.chatglm.quantized import quantise
from models.chatglm.shards import SHARD_BYTES, Planned, plan, write

Family = Literal["v1", "v2", "v3"]
NAMES = {"v1": "THUDM/chatglm-6b", "v2": "THUDM/chatglm2-6b", "v3": "THUDM/chatglm3-6b"}
FULL_SIZE: dict[Family, dict[str, int]] = {
    "v1": {
        "layers": 28,
        "hidden": 4096,
        "heads": 32,
        "ffn": 16384,
        "vocab": 130528,
        "length": 2048,
    },
    "v2": {
        "layers": 28,
        "hidden": 4096,
        "heads": 32,
        "ffn": 13696,
        "vocab": 65024,
        "length": 32768,
    },
    "v3": {"layers": 28, "hidden": 4096, "heads": 32, "ffn": 13696, "vocab": 65024, "length": 8192},
}
"""Keyword arguments of `make_checkpoint` for the real sizes; add `dtype=torch.float16`."""


def make_checkpoint(
    folder: Path,
    version: Family = "v1",
    quantization_bit: int = 0,
    qe: bool = False,
    *,
    layers: int = 2,
    hidden: int = 32,
    heads: int = 2,
    ffn: int | None = None,
    groups: int = 2,
    kv_channels: int | None = None,
    vocab: int = 128,
    length: int = 64,
    rope_ratio: float = 1,
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
    shard_bytes: int = SHARD_BYTES,
    container: Literal["safetensors", "bin"] = "safetensors",
    device: str = "cpu",
) -> Path:
    """Write a checkpoint of random weights and return its folder.

    `qe` quantises v1's embedding and head too. `groups` (v2/v3) is the number of key/value heads,
    `kv_channels` their width (hidden / heads unless given).
    Special ids of a v1 vocabulary smaller than the real one lie at its end: [MASK] at vocab - 10,
    [gMASK] - 9, <sop> - 6, <eop> - 5. `device` is where the random numbers are drawn. At most one
    shard of at most `shard_bytes` is in memory at a time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if version == "v1":
        raw = _v1_config(layers, hidden, heads, ffn or 3 * hidden, vocab, length)
        if quantization_bit:
            raw |= {"quantization_bit": quantization_bit, "quantization_embeddings": qe}
    else:
        raw = _v2_config(version, layers, hidden, heads, groups, ffn or 2 * hidden, vocab, length)
        raw |= {"quantization_bit": quantization_bit} if quantization_bit else {}
        raw |= {"kv_channels": kv_channels} if kv_channels else {}
        raw |= {"rope_ratio": rope_ratio} if rope_ratio != 1 else {}
    stored = torch.float16 if quantization_bit else dtype
    raw["torch_dtype"] = str(stored).removeprefix("torch.")
    text = json.dumps(raw, indent=2)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")

    specs = {spec.name: spec for spec in official_tensors(raw, version)}
    draw = _Draw(specs, seed, stored, device, quantization_bit)
    planned = [Planned(s.name, _bytes(s, stored)) for s in specs.values()]
    if container == "bin":
        _write_bin(folder, planned, draw, shard_bytes)
    else:
        write(folder, planned, draw, shard_bytes)
    return folder


def make_prefix(
    folder: Path,
    base: Path,
    pre_seq_len: int = 4,
    projection: bool = False,
    *,
    seed: int = 0,
    container: Literal["safetensors", "bin"] = "bin",
) -> Path:
    """Write an official P-tuning checkpoint of random values for `base` and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = read_config(base)
    hidden, layers = raw["hidden_size"], raw["num_layers"]
    v1 = version_of(raw, base) == "v1"
    width = 2 * layers * (hidden if v1 else raw["kv_channels"] * raw["multi_query_group_num"])
    middle = hidden if v1 else width
    shapes: dict[str, tuple[int, ...]] = {
        "embedding.weight": (pre_seq_len, middle if projection else width)
    }
    if projection:
        shapes |= {"trans.0.weight": (hidden, middle), "trans.0.bias": (hidden,)}
        shapes |= {"trans.2.weight": (width, hidden), "trans.2.bias": (width,)}
    generator = torch.Generator().manual_seed(seed)
    tensors = {
        f"transformer.prefix_encoder.{name}": torch.randn(shape, generator=generator) * 0.5
        for name, shape in shapes.items()
    }
    config = raw | {"pre_seq_len": pre_seq_len, "prefix_projection": projection}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    if container == "bin":
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "prefix_encoder.safetensors", metadata={"format": "pt"})
    return folder


class _Draw:
    """Random tensors by name; a quantised matrix and its scale come from one draw."""

    def __init__(
        self,
        specs: dict[str, TensorSpec],
        seed: int,
        dtype: torch.dtype,
        device: str,
        bits: int,
    ) -> None:
        self.specs, self.dtype, self.device, self.bits = specs, dtype, device, bits
        self.seeds = {name: seed * 1_000_003 + i for i, name in enumerate(specs)}
        if "lm_head.weight" in specs:  # ChatGLM-6B's files hold the tied matrix twice
            self.seeds["lm_head.weight"] = self.seeds["transformer.word_embeddings.weight"]
        self.scales: dict[str, torch.Tensor] = {}

    def __call__(self, name: str) -> torch.Tensor:
        spec = self.specs[name]
        if spec.kind == "scale":
            return self.scales.pop(name)
        if spec.kind == "inv_freq":
            size = spec.shape[0]
            return (10000.0 ** (-torch.arange(size) / size)).to(self.dtype)
        if spec.packed:
            rows, columns = spec.shape[0], spec.shape[1] * 8 // self.bits
            packed, scale = quantise(self._normal(spec, (rows, columns)), self.bits)
            self.scales[f"{name}_scale"] = scale
            return packed
        drawn = self._normal(spec, spec.shape)
        return drawn.add_(1).to(self.dtype) if spec.kind == "norm" else drawn.to(self.dtype)

    def _normal(self, spec: TensorSpec, shape: tuple[int, ...]) -> torch.Tensor:
        generator = torch.Generator(self.device).manual_seed(self.seeds[spec.name])
        spread = {"matrix": 1 / math.sqrt(shape[-1]), "embedding": 1.0 / math.sqrt(shape[-1])}
        dtype = torch.float16 if self.device != "cpu" else torch.float32
        drawn = torch.randn(shape, generator=generator, device=self.device, dtype=dtype)
        return drawn.mul_(spread.get(spec.kind, 0.1))


def _bytes(spec: TensorSpec, stored: torch.dtype) -> int:
    return math.prod(spec.shape) * (1 if spec.packed else stored.itemsize)


def _write_bin(
    folder: Path, planned: list[Planned], draw: Callable[[str], torch.Tensor], limit: int
) -> None:
    shards = plan(planned, limit)
    weight_map: dict[str, str] = {}
    for number, names in enumerate(shards, start=1):
        file = f"pytorch_model-{number:05d}-of-{len(shards):05d}.bin"
        file = "pytorch_model.bin" if len(shards) == 1 else file
        torch.save({name: draw(name).cpu() for name in names}, folder / file)
        weight_map |= dict.fromkeys(names, file)
    if len(shards) > 1:
        index = {"metadata": {"total_size": sum(t.size for t in planned)}, "weight_map": weight_map}
        (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index), encoding="utf-8")


def _v1_config(
    layers: int, hidden: int, heads: int, ffn: int, vocab: int, length: int
) -> dict[str, Any]:
    real = vocab == FULL_SIZE["v1"]["vocab"]
    ids = (130000, 130001, 130004, 130005) if real else tuple(vocab - k for k in (10, 9, 6, 5))
    mask, gmask, sop, eop = ids
    return {
        "_name_or_path": NAMES["v1"],
        "architectures": ["ChatGLMModel"],
        "bos_token_id": sop,
        "eos_token_id": eop,
        "gmask_token_id": gmask,
        "mask_token_id": mask,
        "pad_token_id": 3,
        "hidden_size": hidden,
        "inner_hidden_size": ffn,
        "layernorm_epsilon": 1e-05,
        "max_sequence_length": length,
        "model_type": "chatglm",
        "num_attention_heads": heads,
        "num_layers": layers,
        "position_encoding_2d": True,
        "use_cache": True,
        "vocab_size": vocab,
    }


def _v2_config(
    version: Family,
    layers: int,
    hidden: int,
    heads: int,
    groups: int,
    ffn: int,
    vocab: int,
    length: int,
) -> dict[str, Any]:
    return {
        "_name_or_path": NAMES[version],
        "architectures": ["ChatGLMModel"],
        "model_type": "chatglm",
        "add_bias_linear": False,
        "add_qkv_bias": True,
        "apply_residual_connection_post_layernorm": False,
        "ffn_hidden_size": ffn,
        "hidden_size": hidden,
        "kv_channels": hidden // heads,
        "layernorm_epsilon": 1e-05,
        "multi_query_attention": True,
        "multi_query_group_num": groups,
        "num_attention_heads": heads,
        "num_layers": layers,
        "original_rope": True,
        "padded_vocab_size": vocab,
        "post_layer_norm": True,
        "rmsnorm": True,
        "seq_length": length,
        "tie_word_embeddings": False,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "use_cache": True,
    }
