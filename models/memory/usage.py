"""What drawing with, or training on, a model keeps in memory, line by line: pure arithmetic.

What a process or a CUDA context needs before any model is counted once as the runtime.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from base.messages import N_
from models.memory.shape import Shape

Quantization = Literal["none", "int8", "int4"]
Adapter = Literal["lora", "prefix", "full"]
"""`full` trains the blocks themselves."""

RUNTIME = {"cuda": 600 << 20, "cpu": 450 << 20}
"""A CUDA context with its kernels and libraries; a Python process with torch and transformers."""
CHUNK = {"cuda": 1024, "cpu": 512}
"""Prompt tokens computed at a time; ChatGLM-6B's context is computed in one piece."""
CACHE_BLOCK = 256
ROWS, ROW_CELLS, FILE_CHUNK = 10, 1280, 256
"""Of llama.cpp: sequences side by side, their own cells of cache, tokens of prefill at a time."""
FILE_RUNTIME = {"cuda": 500 << 20, "cpu": 150 << 20}
"""A process with llama.cpp, and a CUDA context."""
LORA_RANK = 16
PREFIX_LENGTH = 128
LOGITS = 96 << 20
"""Logits that training holds at a time, in float32: see `models.train.loss`."""
ADAM_BYTES = 16
"""A trained parameter: float32 value, gradient and Adam's two moments."""


@dataclass(frozen=True)
class MemoryPlan:
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
    shards: int = 1
    """Processes that share the weights in training, each holding a part of every layer."""


@dataclass(frozen=True)
class MemoryItem:
    """One line of the arithmetic."""

    what: str
    """The id of a message."""
    bytes: int


def needs(shape: Shape, plan: MemoryPlan) -> Iterator[MemoryItem]:
    """Every line of the arithmetic."""
    if shape.file and not plan.train:
        yield from _needs_of_file(shape, plan)
        return
    if not (plan.train and plan.adapter == "full"):  # which are trained, and counted below
        yield MemoryItem(N_("weights of the blocks"), _block_bytes(shape, plan) // plan.shards)
    ends = _embedding_bytes(shape, plan)
    yield MemoryItem(N_("embedding and output layer"), ends // plan.shards)
    if plan.shards > 1:
        # the layer that is computed and the one that is fetched, or the output layer
        gathered = max(2 * _block_bytes(shape, plan) // shape.layers, ends)
        yield MemoryItem(N_("what is whole while it is computed"), gathered)
    trained = _trained_parameters(shape, plan)
    if plan.train:
        yield MemoryItem(N_("trained parameters, gradients, optimizer"), trained * ADAM_BYTES)
        activations = N_("activations, recomputed block by block")
        if not plan.checkpointing:
            activations = N_("activations, kept")
        yield MemoryItem(activations, _training_bytes(shape, plan))
        logits = min(plan.context * shape.vocab * 4, LOGITS)
        yield MemoryItem(N_("logits and their gradient, in pieces"), 4 * logits)
    else:
        if plan.adapter == "lora":
            yield MemoryItem("LoRA", trained * 4)
        prefix = plan.prefix if plan.adapter == "prefix" else 0
        columns = -(-(plan.context + prefix) // CACHE_BLOCK) * CACHE_BLOCK
        yield MemoryItem(N_("KV cache of the prompt"), columns * shape.kv_token * plan.dtype_bytes)
        rows = plan.n * plan.max_tokens * shape.kv_token * plan.dtype_bytes
        yield MemoryItem(N_("KV cache of the candidates"), rows)
        if prefix:
            yield MemoryItem(
                N_("prefix"), (2 * 4 + plan.dtype_bytes) * prefix * shape.kv_token // 2
            )
        yield MemoryItem(N_("activations of the prefill"), _prefill_bytes(shape, plan))
        yield MemoryItem(N_("logits and sampling"), plan.n * shape.vocab * 4 * 6)
    yield MemoryItem(N_("dequantised matrix"), _dequantised_bytes(shape, plan))
    yield MemoryItem(N_("runtime"), RUNTIME[plan.device])


def weight_bytes(shape: Shape, plan: MemoryPlan) -> int:
    """Bytes of the weights alone."""
    if shape.file and not plan.train:
        return shape.file
    return _block_bytes(shape, plan) + _embedding_bytes(shape, plan)


def _needs_of_file(shape: Shape, plan: MemoryPlan) -> Iterator[MemoryItem]:
    """What llama.cpp keeps of a GGUF, which it maps as it is."""
    yield MemoryItem(N_("weights in the file"), shape.file)
    yield MemoryItem(
        N_("KV cache, in half precision"), (plan.context + ROW_CELLS) * shape.kv_token * 2
    )
    yield MemoryItem(N_("states of the rows"), ROWS * shape.state * 4)
    widest = 3 * shape.ffn + 4 * shape.hidden
    yield MemoryItem(N_("buffers of the prefill"), FILE_CHUNK * widest * 4)
    yield MemoryItem(N_("logits and sampling"), plan.n * shape.vocab * 4 * 6)
    yield MemoryItem(N_("runtime"), FILE_RUNTIME[plan.device])


def stored_bits(shape: Shape, plan: MemoryPlan) -> int:
    return shape.bits if shape.bits < 16 else {"none": 16, "int8": 8, "int4": 4}[plan.quantization]


def _block_bytes(shape: Shape, plan: MemoryPlan) -> int:
    """Weights of all blocks; bitsandbytes' NF4 has a byte of statistics per 64 weights."""
    numbers = shape.block_parameters
    bits = stored_bits(shape, plan)
    if bits == 16:
        return numbers * plan.dtype_bytes
    statistics = numbers // 63 if bits == 4 and shape.bits == 16 else 0
    return numbers * bits // 8 + statistics


def _embedding_bytes(shape: Shape, plan: MemoryPlan) -> int:
    if shape.quantised_embeddings:
        return shape.embedding * shape.bits // 8
    return shape.embedding * plan.dtype_bytes


def _trained_parameters(shape: Shape, plan: MemoryPlan) -> int:
    """LoRA on every linear layer of the blocks, or a prefix without projection."""
    if plan.adapter == "lora":
        inner, hidden, ffn = shape.heads * shape.head_dim, shape.hidden, shape.ffn
        qkv = inner + 2 * shape.kv_heads * shape.head_dim + (3 if shape.gated else 1) * hidden
        return (
            shape.layers * plan.rank * (qkv + inner + hidden + (2 + shape.gated) * (hidden + ffn))
        )
    if plan.adapter == "full":
        return shape.block_parameters
    return plan.prefix * shape.kv_token if plan.adapter == "prefix" else 0


def _prefill_bytes(shape: Shape, plan: MemoryPlan) -> int:
    """A chunk inside one block: residual and norm, the widest part of the MLP, and the mask."""
    chunk = plan.context if shape.prefix_lm else min(CHUNK[plan.device], plan.context)
    widest = (3 if shape.gated else 2) * shape.ffn + 4 * shape.hidden
    return chunk * widest * plan.dtype_bytes + chunk * plan.context * plan.dtype_bytes


def _training_bytes(shape: Shape, plan: MemoryPlan) -> int:
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


def _dequantised_bytes(shape: Shape, plan: MemoryPlan) -> int:
    """The largest matrix in full, twice over, while it is multiplied."""
    if stored_bits(shape, plan) == 16:
        return 0
    return 2 * max(shape.block_matrices) * plan.dtype_bytes
