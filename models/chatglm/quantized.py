"""Layers over the official int8 and int4 weights, which are dequantised each time they are used.

A matrix is stored as `weight` int8 and `weight_scale` [out], one scale an output row. int8: [out,
in]. int4: [out, in / 2], the high nibble of byte k is column 2k and the low nibble column 2k + 1,
both two's complement.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


def dequantise(packed: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The matrix [out, in] in `dtype` from int8 [out, in] and scale [out]."""
    out = torch.empty(packed.shape, dtype=dtype, device=packed.device)
    return torch.mul(packed, _factor(scale, dtype)[:, None], out=out)


def dequantise_int4(packed: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The matrix [out, in] in `dtype` from nibbles [out, in / 2]; exactly q * scale in float32."""
    rows, pairs = packed.shape
    out = torch.empty(rows, pairs, 2, dtype=dtype, device=packed.device)
    factor = _factor(scale, dtype)[:, None]
    torch.mul(packed >> 4, factor, out=out[..., 0])
    torch.mul((packed << 4) >> 4, factor, out=out[..., 1])
    return out.view(rows, 2 * pairs)


def _factor(scale: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The scale in the precision of the product; bfloat16 would round it, so it stays float32."""
    return scale.to(torch.float16 if dtype is torch.float16 else torch.float32)


def quantise(weight: torch.Tensor, bits: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(packed, float16 scale) of a matrix [out, in], as the official converter rounds it."""
    top = 2 ** (bits - 1) - 1
    scale = (weight.abs().amax(dim=-1).float() / top).half()
    safe = torch.where(scale == 0, torch.ones_like(scale), scale).float()
    q = torch.round(weight.float() / safe[:, None]).clamp_(-top, top).to(torch.int8)
    if bits == 8:
        return q, scale
    return (q[:, 0::2] << 4) | (q[:, 1::2] & 15), scale


class _DequantisedLinear(torch.autograd.Function):
    """y = x W^T that keeps only the packed W for the backward pass, not its dequantised copy."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, layer: "QuantizedLinear") -> torch.Tensor:
        ctx.layer = layer
        return F.linear(x, layer.dequantised(x.dtype))

    @staticmethod
    def backward(ctx: Any, *grad: torch.Tensor) -> tuple[torch.Tensor, None]:
        return grad[0] @ ctx.layer.dequantised(grad[0].dtype), None


class QuantizedLinear(nn.Linear):
    """A linear layer whose weight is int8 or packed int4; gradients flow to its input only.

    It is an `nn.Linear`, so that LoRA adapters find it; `weight` is the packed int8 tensor.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool, bits: int) -> None:
        super().__init__(in_features, out_features, bias=bias)
        self.bits = bits
        self.weight = _packed(out_features, in_features, bits)
        self.weight_scale = _scale(out_features)

    def dequantised(self, dtype: torch.dtype, rows: torch.Tensor | None = None) -> torch.Tensor:
        """W [out, in] in `dtype`, or only the given rows of it."""
        return _dequantised(self.weight, self.weight_scale, self.bits, dtype, rows)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = _DequantisedLinear.apply(input, self)
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, bits={self.bits}"


class QuantizedEmbedding(nn.Embedding):
    """An embedding whose rows are int8 or packed int4 (the int4-qe checkpoints)."""

    def __init__(
        self, num_embeddings: int, embedding_dim: int, bits: int, dtype: torch.dtype
    ) -> None:
        super().__init__(num_embeddings, embedding_dim, device="meta")
        self.bits = bits
        self.compute_dtype = dtype
        self.weight = _packed(num_embeddings, embedding_dim, bits)
        self.weight_scale = _scale(num_embeddings)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        rows = _dequantised(
            self.weight, self.weight_scale, self.bits, self.compute_dtype, input.reshape(-1)
        )
        return rows.view(*input.shape, self.embedding_dim)


def _packed(rows: int, columns: int, bits: int) -> nn.Parameter:
    return nn.Parameter(
        torch.empty(rows, columns * bits // 8, dtype=torch.int8), requires_grad=False
    )


def _scale(rows: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(rows, dtype=torch.float16), requires_grad=False)


def _dequantised(
    weight: torch.Tensor,
    scale: torch.Tensor,
    bits: int,
    dtype: torch.dtype,
    rows: torch.Tensor | None,
) -> torch.Tensor:
    if rows is not None:
        weight, scale = weight[rows], scale[rows]
    return (dequantise if bits == 8 else dequantise_int4)(weight, scale, dtype)
