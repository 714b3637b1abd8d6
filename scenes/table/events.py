"""A journal's lines: an event each, with a check value of what stands before it. Pure.

The check value is the CRC-32 of the event's JSON without it, in hexadecimal, as the last key
`check`. Journals of before have none; a program that only writes the JSON otherwise does no harm.
"""

import gc
import json
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from base.writing import UTF8
from scenes.table.draws import Draw

Event = dict[str, Any]
"""A JSON object with a key `event`; `docs/sessions.md` lists them."""

_KEY, _ENDS = b',"check":"', b'"}'
TAIL = len(_KEY) + 8 + len(_ENDS)
"""Bytes of the check value at the end of a line."""
_DRAW = (b'{"event":"draw"', b'{"event": "draw"')
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class _Head(msgspec.Struct):
    """What a session must know of a draw before it is asked for."""

    id: int
    parent: int | None


_head_of = msgspec.json.Decoder(_Head).decode
_draw_of = msgspec.json.Decoder(Draw).decode


@contextmanager
def building() -> Iterator[None]:
    """While much is built that stays, nothing is looked for that could be thrown away: looking
    takes longer the more is there."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def line_of(event: Event) -> bytes:
    """The line of an event, with its check value and without a newline."""
    body = _encoded(event)
    return b"%b%b%08x%b" % (body[:-1], _KEY, zlib.crc32(body), _ENDS)


def event_of(line: bytes) -> Event | None:
    """The event that a line holds; `None` for one that is damaged, cut off, or none.

    Of a draw only `id` and `parent` are read, and its `line` is kept for when it is asked for.
    """
    line = line.rstrip(b"\r\n").removeprefix(BOM_UTF8)
    whole = is_whole(line)
    if whole is not False and line.startswith(_DRAW) and (draw := _glance(line, whole is True)):
        return draw
    event = _parsed(line)
    if not isinstance(event, dict):
        return None
    check = event.pop("check", None)
    if whole or (whole is None and check is None):
        return event
    return event if check == f"{zlib.crc32(_encoded(event)):08x}" else None


def is_whole(line: bytes) -> bool | None:
    """Whether the check value at the end of a line holds; `None` where there is none."""
    tail = line[-TAIL:]
    if tail[:10] == _KEY and tail[18:] == _ENDS:
        return tail[10:18] == b"%08x" % zlib.crc32(b"}", zlib.crc32(line[:-TAIL]))
    alike = sum(map(int.__eq__, tail[: len(_KEY)] + tail[-len(_ENDS) :], _KEY + _ENDS))
    return False if alike > len(_KEY) - 2 else None


def _glance(line: bytes, whole: bool) -> Event | None:
    """A draw of which what was not checked is read through; `None` for one that reads otherwise."""
    try:
        head = _head_of(line) if whole else _draw_of(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return {"event": "draw", "id": head.id, "parent": head.parent, "line": line}


def _parsed(line: bytes) -> object:
    try:
        return _decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass  # a half of a surrogate pair, which is kept, or no JSON at all
    try:
        return json.loads(line.decode(*UTF8))
    except (ValueError, RecursionError):
        return None


def _encoded(event: Event) -> bytes:
    try:
        return _encode(event)
    except UnicodeEncodeError:  # a half of a surrogate pair, which is kept
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(*UTF8)
