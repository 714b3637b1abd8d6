"""PNG and APNG: the text chunks read and replaced; image data is passed by and copied as it is."""

import binascii
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from base.errors import KnownError
from base.messages import N_, _
from base.text import shown

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_TEXT = 48 * 1024 * 1024
"""Bytes of a text chunk that is read; base64 of the largest card."""
MAX_CHUNKS = 200_000
BLOCK = 1 << 20
BASE64_MISTAKES = (
    *(N_("Only base64 data is allowed"), N_("Incorrect padding"), N_("Excess data after padding")),
    *(N_("Leading padding not allowed"), N_("Discontinuous padding not allowed")),
)
"""What Python says of base64 that it cannot read."""
TEXT = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True)
class PngChunk:
    """Where a chunk stands in its file."""

    kind: bytes
    start: int
    """Offset of its length field."""
    length: int
    """Bytes of its data."""

    @property
    def end(self) -> int:
        return self.start + 12 + self.length


@dataclass(frozen=True)
class TextChunk:
    """A keyword and its value as stored; `sound` is whether its checksum matches."""

    keyword: str
    value: bytes
    start: int
    sound: bool


def chunks(file: BinaryIO, where: str) -> Iterator[PngChunk]:
    """The chunks up to IEND, of which no data is read. Raises `KnownError` where one is cut."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(8) != SIGNATURE:
        raise KnownError(_("{where}: not a PNG file", where=where))
    start = 8
    for __ in range(MAX_CHUNKS):
        file.seek(start)
        header = file.read(8)
        if len(header) < 8:
            raise KnownError(
                _(
                    "{where}: cut off at byte {size}, before the end of the image",
                    where=where,
                    size=size,
                )
            )
        length, kind = struct.unpack(">I4s", header)
        chunk = PngChunk(kind, start, length)
        if not kind.isalpha():
            raise KnownError(
                _(
                    "{where}: byte {start} is no chunk of a PNG; the file is damaged",
                    where=where,
                    start=start,
                )
            )
        if chunk.end > size:
            name = kind.decode("ascii")
            raise KnownError(
                _(
                    "{where}: cut off: the chunk {name} at byte {start} should have {length} "
                    "bytes, and the file has {left} left",
                    where=where,
                    name=name,
                    start=start,
                    length=f"{length:,}",
                    left=f"{max(size - start - 12, 0):,}",
                )
            )
        yield chunk
        if kind == b"IEND":
            return
        start = chunk.end
    raise KnownError(
        _(
            "{where}: more than {most} chunks; is it an image?",
            where=where,
            most=f"{MAX_CHUNKS:,}",
        )
    )


def keyword_of(file: BinaryIO, chunk: PngChunk) -> str:
    """The keyword that a text chunk begins with, in lower case."""
    file.seek(chunk.start + 8)
    head = file.read(min(chunk.length, 80))
    return head.partition(b"\0")[0].decode("latin-1").lower()


def texts(file: BinaryIO, wanted: tuple[str, ...], where: str) -> Iterator[TextChunk]:
    """The text chunks whose keyword, in lower case, is `wanted`. Raises `KnownError`."""
    left = MAX_TEXT
    for chunk in chunks(file, where):
        if chunk.kind in TEXT and (keyword := keyword_of(file, chunk)) in wanted:
            left -= chunk.length
            if left < 0:
                raise KnownError(
                    _(
                        "{where}: the chunk `{keyword}` at byte {start} has {length} bytes; all "
                        "chunks of a card have at most {most} MiB",
                        where=where,
                        keyword=keyword,
                        start=chunk.start,
                        length=f"{chunk.length:,}",
                        most=MAX_TEXT >> 20,
                    )
                )
            file.seek(chunk.start + 8)
            data = file.read(chunk.length)
            (checksum,) = struct.unpack(">I", file.read(4))
            sound = checksum == zlib.crc32(chunk.kind + data)
            yield TextChunk(keyword, _value(chunk, data, where), chunk.start, sound)


def _value(chunk: PngChunk, data: bytes, where: str) -> bytes:
    rest = data.partition(b"\0")[2]
    if chunk.kind == b"tEXt":
        return rest
    packed = chunk.kind == b"zTXt"
    if chunk.kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    else:
        rest = rest[1:]
    return _inflated(rest, chunk, where) if packed else rest


def _inflated(data: bytes, chunk: PngChunk, where: str) -> bytes:
    unpack = zlib.decompressobj()
    try:
        value = unpack.decompress(data, MAX_TEXT)
    except zlib.error as error:
        raise KnownError(
            _(
                "{where}: the compressed text at byte {start} cannot be unpacked: {words}",
                where=where,
                start=chunk.start,
                words=shown(str(error)),
            )
        ) from None
    if unpack.unconsumed_tail:
        raise KnownError(
            _(
                "{where}: the compressed text at byte {start} unpacks to more than {most} MiB",
                where=where,
                start=chunk.start,
                most=MAX_TEXT >> 20,
            )
        )
    return value


def unbase64(value: bytes, where: str) -> bytes:
    """The bytes of a base64 text, padded or not. Raises `KnownError` with the wrong sign."""
    plain = b"".join(value.split()).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)
    except binascii.Error as error:
        mistake = _(str(error)) if str(error) in BASE64_MISTAKES else shown(str(error))
        raise KnownError(_("{where}: not base64: {words}", where=where, words=mistake)) from None


def write(
    source: BinaryIO,
    target: BinaryIO,
    values: Mapping[str, bytes],
    drop: frozenset[str],
    where: str,
) -> None:
    """Copy an image with the text chunks named in `drop` replaced by `values`, before IEND.

    Every other byte is the same as in `source`. `values` maps a keyword to its bytes, which are
    written as base64. Raises `KnownError` where `source` is no whole PNG.
    """
    others = [
        chunk
        for chunk in chunks(source, where)
        if not (chunk.kind in TEXT and keyword_of(source, chunk) in drop)
    ]
    target.write(SIGNATURE)
    for chunk in others:
        if chunk.kind == b"IEND":
            for keyword, value in values.items():
                data = keyword.encode("ascii") + b"\0" + binascii.b2a_base64(value, newline=False)
                target.write(packed(b"tEXt", data))
        _copy(source, target, chunk.start, chunk.end - chunk.start)
    _copy(source, target, others[-1].end, None)


def packed(kind: bytes, data: bytes) -> bytes:
    """A chunk as it is stored."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def plain_image(width: int = 256, height: int = 384) -> bytes:
    """A small grey portrait, for a card that has no image of its own."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([96 + 64 * y // height]) * width for y in range(height))
    data = zlib.compress(rows, 9)
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return SIGNATURE + b"".join(packed(kind, one) for kind, one in parts)


def _copy(source: BinaryIO, target: BinaryIO, start: int, length: int | None) -> None:
    source.seek(start)
    left = length
    while left is None or left > 0:
        block = source.read(BLOCK if left is None else min(left, BLOCK))
        if not block:
            return
        target.write(block)
        left = None if left is None else left - len(block)
