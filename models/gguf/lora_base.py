"""The base of a LoRA: what must be known of it to name its tensors as llama.cpp does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _, series
from models.adapter_files import CONFIG
from models.gguf.header import GgufHeader, read_header
from models.local.loading import raw_config
from models.resolve import find_base

ARCHITECTURES = {
    "chatglm": "chatglm",
    "gemma": "gemma",
    "gemma2": "gemma2",
    "gemma3": "gemma3",
    "gemma3_text": "gemma3",
    "glm": "chatglm",
    "glm4": "glm4",
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
}
"""llama.cpp's name of an architecture by transformers' `model_type`."""


@dataclass(frozen=True)
class LoraBase:
    """What must be known of a base to name its tensors."""

    name: str
    architecture: str
    layers: int
    heads: int
    kv_heads: int
    header: GgufHeader | None = None


def read_base(name: str) -> LoraBase:
    """What the header of a GGUF, or a checkpoint's configuration, says of a base."""
    place = find_base(name)
    if Path(place).is_file() or Path(place).suffix == ".gguf":
        header = read_header(Path(place))
        if header.is_adapter:
            raise KnownError(
                _(
                    "{path}: this is an adapter; give the model that it belongs to",
                    path=place,
                )
            )
        said = header.metadata

        def number(key: str) -> int:
            return int(said.get(f"{header.architecture}.{key}", 0))

        heads = number("attention.head_count")
        kv_heads = number("attention.head_count_kv") or heads
        return LoraBase(name, header.architecture, number("block_count"), heads, kv_heads, header)
    return _from_config(name, place)


def _from_config(name: str, place: str | Path) -> LoraBase:
    raw = raw_config(place)
    kind = str(raw.get("model_type"))
    if kind not in ARCHITECTURES or "position_encoding_2d" in raw:
        raise KnownError(
            _(
                "{name}: a {kind} model, for which no GGUF LoRA can be written; it can be "
                "for {architectures}",
                name=name,
                kind=kind,
                architectures=series(sorted(set(ARCHITECTURES))),
            )
        )
    raw = {**raw, **raw.get("text_config", {})}
    heads = int(raw.get("num_attention_heads", 0))
    kv_heads = int(raw.get("num_key_value_heads") or raw.get("multi_query_group_num") or heads)
    layers = int(raw.get("num_hidden_layers") or raw.get("num_layers") or 0)
    return LoraBase(name, ARCHITECTURES[kind], layers, heads, kv_heads)


def own_base(folder: Path, config: Mapping[str, Any]) -> LoraBase:
    """The base that the adapter itself names, which need not be where it was any more."""
    name = config.get("base_model_name_or_path")
    if not isinstance(name, str) or not name:
        raise KnownError(
            _(
                "{file}: names no base; give it with --base",
                file=folder / CONFIG,
            )
        )
    try:
        return read_base(name)
    except KnownError as error:
        raise KnownError(
            _(
                "{file}: the base that it names cannot be read ({error}); give it with --base",
                file=folder / CONFIG,
                error=error,
            )
        ) from error
