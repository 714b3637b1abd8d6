"""A step of GLM, Llama, Qwen 3 and Gemma 3 models on a CPU with a third of the operations.

For tiny and starter-size models the calls between the matrix products cost as much as the
products. This computes what the model's own forward does for one token a row, on the same modules
(so adapters on linear layers take part). The rows' tokens stand side by side behind the shared
text (`BranchingCache.packed`), so one product gives all scores of a layer, and a mask hides from
each row what the others added. What a draw's steps have in common is worked out once a draw.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F
from transformers import (
    Gemma3ForCausalLM,
    GlmForCausalLM,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen3ForCausalLM,
)

from models.local.cache import BranchingCache

KINDS = (GlmForCausalLM, LlamaForCausalLM, Qwen3ForCausalLM, Gemma3ForCausalLM)
STEADY = {"default", "linear", "yarn", "llama3"}
"""Kinds of rotary positions whose angles do not depend on the length of the text."""


def can_step_fast(model: PreTrainedModel, joined: bool) -> bool:
    """Whether `FastStep` computes what `model` does: one of `KINDS` in float32 on a CPU."""
    if joined or not (type(model) in KINDS or isinstance(model, GlmForCausalLM)):
        return False
    config = model.config
    kinds = config.rope_parameters or {}
    ropes = [kinds] if "rope_type" in kinds else list(kinds.values())
    steady = all(one is None or one.get("rope_type", "default") in STEADY for one in ropes)
    capped = getattr(config, "final_logit_softcapping", None) is not None
    blind = getattr(config, "use_bidirectional_attention", False)
    plain = model.device.type == "cpu" and model.dtype is torch.float32
    return steady and plain and not capped and not blind


class Norm(NamedTuple):
    """An RMSNorm's scale [H], and its epsilon."""

    scale: torch.Tensor
    eps: float


class Layer(NamedTuple):
    """The modules of one block, and its norms; those after a product are Gemma's."""

    attention: Any
    before: Norm
    query_norm: Norm | None
    key_norm: Norm | None
    after: Norm | None
    mlp: Callable[[torch.Tensor], torch.Tensor]
    mlp_before: Norm
    mlp_after: Norm | None
    window: int | None
    turns: tuple[torch.Tensor, ...]
    """What turns a row's heads at each step of the draw, [steps, ...] each."""


class FastStep:
    """Computes the steps of one draw; `positions` [1, steps] are those of its tokens."""

    def __init__(
        self, model: PreTrainedModel, cache: BranchingCache, positions: torch.Tensor
    ) -> None:
        inner: Any = model.get_decoder()
        self.cache, self.embed, self.head = cache, inner.embed_tokens, model.get_output_embeddings()
        self.norm = _norm_of(inner.norm)
        self.interleaved = isinstance(model, GlmForCausalLM)
        turns = _turns(inner, positions, self.interleaved)
        self.layers = [_layer(module, turns) for module in inner.layers]

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits [rows, V'] after `tokens` [rows]; stores keys and values."""
        x = self.embed(tokens)  # [rows] → [rows, H]
        for index, layer in enumerate(self.layers):
            x = x + _after(self._attention(layer, _normed(layer.before, x), index), layer.after)
            x = x + _after(layer.mlp(_normed(layer.mlp_before, x)), layer.mlp_after)
        return _linear(self.head, _normed(self.norm, x))

    def _attention(self, layer: Layer, x: torch.Tensor, index: int) -> torch.Tensor:
        module, rows = layer.attention, len(x)
        query, key, value = self._heads(layer, x)
        query = query.mul_(module.scaling)
        groups, width = key.shape[1:]
        # [groups, columns, D] of the shared text and all rows; the mask [rows, own columns]
        keys, values, mask = self.cache.put(key, value, index, layer.window)
        # [groups, rows * per group, D]: rows of a group lie together, so that they are one product
        folded = query.view(rows, groups, -1, width).transpose(0, 1).reshape(groups, -1, width)
        scores = torch.bmm(folded, keys.transpose(1, 2))  # [groups, rows * per group, columns]
        # [groups, rows, per group, own columns], in which others' tokens are hidden in place
        own = scores.view(groups, rows, -1, scores.shape[-1])[..., -mask.shape[-1] :]
        own.add_(mask[:, None])
        output = torch.bmm(scores.softmax(dim=-1), values).view(groups, rows, -1, width)
        # [groups, rows, per group, D] → [rows, heads * D]
        return _linear(module.o_proj, output.transpose(0, 1).reshape(rows, -1))

    def _heads(
        self, layer: Layer, x: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys and values of one token a row, [rows, heads, D] each."""
        module, at = layer.attention, self.cache.row_length
        # [rows, heads * D] → [rows, heads, D]
        query, key, value = (
            _linear(one, x).view(len(x), -1, module.head_dim)
            for one in (module.q_proj, module.k_proj, module.v_proj)
        )
        query, key = _after(query, layer.query_norm), _after(key, layer.key_norm)
        return self._turned(query, layer, at), self._turned(key, layer, at), value

    def _turned(self, states: torch.Tensor, layer: Layer, at: int) -> torch.Tensor:
        """`states` [rows, heads, D] turned to the place of the draw's step `at`."""
        if self.interleaved:
            turn = layer.turns[0][at]
            # [rows, heads, D] → [rows, heads, pairs, 2]: each pair is a complex number
            pairs = states[..., : 2 * len(turn)].unflatten(-1, (-1, 2))
            torch.view_as_complex(pairs).mul_(turn)
            return states
        cos, sin = layer.turns
        other = states.roll(states.shape[-1] // 2, -1)  # [rows, heads, D], its halves swapped
        return states.mul(cos[at]).addcmul_(other, sin[at])


def _turns(
    inner: Any, positions: torch.Tensor, interleaved: bool
) -> Callable[[Any], tuple[torch.Tensor, ...]]:
    """What turns heads at each of `positions`, by a layer's attention.

    For pairs that lie side by side complex numbers; for halves the cosines, and the sines with the
    sign that each half of the swapped states needs.
    """
    by_layer_kind: dict[str | None, tuple[torch.Tensor, ...]] = {}

    def of(attention: Any) -> tuple[torch.Tensor, ...]:
        kind = getattr(attention, "layer_type", None)
        if kind not in by_layer_kind:
            like = inner.norm.weight
            by_kind = kind is not None and isinstance(inner.rotary_emb.rope_type, dict)
            layer_kind = (kind,) if by_kind else ()
            cos, sin = inner.rotary_emb(like, positions, *layer_kind)  # [1, steps, D] each
            half = cos.shape[-1] // 2
            if interleaved:
                # [steps, D/2]
                by_layer_kind[kind] = (torch.complex(cos[0, :, :half], sin[0, :, :half]),)
            else:
                by_layer_kind[kind] = (
                    cos[0],
                    torch.cat((-sin[0, :, :half], sin[0, :, half:]), dim=-1),
                )
        return by_layer_kind[kind]

    return of


def _layer(module: Any, turns: Callable[[Any], tuple[torch.Tensor, ...]]) -> Layer:
    attention = module.self_attn
    sandwiched = hasattr(module, "pre_feedforward_layernorm")
    after = module.post_attention_layernorm
    return Layer(
        attention,
        _norm_of(module.input_layernorm),
        _norm_of(attention.q_norm) if hasattr(attention, "q_norm") else None,
        _norm_of(attention.k_norm) if hasattr(attention, "k_norm") else None,
        _norm_of(after) if sandwiched else None,
        _mlp(module.mlp),
        _norm_of(module.pre_feedforward_layernorm if sandwiched else after),
        _norm_of(module.post_feedforward_layernorm) if sandwiched else None,
        getattr(attention, "sliding_window", None),
        turns(attention),
    )


def _mlp(module: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    activation = getattr(module, "activation_fn", None) or module.act_fn
    if hasattr(module, "gate_up_proj"):

        def joined(x: torch.Tensor) -> torch.Tensor:
            gate, up = _linear(module.gate_up_proj, x).chunk(2, dim=-1)  # [rows, ffn] each
            return _linear(module.down_proj, activation(gate).mul_(up))

        return joined

    def apart(x: torch.Tensor) -> torch.Tensor:
        gated = activation(_linear(module.gate_proj, x)).mul_(_linear(module.up_proj, x))
        return _linear(module.down_proj, gated)

    return apart


def _linear(module: Any, x: torch.Tensor) -> torch.Tensor:
    """What `module` makes of `x`; a plain layer is not called, whose hooks cost more than it."""
    if type(module) is nn.Linear:
        return F.linear(x, module.weight, module.bias)
    output: torch.Tensor = module(x)
    return output


def _norm_of(module: Any) -> Norm:
    """The scale and epsilon of an RMSNorm; Gemma's weights are what is added to one."""
    if hasattr(module, "eps"):
        return Norm(module.weight + 1, module.eps)
    return Norm(module.weight, module.variance_epsilon)


def _after(x: torch.Tensor, norm: Norm | None) -> torch.Tensor:
    return x if norm is None else _normed(norm, x)


def _normed(norm: Norm, x: torch.Tensor) -> torch.Tensor:
    """RMSNorm of `x` [..., H]."""
    size = x.shape[-1]
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)  # [..., 1]
    scale = length.mul_(length).add_(size * norm.eps).rsqrt_().mul_(size**0.5)
    return (x * scale).mul_(norm.scale)
