"""Writes a GGUF file anew with other metadata and fewer rows, everything else byte for byte.

Format: github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3.
"""

import errno
import math
import mmap
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from base.errors import KnownError
from base.messages import _
from models.gguf.header import ALIGNMENT, ARRAY, MAGIC, SCALARS, STRING, GgufReader

PIECE = 1 << 20
"""Bytes that are copied at a time."""

Scalar = str | int | float | bool


@dataclass(frozen=True)
class RawValue:
    """A value of the metadata as it stands in the file, its type in front."""

    kind: int
    inner: int | None
    """Of an array, the type of its members."""
    data: bytes
    """What follows the type; of an array, its members behind their type and number."""

    @property
    def values(self) -> list[Scalar]:
        """The members of an array, or the value alone."""
        kind, at, count = self.kind, 0, 1
        if self.inner is not None:
            kind, at = self.inner, 12
            count = struct.unpack_from("<Q", self.data, 4)[0]
        if kind != STRING:
            return list(struct.unpack_from(f"<{count}{SCALARS[kind]}", self.data, at))
        strings: list[Scalar] = []
        for __ in range(count):
            size = struct.unpack_from("<Q", self.data, at)[0]
            strings.append(self.data[at + 8 : at + 8 + size].decode("utf-8", "surrogateescape"))
            at += 8 + size
        return strings

    def holding(self, values: Sequence[Scalar]) -> "RawValue":
        """The same type with other members."""
        kind = self.kind if self.inner is None else self.inner
        if kind == STRING:
            coded = [str(one).encode("utf-8", "surrogateescape") for one in values]
            packed = b"".join(struct.pack("<Q", len(one)) + one for one in coded)
        else:
            packed = struct.pack(f"<{len(values)}{SCALARS[kind]}", *values)
        if self.inner is None:
            return RawValue(kind, None, packed)
        return RawValue(ARRAY, kind, struct.pack("<IQ", kind, len(values)) + packed)


@dataclass(frozen=True)
class RawTensor:
    """A tensor as the file lists it: shape in GGML's order, type, place and bytes."""

    name: str
    shape: tuple[int, ...]
    kind: int
    start: int
    """First byte, from the beginning of the file."""
    size: int
    """Bytes up to the next tensor, padding left out where the type's size is known."""


@dataclass(frozen=True)
class RawGguf:
    """A GGUF file with every value of its metadata; the weights stay where they are."""

    path: Path
    version: int
    metadata: dict[str, RawValue]
    tensors: tuple[RawTensor, ...]
    alignment: int

    def write(
        self,
        out: IO[bytes],
        metadata: Mapping[str, RawValue],
        rows: Mapping[str, Sequence[int]],
    ) -> None:
        """Write the file with `metadata`, and of the tensors in `rows` those rows alone.

        A row is the last axis but one of GGML's order: `shape[1]` of them, or `shape[0]` where the
        tensor is a vector.
        """
        sizes = [self._size(tensor, rows.get(tensor.name)) for tensor in self.tensors]
        out.write(MAGIC + struct.pack("<IQQ", self.version, len(self.tensors), len(metadata)))
        for key, value in metadata.items():
            out.write(_string(key) + struct.pack("<I", value.kind) + value.data)
        place = 0
        for tensor, size in zip(self.tensors, sizes, strict=True):
            shape = _shape(tensor, rows.get(tensor.name))
            out.write(_string(tensor.name) + struct.pack("<I", len(shape)))
            out.write(struct.pack(f"<{len(shape)}Q", *shape))
            out.write(struct.pack("<IQ", tensor.kind, place))
            place += self._padded(size)
        out.write(b"\0" * (-out.tell() % self.alignment))
        with self.path.open("rb") as file:
            for tensor, size in zip(self.tensors, sizes, strict=True):
                for piece in _pieces(file, tensor, rows.get(tensor.name)):
                    out.write(piece)
                out.write(b"\0" * (self._padded(size) - size))

    def _size(self, tensor: RawTensor, rows: Sequence[int] | None) -> int:
        return tensor.size if rows is None else tensor.size // tensor.shape[-1] * len(rows)

    def _padded(self, size: int) -> int:
        return -(-size // self.alignment) * self.alignment


def read_whole(path: Path) -> RawGguf:
    """Read all metadata of `path` and where its tensors lie.

    Raises `KnownError` for a file whose header `models.gguf.header.read_header` would refuse, and
    for a type of tensor that is not known, whose size cannot be told.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _read(path, data)
        except (struct.error, KeyError, UnicodeDecodeError, OverflowError, ValueError):
            raise KnownError(
                _("{path}: the file is cut off or damaged; download it again", path=path)
            ) from None


BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""GGML's types by number: weights in a block, and its bytes."""


def _read(path: Path, data: mmap.mmap) -> RawGguf:
    reader = GgufReader(data)
    reader.skip(len(MAGIC))
    version = reader.integer("I")
    count, pairs = reader.integer("Q"), reader.integer("Q")
    metadata = {}
    for __ in range(pairs):
        key, kind = reader.string(), reader.integer("I")
        start = reader.at
        reader.value(kind)
        raw = data[start : reader.at]
        inner = struct.unpack_from("<I", raw)[0] if kind == ARRAY else None
        metadata[key] = RawValue(kind, inner, raw)
    listed = []
    for __ in range(count):
        name, rank = reader.string(), reader.integer("I")
        shape = tuple(reader.integer("Q") for __ in range(rank))
        listed.append((name, shape, reader.integer("I"), reader.integer("Q")))
    alignment = ALIGNMENT
    if (said := metadata.get("general.alignment")) is not None:
        alignment = int(said.values[0]) or ALIGNMENT
    first = -(-reader.at // alignment) * alignment
    tensors = tuple(
        RawTensor(name, shape, kind, first + start, _bytes(path, name, shape, kind))
        for name, shape, kind, start in listed
    )
    if any(one.start + one.size > len(data) for one in tensors):
        raise struct.error("the weights are cut off")
    return RawGguf(path, version, metadata, tensors, alignment)


def _bytes(path: Path, name: str, shape: tuple[int, ...], kind: int) -> int:
    """Bytes of a tensor of that shape and type."""
    if kind not in BLOCKS:
        raise KnownError(
            _(
                "{path}: {tensor} is of type {kind}, which is not known here; use another "
                "quantization of the model",
                path=path,
                tensor=name,
                kind=kind,
            )
        )
    numbers, size = BLOCKS[kind]
    return math.prod(shape) // numbers * size


def _string(text: str) -> bytes:
    coded = text.encode("utf-8")
    return struct.pack("<Q", len(coded)) + coded


def _shape(tensor: RawTensor, rows: Sequence[int] | None) -> tuple[int, ...]:
    return tensor.shape if rows is None else (*tensor.shape[:-1], len(rows))


def _pieces(file: IO[bytes], tensor: RawTensor, rows: Sequence[int] | None) -> Iterator[bytes]:
    """The bytes of a tensor; read, not mapped, so that they take no memory beside the piece."""
    count = tensor.shape[-1] if tensor.shape else 1
    for first, last in [(0, count)] if rows is None else _runs(rows):
        file.seek(tensor.start + tensor.size // count * first)
        left = tensor.size // count * (last - first)
        while left:
            piece = file.read(min(left, PIECE))
            if not piece:
                raise OSError(errno.EIO, "the file has become shorter")
            left -= len(piece)
            yield piece


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rows that stand side by side, as the first and the one behind the last."""
    first = last = rows[0] if rows else 0
    for row in rows:
        if row != last:
            yield first, last
            first = row
        last = row + 1
    if rows:
        yield first, last
