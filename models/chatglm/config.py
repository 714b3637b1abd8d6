"""Says which ChatGLM a `config.json` describes, and gives it as a transformers configuration."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from transformers import GlmConfig, PretrainedConfig

from base.errors import KnownError
from base.messages import _
from models.cache_names import NAMES

Version = Literal["v1", "v2", "v3", "glm"]
Raw = Mapping[str, Any]

V1_KEYS = ("num_layers", "hidden_size", "num_attention_heads", "inner_hidden_size", "vocab_size")
V2_KEYS = (
    "num_layers",
    "hidden_size",
    "num_attention_heads",
    "kv_channels",
    "multi_query_group_num",
    "ffn_hidden_size",
    "padded_vocab_size",
)
# What GlmForCausalLM computes; a checkpoint that asks for anything else is refused.
V2_FIXED = {
    "multi_query_attention": True,
    "rmsnorm": True,
    "post_layer_norm": True,
    "apply_residual_connection_post_layernorm": False,
    "add_bias_linear": False,
    "original_rope": True,
}


class ChatGLMConfig(PretrainedConfig):
    """ChatGLM-6B's own configuration, under the key names of its `config.json`."""

    model_type = "chatglm"
    keys_to_ignore_at_inference = list(NAMES)  # noqa: RUF012 (as the library declares it)
    attribute_map = {  # noqa: RUF012 (as the library declares it)
        "num_hidden_layers": "num_layers",
        "max_position_embeddings": "max_sequence_length",
        "intermediate_size": "inner_hidden_size",
        "layer_norm_eps": "layernorm_epsilon",
    }

    vocab_size: int = 130528
    hidden_size: int = 4096
    num_layers: int = 28
    num_attention_heads: int = 32
    inner_hidden_size: int = 16384
    layernorm_epsilon: float = 1e-5
    max_sequence_length: int = 2048
    position_encoding_2d: bool = True
    use_cache: bool = True
    tie_word_embeddings: bool = True
    pad_token_id: int | None = 3
    mask_token_id: int = 130000
    gmask_token_id: int = 130001
    bos_token_id: int | None = 130004
    eos_token_id: int | list[int] | None = 130005
    quantization_bit: int = 0
    quantization_embeddings: bool = False


def read_config(folder: Path) -> dict[str, Any]:
    """The raw `config.json` of a checkpoint; raises `KnownError` for any other folder."""
    path = folder / "config.json"
    if not path.is_file():
        raise KnownError(
            _(
                "{folder}: there is no config.json here; give the folder of a ChatGLM "
                "checkpoint or its hub id",
                folder=folder,
            )
        )
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise KnownError(
            _(
                "{path}: cannot be read as JSON ({error}); download it again",
                path=path,
                error=error,
            )
        ) from None
    if not isinstance(raw, dict):
        raise KnownError(_("{path}: expected a JSON object; download it again", path=path))
    return raw


def version_of(raw: Raw, where: Path) -> Version:
    """v1, v2 or v3, told apart by keys, since all call themselves "chatglm"; "glm" is `-hf`."""
    if raw.get("model_type") == "glm":
        return "glm"
    if "inner_hidden_size" in raw or raw.get("position_encoding_2d"):
        _require(raw, V1_KEYS, where)
        return "v1"
    if "padded_vocab_size" in raw or "ffn_hidden_size" in raw:
        _require(raw, V2_KEYS, where)
        return _second_or_third(raw, where)
    raise KnownError(
        _(
            "{where}: model_type {type} has neither inner_hidden_size (ChatGLM-6B) nor "
            "ffn_hidden_size (ChatGLM2/3-6B); give the folder of a ChatGLM checkpoint",
            where=where / "config.json",
            type=raw.get("model_type"),
        )
    )


def _second_or_third(raw: Raw, where: Path) -> Version:
    """ChatGLM2 and 3 differ in name, length and tokenizer; an unnamed one is told by its length."""
    for name in (str(raw.get("_name_or_path", "")), where.name):
        for version in ("v2", "v3"):
            if f"chatglm{version[1]}" in name.lower():
                return "v3" if version == "v3" else "v2"
    return "v3" if raw.get("seq_length") == 8192 or raw.get("rope_ratio", 1) != 1 else "v2"


def _require(raw: Raw, keys: tuple[str, ...], where: Path) -> None:
    for key in keys:
        value = raw.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise KnownError(
                _(
                    "{where}: {key} is {value}, expected a whole number above zero; "
                    "download the file again",
                    where=where / "config.json",
                    key=key,
                    value=value,
                )
            )


def quantization_bit(raw: Raw, where: Path) -> int:
    """0, 4 or 8: how the checkpoint's matrices are stored."""
    bits = raw.get("quantization_bit") or 0
    if bits not in (0, 4, 8):
        raise KnownError(
            _(
                "{where}: quantization_bit is {bits}, expected 0, 4 or 8; use an official "
                "fp16, int8 or int4 checkpoint",
                where=where / "config.json",
                bits=bits,
            )
        )
    return int(bits)


def v1_config(raw: Raw, where: Path) -> ChatGLMConfig:
    """ChatGLM-6B's configuration; raises `KnownError` for a revision without 2-D positions."""
    if not raw.get("position_encoding_2d", True):
        raise KnownError(
            _(
                "{where}: position_encoding_2d is false, expected true; use the released "
                "ChatGLM-6B",
                where=where / "config.json",
            )
        )
    keys = [key for key in ChatGLMConfig.__annotations__ if key in raw and raw[key] is not None]
    config = ChatGLMConfig(**{key: raw[key] for key in keys})
    config.tie_word_embeddings = True  # the official loader ties whatever the file says
    config.architectures = ["ChatGLMForCausalLM"]
    return config


def glm_config(raw: Raw, where: Path) -> GlmConfig:
    """ChatGLM2/3's configuration as transformers' Glm.

    Source: the key table measured against the reference. A ratio of ChatGLM3 enlarges the rotary
    base; ChatGLM2-32k's divides the positions (linear interpolation).
    """
    version = version_of(raw, where)
    if version == "glm":
        return GlmConfig.from_dict(dict(raw))
    for key, expected in V2_FIXED.items():
        if raw.get(key, expected) != expected:
            raise KnownError(
                _(
                    "{where}: {key} is {value}, expected {expected}; only the layouts of "
                    "the released ChatGLM2/3 are known",
                    where=where / "config.json",
                    key=key,
                    value=raw[key],
                    expected=expected,
                )
            )
    vocab = int(raw["padded_vocab_size"])
    ends = [2, *(i for i in (64795, 64797) if version == "v3" and i < vocab)]
    length = int(raw.get("seq_length", 8192))
    return GlmConfig(
        vocab_size=vocab,
        hidden_size=raw["hidden_size"],
        intermediate_size=raw["ffn_hidden_size"],
        num_hidden_layers=raw["num_layers"],
        num_attention_heads=raw["num_attention_heads"],
        num_key_value_heads=raw["multi_query_group_num"],
        head_dim=raw["kv_channels"],
        rms_norm_eps=raw.get("layernorm_epsilon", 1e-5),
        attention_bias=bool(raw.get("add_qkv_bias", True)),
        hidden_act="silu",
        tie_word_embeddings=False,
        max_position_embeddings=length,
        rope_parameters=_rope(version, float(raw.get("rope_ratio") or 1)),
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=ends if len(ends) > 1 else 2,
        architectures=["GlmForCausalLM"],
    )


def _rope(version: Version, ratio: float) -> dict[str, Any]:
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": 10000.0}
    if version == "v2" and ratio != 1:
        rope |= {"rope_type": "linear", "factor": ratio}
    else:
        rope["rope_theta"] *= ratio
    return rope | {"partial_rotary_factor": 0.5}
