"""Writes an official P-tuning checkpoint as a PEFT folder."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers.models.glm.modeling_glm import GlmRotaryEmbedding, apply_rotary_pos_emb

from base.errors import KnownError
from base.messages import _
from models.chatglm.config import Raw, Version, glm_config, read_config, version_of
from models.chatglm.prefix import PrefixEncoder, read_prefix


def convert_prefix(folder: Path, target: Path) -> str:
    """Write the table as PEFT's; for ChatGLM2/3 its keys are turned by P.

    PEFT counts the P prefix columns as positions, so text starts at P instead of 0. Turning the
    keys by P undoes that, since attention sees differences of positions only.
    """
    raw = read_config(folder)
    version = version_of(raw, folder)
    __, tensors = read_prefix(folder)
    table = _table(tensors, raw, version)
    length = table.shape[0]
    if version != "v1":
        config = glm_config(raw, folder)
        cos, sin = GlmRotaryEmbedding(config)(table, torch.tensor([[length]]))
        keys = table[:, 0::2].transpose(0, 1)  # [L, P, G, D]
        turned, __ = apply_rotary_pos_emb(keys, keys, cos[0][None], sin[0][None])
        table = table.clone()
        table[:, 0::2] = turned.transpose(0, 1)
    flat = {"prompt_embeddings": table.reshape(length, -1).contiguous()}
    save_file(flat, target / "adapter_model.safetensors", metadata={"format": "pt"})
    write_json(target / "adapter_config.json", _peft_config(table, raw, version))
    if version == "v1":
        return _("a PEFT folder that fits ChatGLM-6B as models.chatglm.load_model opens it")
    return _("a PEFT prefix for the converted base")


def _table(tensors: dict[str, torch.Tensor], raw: Raw, version: Version) -> torch.Tensor:
    """The prefix's table [P, 2L, heads, D], its projection computed."""
    heads = raw["num_attention_heads"] if version == "v1" else raw["multi_query_group_num"]
    width = (
        raw["hidden_size"] // raw["num_attention_heads"] if version == "v1" else raw["kv_channels"]
    )
    length, first = tensors["embedding.weight"].shape
    projection = tensors["trans.0.weight"].shape[0] if "trans.0.weight" in tensors else None
    encoder = PrefixEncoder(length, raw["num_layers"], heads, width, first, projection)
    try:
        encoder.load_state_dict(tensors)
    except RuntimeError:
        shape = [length, math.prod(encoder.shape[1:])]
        raise KnownError(
            _(
                "a prefix of shape {shape}, but config.json asks for {expected}; the two do not "
                "belong together",
                shape=[length, first],
                expected=shape,
            )
        ) from None
    with torch.no_grad():
        return encoder()


def _peft_config(table: torch.Tensor, raw: Raw, version: Version) -> dict[str, Any]:
    length, __, heads, width = table.shape
    return {
        "peft_type": "PREFIX_TUNING",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": str(raw.get("_name_or_path", "")),
        "inference_mode": True,
        "num_virtual_tokens": length,
        "num_transformer_submodules": 1,
        "num_layers": raw["num_layers"],
        "num_attention_heads": heads,
        "token_dim": heads * width,
        "encoder_hidden_size": raw["hidden_size"],
        "prefix_projection": False,
    }


def write_json(file: Path, value: Mapping[str, Any]) -> None:
    """Write an object as indented JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")
