"""Slow and plain forward passes of both architectures, straight from the files' tensors."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional as F

Tensors = Mapping[str, torch.Tensor]


def chatglm(raw: Mapping[str, Any], t: Tensors, ids: list[int]) -> torch.Tensor:
    """Logits [seq, vocab] of ChatGLM-6B for one unpadded row."""
    heads, h, n = raw["num_attention_heads"], raw["hidden_size"], len(ids)
    d, alpha = h // heads, math.sqrt(56)
    c = ids.index(raw["bos_token_id"])
    g = ids.index(raw["gmask_token_id" if raw["gmask_token_id"] in ids else "mask_token_id"])
    places = [(i, 0) if i < c else (g, i - c + 1) for i in range(n)]
    x = t["transformer.word_embeddings.weight"][ids]
    for layer in range(raw["num_layers"]):
        at = f"transformer.layers.{layer}"
        a = _norm(t, f"{at}.input_layernorm", x)
        qkv = _linear(t, f"{at}.attention.query_key_value", a).view(n, heads, 3, d)
        out = torch.zeros(n, heads, d)
        for head in range(heads):
            q, k = (_turn(qkv[:, head, j], places) for j in (0, 1))
            for i in range(n):
                scores = torch.stack([q[i] @ k[j] / d**0.5 for j in range(n) if j <= i or j < c])
                values = qkv[[j for j in range(n) if j <= i or j < c], head, 2]
                out[i, head] = scores.softmax(0) @ values
        x1 = alpha * a + _linear(t, f"{at}.attention.dense", out.reshape(n, h))
        m = _norm(t, f"{at}.post_attention_layernorm", x1)
        up = _linear(t, f"{at}.mlp.dense_h_to_4h", m)
        gelu = 0.5 * up * (1 + torch.tanh(0.7978845608028654 * (up + 0.044715 * up**3)))
        x = alpha * m + _linear(t, f"{at}.mlp.dense_4h_to_h", gelu)
    x = _norm(t, "transformer.final_layernorm", x)
    return x @ t["transformer.word_embeddings.weight"].T


def chatglm2(raw: Mapping[str, Any], t: Tensors, ids: list[int]) -> torch.Tensor:
    """Logits [seq, vocab] of ChatGLM2/3-6B for one unpadded row."""
    heads, groups, d = raw["num_attention_heads"], raw["multi_query_group_num"], raw["kv_channels"]
    n, ffn = len(ids), raw["ffn_hidden_size"]
    x = t["transformer.embedding.word_embeddings.weight"][ids]
    for layer in range(raw["num_layers"]):
        at = f"transformer.encoder.layers.{layer}"
        a = _rms(t[f"{at}.input_layernorm.weight"], x)
        qkv = _linear(t, f"{at}.self_attention.query_key_value", a)
        q, k, v = qkv.split((heads * d, groups * d, groups * d), dim=1)
        out = torch.zeros(n, heads, d)
        for head in range(heads):
            group = head // (heads // groups)
            qh = _turn_pairs(q[:, head * d : (head + 1) * d], raw.get("rope_ratio", 1))
            kh = _turn_pairs(k[:, group * d : (group + 1) * d], raw.get("rope_ratio", 1))
            for i in range(n):
                weights = (kh[: i + 1] @ qh[i] / d**0.5).softmax(0)
                out[i, head] = weights @ v[: i + 1, group * d : (group + 1) * d]
        x = x + out.reshape(n, -1) @ t[f"{at}.self_attention.dense.weight"].T
        m = _rms(t[f"{at}.post_attention_layernorm.weight"], x)
        both = m @ t[f"{at}.mlp.dense_h_to_4h.weight"].T
        x = x + (F.silu(both[:, :ffn]) * both[:, ffn:]) @ t[f"{at}.mlp.dense_4h_to_h.weight"].T
    x = _rms(t["transformer.encoder.final_layernorm.weight"], x)
    return x @ t["transformer.output_layer.weight"].T


def _linear(t: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    return x @ t[f"{name}.weight"].T + t[f"{name}.bias"]


def _norm(t: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()
    return scaled * t[f"{name}.weight"] + t[f"{name}.bias"]


def _rms(weight: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return weight * x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()


def _turn(x: torch.Tensor, places: list[tuple[int, int]]) -> torch.Tensor:
    """Each half of the channels by its own position, channel j with j + a quarter."""
    y, half = x.clone(), x.shape[1] // 2
    for i, place in enumerate(places):
        for part, position in enumerate(place):
            for j in range(half // 2):
                frequency = float(torch.tensor(10000 ** (-2 * j / half)).half())
                a, b = part * half + j, part * half + j + half // 2
                cos, sin = math.cos(position * frequency), math.sin(position * frequency)
                y[i, a], y[i, b] = x[i, a] * cos - x[i, b] * sin, x[i, b] * cos + x[i, a] * sin
    return y


def _turn_pairs(x: torch.Tensor, ratio: float) -> torch.Tensor:
    """The first half of the channels, adjacent ones in pairs."""
    y, rotated = x.clone(), x.shape[1] // 2
    for i in range(x.shape[0]):
        for j in range(0, rotated, 2):
            angle = i * (10000 * ratio) ** (-j / rotated)
            cos, sin = math.cos(angle), math.sin(angle)
            y[i, j], y[i, j + 1] = (
                x[i, j] * cos - x[i, j + 1] * sin,
                x[i, j + 1] * cos + x[i, j] * sin,
            )
    return y
