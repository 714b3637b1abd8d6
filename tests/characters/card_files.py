"""Cards and containers that tests make, and where the shared fixtures lie."""

import json
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from characters.cards import png
from characters.cards.files import KEYWORDS

FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="needs the folder `shared` beside the checkout"
)


def data(**fields: object) -> dict[str, object]:
    """The fields of a card that says something everywhere, changed by `fields`."""
    return {
        "name": "林晚星",
        "description": "{{char}}是王都学院的首席法师。",
        "personality": "冷静",
        "scenario": "{{user}}在学院的夜晚",
        "first_mes": "*抬头看{{user}}* “谁？”",
        "mes_example": "<START>\n{{user}}：你好\n{{char}}：*合上书本* “说。”",
        "creator_notes": "n",
        "system_prompt": "{{original}}",
        "post_history_instructions": "",
        "alternate_greetings": ["【夜深了】\n{{char}}：谁在那里？ \\emoji 惊讶"],
        "tags": ["中文"],
        "creator": "c",
        "character_version": "1.0",
        "extensions": {"a/b": {"keep": [1, None, 0.5]}, "talkativeness": "0.7"},
        "character_book": {
            "entries": [{"keys": ["王都"], "content": "@@depth 3\n王都。", "extensions": {}}],
            "extensions": {},
        },
        "unknown": {"x": True},
        **fields,
    }


def v2(**fields: object) -> dict[str, object]:
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": data(**fields), "more": 1}


def v3(**fields: object) -> dict[str, object]:
    new = {"nickname": "晚星", "group_only_greetings": ["到齐了？"], "creation_date": 1}
    return {"spec": "chara_card_v3", "spec_version": "3.0", "data": data(**new, **fields)}


def raw(card: object) -> bytes:
    return json.dumps(card, ensure_ascii=False).encode()


def png_of(image: bytes = b"", **values: object) -> bytes:
    """A PNG with a card under each keyword."""
    made = BytesIO()
    texts = {key: raw(card) for key, card in values.items()}
    source = BytesIO(image or png.plain_image(2, 2))
    png.write(source, made, texts, frozenset(KEYWORDS), "made")
    return made.getvalue()


def chunks_of(file: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and stored bytes of each chunk."""
    return [(one.kind, file[one.start : one.end]) for one in png.chunks(BytesIO(file), "a file")]


def webp_of(card: object, order: str = "<", charset: bytes = b"ASCII\0\0\0") -> bytes:
    """A WebP with a card in the comment of its EXIF data; no picture can be seen in it."""
    comment = charset + (card if isinstance(card, bytes) else raw(card))
    at = 8 + 2 + 12 + 4
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    first = struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, at, 0)
    second = struct.pack(f"{order}HHHIII", 1, 0x9286, 7, len(comment), at + 18, 0)
    exif = head + first + second + comment
    chunks = b""
    for kind, body in ((b"VP8L", b"\x2f\0\0\0\0\x88\x88\x08\0"), (b"EXIF", exif)):
        chunks += kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def charx_of(card: object, **members: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", raw(card))
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()
