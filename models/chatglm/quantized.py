"""Layers over the official int8 and int4 weights, which are dequantised each time they are used.

A matrix is stored as `weight` int8 and `weight_scale` [out], one scale an output row. int8: [out,
in]. int4: [out, in / 2], the high nibble of byte k is column 2k and the low nibble column 2k + 1,
both two's complement.
"""

from functools import cache
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

# What torch's CPU kernel for int4 takes: rows come in blocks, columns in groups that share a scale.
BLOCK = 64
GROUPS = (256, 128, 64, 32)


def dequantise(packed: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The matrix [out, in] in `dtype` from int8 [out, in] and scale [out]."""
    out = torch.empty(packed.shape, dtype=dtype, device=packed.device)
    return torch.mul(packed, _factor(scale, dtype)[:, None], out=out)


def dequantise_int4(packed: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The matrix [out, in] in `dtype` from nibbles [out, in / 2]; exactly q * scale in float32."""
    rows, pairs = packed.shape
    out = torch.empty(rows, pairs, 2, dtype=dtype, device=packed.device)
    factor = _factor(scale, dtype)[:, None]  # [out, 1]
    # Shifts of int8 keep the sign: the high nibble, then the low one, [out, in / 2] each
    torch.mul(packed >> 4, factor, out=out[..., 0])
    torch.mul((packed << 4) >> 4, factor, out=out[..., 1])
    return out.view(rows, 2 * pairs)  # [out, in / 2, 2] → [out, in]


def _factor(scale: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The scale in the precision of the product; bfloat16 would round it, so it stays float32."""
    return scale.to(torch.float16 if dtype is torch.float16 else torch.float32)


def quantise(weight: torch.Tensor, bits: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(packed, float16 scale) of a matrix [out, in], as the official converter rounds it."""
    top = 2 ** (bits - 1) - 1
    scale = (weight.abs().amax(dim=-1).float() / top).half()  # [out]
    safe = torch.where(scale == 0, torch.ones_like(scale), scale).float()
    q = torch.round(weight.float() / safe[:, None]).clamp_(-top, top).to(torch.int8)
    if bits == 8:
        return q, scale
    return (q[:, 0::2] << 4) | (q[:, 1::2] & 15), scale  # [out, in] → [out, in / 2]


class _DequantisedLinear(torch.autograd.Function):
    """y = x W^T that keeps only the packed W for the backward pass, not its dequantised copy."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, layer: "QuantizedLinear") -> torch.Tensor:
        ctx.layer = layer
        return layer.product(x)

    @staticmethod
    def backward(ctx: Any, *grad: torch.Tensor) -> tuple[torch.Tensor, None]:
        return grad[0] @ ctx.layer.dequantised(grad[0].dtype), None


class QuantizedLinear(nn.Linear):
    """A linear layer whose weight is int8 or packed int4; gradients flow to its input only.

    It is an `nn.Linear`, so that LoRA adapters find it; `weight` is the packed int8 tensor, or
    after `reorder` a uint8 one in the order of torch's CPU kernel.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool, bits: int) -> None:
        super().__init__(in_features, out_features, bias=bias)
        self.bits = bits
        self.kernel = False
        self.weight = _packed(out_features, in_features, bits)
        self.weight_scale = _scale(out_features)

    def reorder(self) -> None:
        """Let torch's CPU kernels multiply without dequantising, where the shape allows it.

        They are some hundred times faster for a few rows in bfloat16, and as exact: the integers
        are multiplied as they are, and the scale is applied to the product in float32. int8 stays
        in order. Memory stays the same.
        """
        if self.bits == 8:
            self.kernel = True
        elif self.out_features % BLOCK == 0 and self.in_features % GROUPS[-1] == 0:
            step = max(BLOCK, (1 << 20) // self.in_features // BLOCK * BLOCK)
            reordered = self.weight.data.view(torch.uint8)
            for rows in self.weight.data.split(step):  # in place: views of one storage
                rows.view(torch.uint8).copy_(_in_kernel_order(rows))
            self.weight = nn.Parameter(reordered, requires_grad=False)
            self.kernel = True

    def product(self, x: torch.Tensor) -> torch.Tensor:
        """x [..., in] times W^T."""
        if not self.kernel or x.dtype is not torch.bfloat16:
            return F.linear(x, self.dequantised(x.dtype))
        rows = x.reshape(-1, self.in_features)  # [..., in] → [rows, in]
        y = self._integers_times(rows) * self.weight_scale.float()  # [rows, out]
        return y.to(x.dtype).view(*x.shape[:-1], self.out_features)

    def _integers_times(self, rows: torch.Tensor) -> torch.Tensor:
        if self.bits == 8:
            return torch._weight_int8pack_mm(
                rows, self.weight, _ones(self.out_features, rows.dtype)
            )
        group = next(size for size in GROUPS if self.in_features % size == 0)
        scales = _unit_scales(self.in_features // group, self.out_features, rows.dtype)
        return torch.ops.aten._weight_int4pack_mm_for_cpu(rows, self.weight, group, scales)

    def dequantised(self, dtype: torch.dtype, rows: torch.Tensor | None = None) -> torch.Tensor:
        """W [out, in] in `dtype`, or only the given rows of it."""
        if self.weight.dtype is torch.uint8:  # in the kernel's order, which only the kernel reads
            # What it multiplies the unit matrix to is W itself, one column a row: [in, out]
            unit = torch.eye(self.in_features, dtype=torch.bfloat16)
            whole = self._integers_times(unit).T.to(torch.int8)  # [out, in]
            return _dequantised(whole, self.weight_scale, 8, dtype, rows)
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
        return rows.view(*input.shape, self.embedding_dim)  # [ids, hidden] → [..., hidden]


def _in_kernel_order(packed: torch.Tensor) -> torch.Tensor:
    """Nibbles [rows, in / 2] as torch's kernel wants them: offset by 8, in its own order, uint8."""
    # [rows, in / 2, 2] → [rows, in]
    spread = torch.stack((packed >> 4, (packed << 4) >> 4), dim=-1).flatten(1)
    order: torch.Tensor = torch.ops.aten._convert_weight_to_int4pack_for_cpu(spread.int() + 8, 1)
    return order


@cache
def _unit_scales(groups: int, rows: int, dtype: torch.dtype) -> torch.Tensor:
    """Scale 1 and zero point 0 for every group of every row, shared by layers of one shape."""
    scales = torch.zeros(groups, rows, 2, dtype=dtype)
    scales[..., 0] = 1
    return scales


@cache
def _ones(rows: int, dtype: torch.dtype) -> torch.Tensor:
    return torch.ones(rows, dtype=dtype)


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
