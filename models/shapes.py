"""The sizes of a model that memory depends on: of known models, and read from a checkpoint."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.gguf import read_header


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
