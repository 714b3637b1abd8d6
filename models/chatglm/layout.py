"""Lists the tensors of an official ChatGLM checkpoint: names, shapes, and what each is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from models.chatglm.config import Raw, Version

Kind = Literal["embedding", "matrix", "bias", "norm", "norm_bias", "scale", "inv_freq"]


@dataclass(frozen=True)
class TensorSpec:
    """One tensor as the official file stores it; `packed` tensors are int8, the rest floating."""

    name: str
    shape: tuple[int, ...]
    kind: Kind
    packed: bool = False


def official_tensors(raw: Raw, version: Version) -> Iterator[TensorSpec]:
    """Every tensor of a checkpoint in file order, quantised ones with their `weight_scale`."""
    bits = raw.get("quantization_bit") or 0
    embeddings = bool(raw.get("quantization_embeddings"))
    for spec in _v1(raw) if version == "v1" else _v2(raw):
        quantised = spec.kind == "matrix" or (spec.kind == "embedding" and embeddings)
        if not bits or not quantised:
            yield spec
            continue
        rows, columns = spec.shape
        yield TensorSpec(spec.name, (rows, columns * bits // 8), spec.kind, packed=True)
        yield TensorSpec(f"{spec.name}_scale", (rows,), "scale")


def _v1(raw: Raw) -> Iterator[TensorSpec]:
    h, inner, vocab = raw["hidden_size"], raw["inner_hidden_size"], raw["vocab_size"]
    yield TensorSpec("transformer.word_embeddings.weight", (vocab, h), "embedding")
    for i in range(raw["num_layers"]):
        at = f"transformer.layers.{i}"
        yield from _norm(f"{at}.input_layernorm", h)
        yield from _linear(f"{at}.attention.query_key_value", 3 * h, h)
        yield from _linear(f"{at}.attention.dense", h, h)
        frequencies = h // raw["num_attention_heads"] // 4
        yield TensorSpec(f"{at}.attention.rotary_emb.inv_freq", (frequencies,), "inv_freq")
        yield from _norm(f"{at}.post_attention_layernorm", h)
        yield from _linear(f"{at}.mlp.dense_h_to_4h", inner, h)
        yield from _linear(f"{at}.mlp.dense_4h_to_h", h, inner)
    yield from _norm("transformer.final_layernorm", h)
    yield TensorSpec("lm_head.weight", (vocab, h), "embedding")


def _v2(raw: Raw) -> Iterator[TensorSpec]:
    h, ffn, vocab = raw["hidden_size"], raw["ffn_hidden_size"], raw["padded_vocab_size"]
    heads, groups, width = (
        raw["num_attention_heads"],
        raw["multi_query_group_num"],
        raw["kv_channels"],
    )
    yield TensorSpec("transformer.embedding.word_embeddings.weight", (vocab, h), "embedding")
    yield TensorSpec("transformer.rotary_pos_emb.inv_freq", (width // 4,), "inv_freq")
    for i in range(raw["num_layers"]):
        at = f"transformer.encoder.layers.{i}"
        yield TensorSpec(f"{at}.input_layernorm.weight", (h,), "norm")
        qkv = f"{at}.self_attention.query_key_value"
        bias = bool(raw.get("add_qkv_bias", True))
        yield from _linear(qkv, (heads + 2 * groups) * width, h, bias=bias)
        yield from _linear(f"{at}.self_attention.dense", h, heads * width, bias=False)
        yield TensorSpec(f"{at}.post_attention_layernorm.weight", (h,), "norm")
        yield from _linear(f"{at}.mlp.dense_h_to_4h", 2 * ffn, h, bias=False)
        yield from _linear(f"{at}.mlp.dense_4h_to_h", h, ffn, bias=False)
    yield TensorSpec("transformer.encoder.final_layernorm.weight", (h,), "norm")
    yield TensorSpec("transformer.output_layer.weight", (vocab, h), "embedding")


def _norm(name: str, width: int) -> Iterator[TensorSpec]:
    yield TensorSpec(f"{name}.weight", (width,), "norm")
    yield TensorSpec(f"{name}.bias", (width,), "norm_bias")


def _linear(name: str, rows: int, columns: int, bias: bool = True) -> Iterator[TensorSpec]:
    yield TensorSpec(f"{name}.weight", (rows, columns), "matrix")
    if bias:
        yield TensorSpec(f"{name}.bias", (rows,), "bias")
