"""Reads what a server sends within a limit of unpacked bytes, and splits a stream into events."""

import zlib
from collections.abc import AsyncIterator

import httpx

from base.messages import _

MAX_BODY = 8 << 20
"""Unpacked bytes of an answer that is no stream, such as a list of models."""
MAX_LINE = 1 << 20
"""Bytes of one line of a stream, above which it is no stream of completions."""
MAX_STREAM = 64 << 20
"""Bytes of all of a stream."""
PIECE = 1 << 16
"""Most bytes that are unpacked at a time."""
DONE = b"[DONE]"
_PACKED = ("gzip", "x-gzip", "deflate")


class TooMuch(Exception):
    """More came than an answer of its kind has; says what."""


async def unpacked(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes of an answer in small pieces. It was asked for unpacked; some pack all the same.

    Raises `TooMuch` for packings that are not known.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        async for part in response.aiter_raw():
            yield part
        return
    if packing not in _PACKED:
        raise TooMuch(
            _(
                "its answer is compressed with {packing}, which was not asked for",
                packing=packing[:20],
            )
        )
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    async for part in response.aiter_raw():
        while part and not unpacker.eof:
            try:
                piece = unpacker.decompress(part, PIECE)
            except zlib.error:
                raise TooMuch(
                    _("its answer is not {packing}, though it says so", packing=packing)
                ) from None
            part = unpacker.unconsumed_tail
            yield piece


async def whole_body(response: httpx.Response, most: int = MAX_BODY) -> bytes:
    """All of a small answer. Raises `TooMuch`."""
    body = bytearray()
    async for part in unpacked(response):
        body += part
        if len(body) > most:
            raise TooMuch(
                _("its answer has more than {size} MiB, which no such answer has", size=most >> 20)
            )
    return bytes(body)


async def lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of each server-sent event, with `[DONE]` as the last if it comes.

    Lines end at `\\n` only: the separators that Unicode knows may stand inside JSON. Each line of
    data is an event, since JSON is sent on one line and some servers leave out the blank ones.
    After each piece an empty one is yielded, so that its reader can look at the clock.
    """
    rest, taken = b"", 0
    async for part in parts:
        taken += len(part)
        *whole, rest = (rest + part).split(b"\n")
        if len(rest) > MAX_LINE or any(len(line) > MAX_LINE for line in whole):
            raise TooMuch(_("its answer has a line of more than {bytes} bytes", bytes=MAX_LINE))
        if taken > MAX_STREAM:
            raise TooMuch(
                _("its answer has more than {size} MiB for one draw", size=MAX_STREAM >> 20)
            )
        for event in filter(None, map(_data, whole)):
            yield event
            if event == DONE:
                return
        yield b""
    yield _data(rest)


def _data(line: bytes) -> bytes:
    """What a line of a stream says: its data, or all of it where it is no field of an event."""
    line = line.strip()
    if line.startswith((b"data:", b"error:")):
        return line.partition(b":")[2].strip()
    return b"" if line.startswith((b":", b"event:", b"id:", b"retry:")) else line


def is_delimited(response: httpx.Response) -> bool:
    """Whether the end of the connection is known from the end of the answer."""
    headers = response.headers
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()
