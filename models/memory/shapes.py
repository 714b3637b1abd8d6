"""The sizes of a model that memory depends on: of known models, and read from a checkpoint."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _, series
from models.gguf.header import read_header
from models.memory.gguf_sizes import FileQuantization, file_bytes
from models.memory.shape import Shape

V1 = Shape("chatglm-6b", 28, 4096, 32, 32, 128, 16384, 130528, 2048, gated=False, tied=True)
GEMMA = Shape("starter-whole", 18, 640, 4, 1, 256, 2048, 262144, 32768, tied=True, file=253_113_024)
V2 = Shape("chatglm2-6b", 28, 4096, 32, 2, 128, 13696, 65024, 32768)
GLM4 = Shape("glm-4-9b-chat-hf", 40, 4096, 32, 2, 128, 13696, 151552, 131072)


def _qwen3(
    name: str, layers: int, hidden: int, heads: int, ffn: int, file: FileQuantization | None,
    context: int = 40960, tied: bool = True,
) -> Shape:  # fmt: skip
    shape = Shape(name, layers, hidden, heads, 8, 128, ffn, 151936, context, tied=tied)
    return replace(shape, file=file_bytes(shape, file)) if file else shape


def _qwen35() -> Shape:
    """Qwen3.5 4B: three of four layers are a Gated DeltaNet of 16 keys and 32 values of 128."""
    hidden, keys, values, width = 2560, 16, 32, 128
    mixer = hidden * (2 * keys + 3 * values) * width + 2 * hidden * values
    shape = Shape(
        "qwen3.5-4b", 32, hidden, 16, 4, 256, 9216, 248320, 262144, tied=True,
        attention_every=4, mixer=mixer, state=24 * values * width * width, gated_query=True,
    )  # fmt: skip
    return replace(shape, file=file_bytes(shape, "Q4_K_M"))


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
        replace(GEMMA, name="starter-latin", vocab=116_935, file=150_623_872),
        replace(GEMMA, name="starter", vocab=50_100, file=103_503_904),
        GLM4,
        replace(GLM4, name="glm-4-9b-0414", context=32768),
        Shape("glm-edge-1.5b-chat", 28, 2048, 16, 4, 128, 6144, 59264, 8192),
        Shape("glm-edge-4b-chat", 40, 3072, 24, 6, 128, 8192, 59264, 8192),
        _qwen3("qwen3-0.6b", 28, 1024, 16, 3072, "Q8_0"),
        _qwen3("qwen3-0.6b-base", 28, 1024, 16, 3072, None, 32768),
        _qwen3("qwen3-1.7b", 28, 2048, 16, 6144, "Q8_0"),
        _qwen3("qwen3-1.7b-base", 28, 2048, 16, 6144, None, 32768),
        _qwen3("qwen3-4b", 36, 2560, 32, 9728, "Q4_K_M"),
        _qwen3("qwen3-4b-base", 36, 2560, 32, 9728, None, 32768),
        _qwen3("qwen3-4b-instruct-2507", 36, 2560, 32, 9728, "Q4_K_M", 262144),
        _qwen3("qwen3-8b", 36, 4096, 32, 12288, "Q4_K_M", tied=False),
        _qwen35(),
    )
}
"""Known models by the last part of their hub id."""
ORIGINS = {"google/gemma-3-270m": "starter"}
"""Hub ids of models whose name here is another."""
LOCAL = "local:"
"""In front of a name or path: to be opened with PyTorch whatever it is."""


def shape_of(model: str | Path) -> Shape:
    """The shape of a known model, by name or hub id, of a checkpoint's folder, or of a GGUF.

    With `local:` in front a GGUF is counted as PyTorch opens it, its weights unpacked. Raises
    `KnownError`.
    """
    spec = str(model)
    if not Path(spec).expanduser().exists():
        spec = spec.partition("?")[0]
    if spec.startswith(LOCAL):
        return replace(shape_of(spec.removeprefix(LOCAL)), file=0)
    folder = Path(spec).expanduser()
    if (folder / "config.json").is_file():
        return _read_shape(folder)
    if folder.suffix == ".gguf":
        return _gguf_shape(folder)
    name = spec.rstrip("/").rpartition("/")[2].lower()
    if name in KNOWN:
        return KNOWN[name]
    if spec in ORIGINS:
        return KNOWN[ORIGINS[spec]]
    raise KnownError(
        _(
            "{model}: neither a folder with config.json nor a known model; known are {models}",
            model=model,
            models=series(KNOWN),
        )
    )


def _gguf_shape(file: Path) -> Shape:
    header = read_header(file)
    embedding = header.shapes.get("token_embd.weight", ())

    def number(key: str, otherwise: int = 0) -> int:
        return int(header.metadata.get(f"{header.architecture}.{key}", otherwise))

    hidden, heads = number("embedding_length"), number("attention.head_count")
    if not (hidden and heads and len(embedding) == 2 and number("block_count")):
        raise KnownError(
            _(
                "{file}: does not say its sizes, expected a language model in GGUF",
                file=file,
            )
        )
    return Shape(
        file.stem, number("block_count"), hidden, heads,
        number("attention.head_count_kv", heads),
        number("attention.key_length", hidden // heads), number("feed_forward_length"),
        embedding[1], number("context_length", 2048), tied="output.weight" not in header.shapes,
        file=file.stat().st_size,
    )  # fmt: skip


def _read_shape(folder: Path) -> Shape:
    file = folder / "config.json"
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return _official_shape(raw, folder.name) or _library_shape(raw, folder.name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise KnownError(
            _(
                "{file}: {reason}, expected the configuration of a causal language model",
                file=file,
                reason=reason,
            )
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
