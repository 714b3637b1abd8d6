"""Lines of a journal of which one bit has flipped, found by the check value and set right. Pure."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from scenes.table.events import TAIL, Event, event_of, is_whole

LONGEST = 11_000
"""Bytes of a line up to which CRC-32 tells one flipped bit from any two."""
_SEAM = re.compile(rb'(?<="\}).(?=\{"event":)', re.DOTALL)
_TABLE = [zlib.crc32(bytes([byte])) ^ zlib.crc32(b"\0") for byte in range(256)]
_BACK = {value >> 24: index for index, value in enumerate(_TABLE)}
_BITS = {_TABLE[1 << bit]: 1 << bit for bit in range(8)}


@dataclass(frozen=True)
class LineRead:
    """A line that was read, or one that could not be."""

    number: int
    line: bytes
    event: Event | None
    mended: bool = False


def is_mendable(line: bytes) -> bool:
    """Whether one flipped bit is all that is wrong with a line, or with its newline."""
    return _parted(line) is not None or mended(line) is not None


def mended(line: bytes) -> bytes | None:
    """The line as it was before one bit of it flipped; `None` where it was not so."""
    if len(line) > LONGEST:
        return None
    for place in range(max(0, len(line) - TAIL), len(line)):
        for flipped in _flips(line, place):
            if is_whole(flipped):
                return flipped
    check = re.fullmatch(rb"[0-9a-f]{8}", line[-10:-2])
    if is_whole(line) is not False or check is None:
        return None
    body = line[:-TAIL] + b"}"
    flip = _flipped_bit(zlib.crc32(body) ^ int(check[0], 16), len(body))
    if flip is None:
        return None
    place, bit = flip
    whole = line[:place] + bytes([line[place] ^ bit]) + line[place + 1 :]
    return whole if is_whole(whole) else None


def _flips(line: bytes, place: int) -> Iterator[bytes]:
    for bit in range(8):
        yield line[:place] + bytes([line[place] ^ 1 << bit]) + line[place + 1 :]


def _flipped_bit(difference: int, length: int) -> tuple[int, int] | None:
    """Which bit of so many bytes makes that difference of two check values: place and mask."""
    for place in range(length - 1, -1, -1):
        if difference in _BITS:
            return place, _BITS[difference]
        index = _BACK[difference >> 24]  # what one byte more has made of it is taken back
        difference = (difference ^ _TABLE[index]) << 8 | index
    return None


def lines_read(lines: list[bytes]) -> Iterator[LineRead]:
    """Each line with its event, what one flipped bit did to it or to its newline set right."""
    at = 0
    while at < len(lines):
        line, number = lines[at], at + 1
        if (event := event_of(line)) is not None:
            yield LineRead(number, line, event)
        elif pieces := _parted(line):
            for piece in pieces:
                yield LineRead(number, piece, event_of(piece), mended=True)
        elif whole := mended(line) or _joined(lines[at : at + 2]):
            at += whole != mended(line)
            yield LineRead(number, whole, event_of(whole), mended=True)
        else:
            yield LineRead(number, line, None)
        at += 1


def _parted(line: bytes) -> list[bytes] | None:
    """Two lines, or the last one, whose newline became another byte."""
    if is_whole(line[:-1]):
        return [line[:-1]]
    for seam in _SEAM.finditer(line):
        pieces = [line[: seam.start()], line[seam.end() :]]
        if all(is_whole(piece) for piece in pieces):
            return pieces
    return None


def _joined(two: list[bytes]) -> bytes | None:
    """The line of which a byte became a newline."""
    if len(two) == 2:
        for byte in (0x0A ^ 1 << bit for bit in range(8)):
            if is_whole(whole := two[0] + bytes([byte]) + two[1]):
                return whole
    return None
