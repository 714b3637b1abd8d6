"""Whether the weights in a GGUF file are numbers: a single NaN makes all that is drawn NaN."""

import mmap
import re
from collections.abc import Iterator
from typing import NamedTuple

from base.errors import KnownError
from base.messages import _
from models.gguf.header import GgufHeader, GgufTensor


class Layout(NamedTuple):
    """Where exponents of all ones are seen in a type's blocks."""

    block: int
    """Bytes of a block."""
    numbers: int
    """Weights in a block."""
    high: int
    """Place of the byte with the sign and the first bits of the exponent."""
    low: int | None
    """Place of the byte whose first bit ends an exponent of eight bits."""


LAYOUTS = {0: Layout(4, 1, 3, 2), 1: Layout(2, 1, 1, None), 8: Layout(34, 32, 1, None),
           30: Layout(2, 1, 1, 0)}  # fmt: skip
"""F32, F16, Q8_0 (whose scale is an F16) and BF16 by GGML's number: what adapters are written in.
A type that is not here is not looked into."""
ONES_OF_FIVE = re.compile(rb"[\x7c-\x7f\xfc-\xff]")
ONES_OF_SEVEN = re.compile(rb"[\x7f\xff]")
PIECE = 1 << 16
"""Blocks looked at together."""


def check_weights(header: GgufHeader) -> None:
    """Raise `KnownError` where a weight is NaN or infinite."""
    with (
        header.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        for name, tensor in header.tensors.items():
            if any(_broken(piece, LAYOUTS[tensor.kind]) for piece in _pieces(data, tensor)):
                raise KnownError(
                    _(
                        "{path}: {name} holds NaN or infinite weights, because its "
                        "training failed or the file is damaged; use another one",
                        path=header.path,
                        name=name,
                    )
                )


def _pieces(data: mmap.mmap, tensor: GgufTensor) -> Iterator[bytes]:
    layout = LAYOUTS.get(tensor.kind)
    if layout is None:
        return
    count = 1
    for length in tensor.shape:
        count *= length
    end = tensor.start + count // layout.numbers * layout.block
    for start in range(tensor.start, end, PIECE * layout.block):
        yield data[start : min(end, start + PIECE * layout.block)]


def _broken(piece: bytes, layout: Layout) -> bool:
    high = piece[layout.high :: layout.block]
    if layout.low is None:
        return ONES_OF_FIVE.search(high) is not None
    low = piece[layout.low :: layout.block]
    return any(low[found.start()] >= 0x80 for found in ONES_OF_SEVEN.finditer(high))
