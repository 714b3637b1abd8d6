"""A step of GLM models (ChatGLM2/3, GLM-4) on a CPU with a third of the operations.

For tiny and starter-size models the calls between the matrix products cost as much as the
products. This computes what the model's own forward does for one token a row, on the same modules
(so adapters on linear layers take part), with rotary positions turned in place as complex numbers.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from transformers import GlmForCausalLM, PreTrainedModel

from models.local.attention import attend
from models.local.cache import BranchingCache


def can_step(model: PreTrainedModel, joined: bool) -> bool:
    """Whether `step` computes what `model` does: a GLM in float32 on a CPU."""
    glm = isinstance(model, GlmForCausalLM)
    return glm and not joined and model.device.type == "cpu" and model.dtype is torch.float32


def step(
    model: Any, cache: BranchingCache, tokens: torch.Tensor, positions: torch.Tensor
) -> torch.Tensor:
    """Logits [rows, V'] after `tokens` [rows] at `positions` [1, 1]; stores keys and values."""
    inner = model.model
    x = inner.embed_tokens(tokens)
    cos, sin = inner.rotary_emb(x, positions)
    half = cos.shape[-1] // 2
    turn = torch.complex(cos[0, 0, :half], sin[0, 0, :half])
    for index, layer in enumerate(inner.layers):
        x = x + _attention(layer.self_attn, _norm(layer.input_layernorm, x), turn, cache, index)
        x = x + _mlp(layer.mlp, _norm(layer.post_attention_layernorm, x))
    logits: torch.Tensor = _linear(model.get_output_embeddings(), _norm(inner.norm, x))
    return logits


def _attention(
    module: Any, x: torch.Tensor, turn: torch.Tensor, cache: BranchingCache, index: int
) -> torch.Tensor:
    shape = (x.shape[0], -1, 1, module.head_dim)
    query = _turned(_linear(module.q_proj, x).view(shape), turn)
    key = _turned(_linear(module.k_proj, x).view(shape), turn)
    keys, values = cache.update(key, _linear(module.v_proj, x).view(shape), index)
    output, _ = attend(module, query, keys, values, None, module.scaling)
    return _linear(module.o_proj, output.reshape(x.shape[0], -1))


def _mlp(module: Any, x: torch.Tensor) -> torch.Tensor:
    gate, up = _linear(module.gate_up_proj, x).chunk(2, dim=-1)
    return _linear(module.down_proj, module.activation_fn(gate).mul_(up))


def _linear(module: Any, x: torch.Tensor) -> torch.Tensor:
    """What `module` makes of `x`; a plain layer is not called, whose hooks cost more than it."""
    if type(module) is nn.Linear:
        return F.linear(x, module.weight, module.bias)
    output: torch.Tensor = module(x)
    return output


def _turned(states: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """`states` [..., D] with the first pairs of D turned in place by `turn` [pairs]."""
    pairs = states[..., : 2 * len(turn)].unflatten(-1, (-1, 2))
    torch.view_as_complex(pairs).mul_(turn)
    return states


def _norm(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """RMSNorm of `x` [rows, H] by the weight and epsilon of `module`."""
    eps, weight = module.variance_epsilon, module.weight
    assert isinstance(eps, float) and isinstance(weight, torch.Tensor)
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    scale = length.mul_(length).add_(x.shape[-1] * eps).rsqrt_().mul_(x.shape[-1] ** 0.5)
    return (x * scale).mul_(weight)
