"""Memory arithmetic: what drawing with, or training on, a model needs, and whether it fits.

Pure arithmetic on a model's shape; nothing is loaded and torch is not imported. What a process or
a CUDA context needs before any model is counted once as the runtime.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from models.errors import ModelError
from models.gguf import read_header

Quantization = Literal["none", "int8", "int4"]
Adapter = Literal["lora", "prefix"]

GIB = 1 << 30
RUNTIME = {"cuda": 600 << 20, "cpu": 450 << 20}
"""A CUDA context with its kernels and libraries; a Python process with torch and transformers."""
CHUNK = {"cuda": 1024, "cpu": 512}
"""Prompt tokens computed at a time; ChatGLM-6B's context is computed in one piece."""
CACHE_BLOCK = 256
LORA_RANK = 16
PREFIX_LENGTH = 128
LOGITS = 96 << 20
"""Logits that training holds at a time, in float32: see `models.train.loss`."""
ADAM_BYTES = 16
"""A trained parameter: float32 value, gradient and Adam's two moments."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a model that memory depends on."""

    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocab: int
    context: int
    gated: bool = True
    """Whether the MLP has a gate, so three matrices, not two."""
    tied: bool = False
    """Whether embedding and output layer are one matrix."""
    bits: int = 16
    """Bits of a weight of the blocks in the checkpoint."""
    quantised_embeddings: bool = False

    @property
    def prefix_lm(self) -> bool:
        """Whether the context is bidirectional, as ChatGLM-6B's is."""
        return not self.gated and self.kv_heads == self.heads

    @property
    def block_matrices(self) -> tuple[int, ...]:
        """Parameters of each linear layer of a block."""
        inner = self.heads * self.head_dim
        qkv = (inner + 2 * self.kv_heads * self.head_dim) * self.hidden
        up = self.hidden * self.ffn
        return (qkv, inner * self.hidden, (1 + self.gated) * up, up)

    @property
    def embedding(self) -> int:
        """Parameters of embedding and output layer."""
        return self.vocab * self.hidden * (1 if self.tied else 2)

    @property
    def kv_token(self) -> int:
        """Numbers a token has in the caches of all layers."""
        return 2 * self.layers * self.kv_heads * self.head_dim


V1 = Shape("chatglm-6b", 28, 4096, 32, 32, 128, 16384, 130528, 2048, gated=False, tied=True)
GEMMA = Shape("starter", 18, 640, 4, 1, 256, 2048, 262144, 32768, tied=True)
V2 = Shape("chatglm2-6b", 28, 4096, 32, 2, 128, 13696, 65024, 32768)

KNOWN = {
    shape.name: shape
    for shape in (
        V1,
        replace(V1, name="chatglm-6b-int8", bits=8),
        replace(V1, name="chatglm-6b-int4", bits=4),
        replace(V1, name="chatglm-6b-int4-qe", bits=4, quantised_embeddings=True),
        V2,
        replace(V2, name="chatglm2-6b-int4", bits=4),
        replace(V2, name="chatglm2-6b-32k"),
        replace(V2, name="chatglm3-6b", context=8192),
        replace(V2, name="chatglm3-6b-32k"),
        GEMMA,
        Shape("glm-4-9b-chat-hf", 40, 4096, 32, 2, 128, 13696, 151552, 131072),
    )
}
"""Known models by the last part of their hub id."""


@dataclass(frozen=True)
class Plan:
    """What is to be done with a model."""

    context: int = 2048
    n: int = 5
    max_tokens: int = 96
    quantization: Quantization = "none"
    adapter: Adapter | None = None
    train: bool = False
    rank: int = LORA_RANK
    """Of a LoRA, on every linear layer but the output."""
    prefix: int = PREFIX_LENGTH
    """Columns of a prefix."""
    checkpointing: bool = True
    """Whether training computes activations again block by block instead of keeping them."""
    device: Literal["cuda", "cpu"] = "cuda"
    dtype_bytes: int = 2
    """Bytes of a number that is not quantised: 2 on a GPU, 4 in float32 on a CPU."""


@dataclass(frozen=True)
class Item:
    """One line of the arithmetic."""

    what: str
    bytes: int


@dataclass(frozen=True)
class Fit:
    """What a plan needs, line by line, and what would make it fit where it does not."""

    model: str
    plan: Plan
    items: tuple[Item, ...]
    memory: int | None
    """Bytes there are; None where nobody said."""
    advice: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Bytes needed at the worst moment."""
        return sum(item.bytes for item in self.items)

    @property
    def fits(self) -> bool | None:
        """Whether it fits; None where the memory is not known."""
        return None if self.memory is None else self.total <= self.memory

    @property
    def verdict(self) -> str:
        """One line for a person."""
        need = f"{self.model} needs {_gib(self.total)}"
        if self.memory is None:
            return need
        if self.fits:
            return f"{need} and fits into {_gib(self.memory)}"
        change = "; ".join(self.advice) or "nothing short of a smaller model would make it fit"
        return f"{need}, more than {_gib(self.memory)}: {change}"


def fit(model: str | Path, plan: Plan, memory: int | None = None) -> Fit:
    """The arithmetic for a known model's name or a checkpoint's folder.

    Raises `ModelError` for an unknown model or a context longer than the model's.
    """
    shape = shape_of(model)
    if not 0 < plan.context <= shape.context:
        raise ModelError(
            f"context {plan.context} for {shape.name}: expected at most {shape.context}"
        )
    if shape.bits < 16 and plan.quantization != "none" and plan.quantization != f"int{shape.bits}":
        raise ModelError(
            f"{shape.name}: already stored as int{shape.bits}, asked for {plan.quantization}; "
            "leave the quantization out"
        )
    items = tuple(needs(shape, plan))
    found = Fit(shape.name, plan, items, memory)
    if found.fits is not False:
        return found
    return replace(found, advice=tuple(_advice(shape, plan, memory or 0)))


def parse_memory(text: str) -> int:
    """Bytes of `8G`, `7.5GB`, `900M` or a plain number of bytes; raises `ModelError`."""
    units = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": GIB, "T": GIB << 10}
    number = text.strip().upper().removesuffix("IB").removesuffix("B")
    unit = number[-1:] if number[-1:] in "KMGT" else ""
    try:
        size = float(number.removesuffix(unit)) * units[unit]
    except ValueError:
        size = 0
    if not 0 < size < float("inf"):
        raise ModelError(f"memory {text!r}: expected a size such as 8G or 900M")
    return int(size)


def shape_of(model: str | Path) -> Shape:
    """The shape of a known model, by name or hub id, of a checkpoint's folder, or of a GGUF.

    A GGUF is counted as PyTorch opens it, its weights unpacked. Raises `ModelError`.
    """
    folder = Path(model).expanduser()
    if (folder / "config.json").is_file():
        return _read_shape(folder)
    if folder.suffix == ".gguf":
        return _gguf_shape(folder)
    name = str(model).rstrip("/").rpartition("/")[2].lower()
    if name in KNOWN:
        return KNOWN[name]
    if (here := _pulled(str(model))) is not None:
        return shape_of(here)
    raise ModelError(
        f"{model}: neither a folder with config.json nor a known model, expected one of "
        f"{', '.join(KNOWN)}"
    )


def _pulled(name: str) -> Path | None:
    """The folder or file of a model of the catalog. Raises `ModelError` where it is not here."""
    from models.catalog import known, weights

    model = known(name)
    return weights(model) if model is not None else None


def _gguf_shape(file: Path) -> Shape:
    header = read_header(file)
    embedding = header.shapes.get("token_embd.weight", ())

    def number(key: str, otherwise: int = 0) -> int:
        return int(header.metadata.get(f"{header.architecture}.{key}", otherwise))

    hidden, heads = number("embedding_length"), number("attention.head_count")
    if not (hidden and heads and len(embedding) == 2 and number("block_count")):
        raise ModelError(f"{file}: does not tell its sizes, expected a language model in GGUF")
    return Shape(
        file.stem, number("block_count"), hidden, heads,
        number("attention.head_count_kv", heads),
        number("attention.key_length", hidden // heads), number("feed_forward_length"),
        embedding[1], number("context_length", 2048), tied="output.weight" not in header.shapes,
    )  # fmt: skip


def _read_shape(folder: Path) -> Shape:
    file = folder / "config.json"
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return _official_shape(raw, folder.name) or _library_shape(raw, folder.name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(
            f"{file}: {reason}, expected the configuration of a causal language model"
        ) from error


def _official_shape(raw: dict[str, Any], name: str) -> Shape | None:
    """The shape from the keys of the official ChatGLM configurations."""
    bits = int(raw.get("quantization_bit") or 16)
    if "inner_hidden_size" in raw:
        heads, hidden = raw["num_attention_heads"], raw["hidden_size"]
        return Shape(
            name, raw["num_layers"], hidden, heads, heads, hidden // heads,
            raw["inner_hidden_size"], raw["vocab_size"], raw["max_sequence_length"],
            gated=False, tied=True, bits=bits,
            quantised_embeddings=bool(raw.get("quantization_embeddings")),
        )  # fmt: skip
    if "multi_query_group_num" in raw:
        return Shape(
            name, raw["num_layers"], raw["hidden_size"], raw["num_attention_heads"],
            raw["multi_query_group_num"], raw["kv_channels"], raw["ffn_hidden_size"],
            raw["padded_vocab_size"], raw["seq_length"], bits=bits,
        )  # fmt: skip
    return None


def _library_shape(raw: dict[str, Any], name: str) -> Shape:
    """The shape from the keys of transformers."""
    raw = raw.get("text_config") or raw
    heads, hidden = raw["num_attention_heads"], raw["hidden_size"]
    return Shape(
        name, raw["num_hidden_layers"], hidden, heads, raw.get("num_key_value_heads") or heads,
        raw.get("head_dim") or hidden // heads, raw["intermediate_size"], raw["vocab_size"],
        raw.get("max_position_embeddings") or 2048, tied=bool(raw.get("tie_word_embeddings")),
    )  # fmt: skip


def needs(shape: Shape, plan: Plan) -> Iterator[Item]:
    """Every line of the arithmetic."""
    yield Item("weights of the blocks", _block_bytes(shape, plan))
    yield Item("embedding and output layer", _embedding_bytes(shape, plan))
    trained = _trained_parameters(shape, plan)
    if plan.train:
        yield Item("trained parameters, gradients, optimizer", trained * ADAM_BYTES)
        kept = "recomputed block by block" if plan.checkpointing else "kept"
        yield Item(f"activations, {kept}", _training_bytes(shape, plan))
        logits = min(plan.context * shape.vocab * 4, LOGITS)
        yield Item("logits and their gradient, in pieces", 4 * logits)
    else:
        if plan.adapter == "lora":
            yield Item("LoRA", trained * 4)
        prefix = plan.prefix if plan.adapter == "prefix" else 0
        columns = -(-(plan.context + prefix) // CACHE_BLOCK) * CACHE_BLOCK
        yield Item("KV cache of the prompt", columns * shape.kv_token * plan.dtype_bytes)
        rows = plan.n * plan.max_tokens * shape.kv_token * plan.dtype_bytes
        yield Item("KV cache of the candidates", rows)
        if prefix:
            yield Item("prefix", (2 * 4 + plan.dtype_bytes) * prefix * shape.kv_token // 2)
        yield Item("activations of the prefill", _prefill_bytes(shape, plan))
        yield Item("logits and sampling", plan.n * shape.vocab * 4 * 6)
    yield Item("dequantised matrix", _dequantised_bytes(shape, plan))
    yield Item("runtime", RUNTIME[plan.device])


def _bits(shape: Shape, plan: Plan) -> int:
    return shape.bits if shape.bits < 16 else {"none": 16, "int8": 8, "int4": 4}[plan.quantization]


def _block_bytes(shape: Shape, plan: Plan) -> int:
    """Weights of all blocks; bitsandbytes' NF4 has a byte of statistics per 64 weights."""
    numbers = shape.layers * sum(shape.block_matrices)
    bits = _bits(shape, plan)
    if bits == 16:
        return numbers * plan.dtype_bytes
    statistics = numbers // 63 if bits == 4 and shape.bits == 16 else 0
    return numbers * bits // 8 + statistics


def _embedding_bytes(shape: Shape, plan: Plan) -> int:
    if shape.quantised_embeddings:
        return shape.embedding * shape.bits // 8
    return shape.embedding * plan.dtype_bytes


def _trained_parameters(shape: Shape, plan: Plan) -> int:
    """LoRA on every linear layer of the blocks, or a prefix without projection."""
    if plan.adapter == "lora":
        inner, hidden, ffn = shape.heads * shape.head_dim, shape.hidden, shape.ffn
        qkv = inner + 2 * shape.kv_heads * shape.head_dim + (3 if shape.gated else 1) * hidden
        return (
            shape.layers * plan.rank * (qkv + inner + hidden + (2 + shape.gated) * (hidden + ffn))
        )
    return plan.prefix * shape.kv_token if plan.adapter == "prefix" else 0


def _prefill_bytes(shape: Shape, plan: Plan) -> int:
    """A chunk inside one block: residual and norm, the widest part of the MLP, and the mask."""
    chunk = plan.context if shape.prefix_lm else min(CHUNK[plan.device], plan.context)
    widest = (3 if shape.gated else 2) * shape.ffn + 4 * shape.hidden
    return chunk * widest * plan.dtype_bytes + chunk * plan.context * plan.dtype_bytes


def _training_bytes(shape: Shape, plan: Plan) -> int:
    """A hidden state a block, and all that one block, or every one, keeps for its backward pass.

    Measured on Gemma 3, Qwen3 and GLM with LoRA everywhere: 8 to 30 % less than reckoned in
    float32; on 16-bit weights half as much again, since LoRA's own inputs are kept too.
    """
    kept = shape.layers * shape.hidden
    inside = 10 * shape.hidden + (5 if shape.gated else 4) * shape.ffn
    if plan.dtype_bytes == 2 and plan.adapter == "lora":
        inside += inside // 2
    blocks = 1 if plan.checkpointing else shape.layers
    return plan.context * (kept + blocks * inside) * plan.dtype_bytes


def _dequantised_bytes(shape: Shape, plan: Plan) -> int:
    """The largest matrix in full, twice over, while it is multiplied."""
    if _bits(shape, plan) == 16:
        return 0
    return 2 * max(shape.block_matrices) * plan.dtype_bytes


def _advice(shape: Shape, plan: Plan, memory: int) -> Iterator[str]:
    """Changes of one thing each that make the plan fit; else the best of all of them together."""

    def total(changed: Plan) -> int:
        return sum(item.bytes for item in needs(shape, changed))

    quantised = _quantised(shape, plan)
    for quantization in quantised:
        if total(replace(plan, quantization=quantization)) <= memory:
            yield "method: qlora fits" if plan.train else f"quantization {quantization} fits"
            break
    if plan.train and not plan.checkpointing:
        plan = replace(plan, checkpointing=plan.adapter != "prefix")
        if plan.checkpointing and total(plan) <= memory:
            yield "checkpointing: true fits"
            return
    for context in _smaller(plan.context):
        if total(replace(plan, context=context)) <= memory:
            with_it = ", with checkpointing," if plan.train and plan.checkpointing else ""
            what = f"batch_tokens: {context}{with_it}" if plan.train else f"a context of {context}"
            yield f"{what} fits"
            break
    for n in range(plan.n - 1, 0, -1):
        if not plan.train and total(replace(plan, n=n)) <= memory:
            yield f"{n} candidates at once fit"
            break
    smallest = replace(plan, quantization=quantised[-1] if quantised else plan.quantization)
    if quantised and total(smallest) > memory:
        for context in _smaller(plan.context):
            if total(replace(smallest, context=context)) <= memory:
                small = f"batch_tokens: {context}" if plan.train else f"a context of {context}"
                how = "method: qlora" if plan.train else f"quantization {smallest.quantization}"
                yield f"{how} with {small} fits"
                break


def _quantised(shape: Shape, plan: Plan) -> list[Quantization]:
    """What the weights could be held in instead; training knows NF4 alone, for LoRA on a GPU."""
    if _bits(shape, plan) < 16:
        return []
    if plan.train:
        return ["int4"] if plan.adapter == "lora" and plan.device == "cuda" else []
    return ["int8", "int4"]


def _smaller(context: int) -> range:
    """Shorter contexts worth a try, the longest first."""
    return range((context - 1) // CACHE_BLOCK * CACHE_BLOCK, 0, -CACHE_BLOCK)


def _gib(size: int) -> str:
    return f"{size / GIB:.2f} GiB"
