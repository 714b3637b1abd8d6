"""The card in a WebP image: JSON in the `UserComment` of its EXIF data, as TavernAI writes it.

Sources: the RIFF container of WebP, TIFF 6.0, and Exif 2.3 for `UserComment` (0x9286).
"""

import struct
from base64 import b64decode
from collections.abc import Iterator
from typing import BinaryIO

from base.errors import KnownError
from base.messages import _
from characters.cards.jsontext import MAX_BYTES

SUFFIX = ".webp"
_EXIF_IFD, _COMMENT, _DESCRIPTION = 0x8769, 0x9286, 0x010E
_MOST_TAGS = 1_000
_CHARSETS = {b"ASCII\0\0\0": "utf-8", b"UNICODE\0": "utf-16", b"\0" * 8: "utf-8"}
_WIDTHS = {1: 1, 2: 1, 7: 1}
"""Bytes of a value, by the type of a tag, for those that hold text."""


def is_webp(head: bytes) -> bool:
    """Whether a file that begins so is a WebP image."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def card_in(file: BinaryIO, where: str) -> bytes:
    """The bytes of the card's JSON. Raises `KnownError`."""
    exif = _exif(file, where)
    texts = list(_texts(exif)) if exif is not None else []
    for text in texts:
        found = _json_in(text)
        if found is not None:
            return found
    raise KnownError(
        _(
            "{where}: an image without a card, expected one in the comment of its EXIF data",
            where=where,
        )
    )


def _exif(file: BinaryIO, where: str) -> bytes | None:
    """The chunk with EXIF data, wherever it stands."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        size = int.from_bytes(head[4:], "little")
        if head[:4] != b"EXIF":
            file.seek(size + size % 2, 1)
            continue
        if size > MAX_BYTES:
            raise KnownError(
                _(
                    "{where}: larger than {most} MiB; is it a card?",
                    where=where,
                    most=MAX_BYTES >> 20,
                )
            )
        return file.read(size)
    return None


def _texts(exif: bytes) -> Iterator[bytes]:
    """What the tags that may hold a card say, without what names their alphabet."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return
    first = struct.unpack(f"{order}I", tiff[4:8])[0]
    tags = dict(_tags(tiff, first, order))
    if _EXIF_IFD in tags:
        inner = dict(_tags(tiff, struct.unpack(f"{order}I", tags[_EXIF_IFD][:4])[0], order))
        if _COMMENT in inner:
            yield _uncoded(inner[_COMMENT], order)
    for tag in (_COMMENT, _DESCRIPTION):
        if tag in tags:
            yield _uncoded(tags[tag], order)


def _tags(tiff: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    """The tags of a directory with their values, as far as the data go."""
    if at + 2 > len(tiff):
        return
    count = min(struct.unpack(f"{order}H", tiff[at : at + 2])[0], _MOST_TAGS)
    for start in range(at + 2, at + 2 + 12 * count, 12):
        entry = tiff[start : start + 12]
        if len(entry) < 12:
            return
        tag, kind, items = struct.unpack(f"{order}HHI", entry[:8])
        size = items * _WIDTHS.get(kind, 0)
        value = entry[8:]
        if size > 4:
            offset = struct.unpack(f"{order}I", value)[0]
            value = tiff[offset : offset + size]
        yield tag, value


def _uncoded(value: bytes, order: str) -> bytes:
    """A comment as UTF-8, whichever alphabet it says that it is in."""
    charset = _CHARSETS.get(value[:8])
    if charset is None:
        return value
    text = value[8:]
    if charset != "utf-16":
        return text
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return text.decode("utf-16", "replace").encode()
    big = order == ">" if text[:1] not in (b"{", b"\0") else text[:1] == b"\0"
    return text.decode("utf-16-be" if big else "utf-16-le", "replace").encode()


def _json_in(text: bytes) -> bytes | None:
    """The JSON that a comment is: itself, its bytes as numbers with commas, or as base64."""
    plain = text.strip(b"\0 \t\r\n")
    if plain[:1] == b"{":
        return plain
    if plain[:4] == b"123," or plain[:5] == b"123, ":
        try:
            return bytes(map(int, plain.split(b",")))
        except ValueError:
            return None
    if plain[:2] == b"ey":
        try:
            return b64decode(plain, validate=True)
        except ValueError:
            return None
    return None
