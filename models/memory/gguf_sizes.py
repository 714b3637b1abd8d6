"""Bytes of a GGUF file by a model's sizes and its quantization, as llama.cpp's tool makes it."""

from collections.abc import Iterator
from typing import Literal

from models.memory.shape import Shape

FileQuantization = Literal["Q4_K_M", "Q8_0"]

BITS = {
    "F32": 32.0,
    "Q8_0": 8.5,
    "Q6_K": 6.5625,
    "Q5_K": 5.5,
    "Q5_0": 5.5,
    "Q5_1": 6.0,
    "Q4_K": 4.5,
}
"""Bits of a weight by type, scales included."""
K_BLOCK = 256
"""Weights in a block of a K type; rows of another length get the type beside it."""
BESIDE = {"Q4_K": "Q5_0", "Q6_K": "Q8_0"}
A_TOKEN = 30
"""Bytes that a token of the vocabulary takes in the file: its text, score, type and merges."""


def file_bytes(shape: Shape, quantization: FileQuantization) -> int:
    """Weights, vocabulary and norms of the file, to about one part in a hundred."""
    bits = sum(count * BITS[_kind(kind, row)] for kind, row, count in _tensors(shape, quantization))
    norms = 4 * shape.layers * shape.hidden * BITS["F32"]
    return int(bits + norms) // 8 + A_TOKEN * shape.vocab


def _tensors(shape: Shape, quantization: FileQuantization) -> Iterator[tuple[str, int, int]]:
    """The type, the length of a row and the weights of each matrix."""
    small, large = ("Q4_K", "Q6_K") if quantization == "Q4_K_M" else ("Q8_0", "Q8_0")
    hidden, embedding = shape.hidden, shape.vocab * shape.hidden
    yield large, hidden, embedding
    if not shape.tied:
        yield small, hidden, embedding
    for layer in range(shape.layers):
        more = large if _more_bits(layer, shape.layers) else small
        up = hidden * shape.ffn
        yield small, hidden, (1 + shape.gated) * up
        yield more, shape.ffn, up
        if shape.has_attention(layer):
            inner, value = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
            yield small, hidden, (inner * (1 + shape.gated_query) + value) * hidden
            yield more, hidden, value * hidden
            yield small, inner, inner * hidden
        else:
            yield small, hidden, shape.mixer


def _more_bits(layer: int, layers: int) -> bool:
    """Whether `Q4_K_M` keeps the values and the MLP's way down of this layer in six bits."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def _kind(kind: str, row: int) -> str:
    return BESIDE.get(kind, kind) if row % K_BLOCK else kind
