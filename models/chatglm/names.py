"""Gives the tensors of a checkpoint the names, and the split, of our models' parameters."""

import re
from collections.abc import Iterator

import torch
from transformers import PretrainedConfig

from models.chatglm.config import Version

LAYER = re.compile(r"transformer\.encoder\.layers\.(\d+)\.(.+)")
WHOLE = {
    "transformer.embedding.word_embeddings.weight": "model.embed_tokens.weight",
    "transformer.encoder.final_layernorm.weight": "model.norm.weight",
    "transformer.output_layer.weight": "lm_head.weight",
}
MODULES = {
    "self_attention.dense": "self_attn.o_proj",
    "mlp.dense_h_to_4h": "mlp.gate_up_proj",
    "mlp.dense_4h_to_h": "mlp.down_proj",
}
QKV = "self_attention.query_key_value"

Named = tuple[str, torch.Tensor]


def renamed(
    name: str, tensor: torch.Tensor, version: Version, config: PretrainedConfig
) -> Iterator[Named]:
    """(our name, tensor) for one official tensor; query_key_value is split by rows.

    ChatGLM-6B keeps its names, but its head is the embedding whatever the file holds. An unknown
    name passes as it is, to be reported where it finds no parameter.
    """
    if version == "v1":
        if not name.startswith("lm_head."):
            yield name, tensor
        return
    layer = LAYER.fullmatch(name)
    if version == "glm" or layer is None:
        yield WHOLE.get(name, name) if version != "glm" else name, tensor
        return
    at, rest = f"model.layers.{layer[1]}", layer[2]
    module, _, leaf = rest.rpartition(".")
    if module == QKV:
        yield from _split(f"{at}.self_attn", leaf, tensor, config)
    else:
        yield f"{at}.{MODULES.get(module, module)}.{leaf}", tensor


def _split(at: str, leaf: str, tensor: torch.Tensor, config: PretrainedConfig) -> Iterator[Named]:
    """Rows of q (H D), k (G D), v (G D); a weight, its scale and its bias split alike."""
    q = config.num_attention_heads * config.head_dim
    kv = config.num_key_value_heads * config.head_dim
    yield f"{at}.q_proj.{leaf}", tensor[:q]
    yield f"{at}.k_proj.{leaf}", tensor[q : q + kv]
    yield f"{at}.v_proj.{leaf}", tensor[q + kv :]
