"""What is wrong with a card file is said in one line; nothing grows, hangs or is half-written."""

import json
import resource
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from base.errors import KnownError
from characters.cards import jsontext, png
from characters.cards.card import LIST_FIELDS, TABLE_FIELDS, TEXT_FIELDS
from characters.cards.export import write_card
from characters.cards.files import read_card
from characters.cards.importing import carry_out, plan
from characters.cards.mapping import sheet_of
from tests.characters.card_files import charx_of, chunks_of, png_of, raw, v2, v3


def refused(tmp_path: Path, content: bytes, name: str) -> str:
    """What is said of a file; an import of it leaves nothing behind."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(KnownError) as caught:
        carry_out(plan([path], tmp_path / "made"))
    assert not (tmp_path / "made").exists()
    said = str(caught.value)
    assert name in said and "\n" not in said
    return said


def text_chunk(keyword: bytes, value: bytes) -> bytes:
    parts = chunks_of(png.plain_image(2, 2))
    chunk = png.packed(b"tEXt", keyword + b"\0" + value)
    return png.SIGNATURE + b"".join(one for _, one in parts[:-1]) + chunk + parts[-1][1]


def test_a_wrong_checksum_is_a_warning_where_the_card_can_be_read(tmp_path):
    file = bytearray(png_of(chara=v2()))
    at = file.index(b"IEND") - 5
    file[at] ^= 1
    (tmp_path / "a.png").write_bytes(file)
    card = read_card(tmp_path / "a.png")
    assert card.name == "林晚星"
    assert ["checksum" in one for one in card.warnings] == [True]


def test_a_damaged_v3_falls_back_to_v2_and_says_so(tmp_path):
    file = png_of(chara=v2(), ccv3=v3())
    at = file.index(b"ccv3\0") + 20
    (tmp_path / "a.png").write_bytes(file[:at] + b"!!" + file[at + 2 :])
    card = read_card(tmp_path / "a.png")
    assert card.spec == "v2"
    assert "ccv3: not base64" in card.warnings[0] and "read from `chara`" in card.warnings[0]


def test_bad_base64_is_said(tmp_path):
    said = refused(tmp_path, text_chunk(b"chara", b"not base64!!"), "a.png")
    assert "chara: not base64" in said


def test_a_truncated_image_is_said_with_the_place(tmp_path):
    whole = png_of(chara=v2())
    for length in (4, 9, 20, 40, len(whole) // 2, len(whole) - 1):
        said = refused(tmp_path, whole[:length], "a.png")
        assert "cut off" in said or "neither" in said or "cannot be read" in said


def test_an_image_without_a_card_is_said(tmp_path):
    assert "an image without a card" in refused(tmp_path, png.plain_image(2, 2), "a.png")


def test_a_chunk_of_500_mb_is_neither_read_nor_believed(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    declared = struct.pack(">I4s", 500_000_000, b"tEXt") + b"chara\0"
    head = png.SIGNATURE + chunks_of(png.plain_image(2, 2))[0][1]
    assert "should have 500,000,000 bytes" in refused(tmp_path, head + declared, "short.png")
    with (tmp_path / "whole.png").open("wb") as file:  # sparse: takes no room on the disk
        file.write(head + declared)
        file.seek(len(head) + 8 + 500_000_000 + 4)
        file.write(png.packed(b"IEND", b""))
    with pytest.raises(KnownError, match="have at most 48 MiB"):
        read_card(tmp_path / "whole.png")
    with (tmp_path / "image.png").open("wb") as file:
        file.write(head + struct.pack(">I4s", 500_000_000, b"IDAT"))
        file.seek(len(head) + 12 + 500_000_000)
        file.write(text_chunk(b"chara", b"")[len(head) :])
    with pytest.raises(KnownError, match="empty"):
        read_card(tmp_path / "image.png")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_compressed_text_that_unpacks_to_too_much_is_refused(tmp_path):
    bomb = zlib.compress(b"A" * (png.MAX_TEXT + 100), 9)
    parts = chunks_of(png.plain_image(2, 2))
    chunk = png.packed(b"zTXt", b"chara\0\0" + bomb)
    file = png.SIGNATURE + parts[0][1] + chunk + parts[-1][1]
    assert "unpacks to more than 48 MiB" in refused(tmp_path, file, "a.png")


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:evil", "a\\evil"])
def test_an_archive_that_leads_out_is_refused(tmp_path, name):
    said = refused(tmp_path, charx_of(v3(), **{name: b"x"}), "a.charx")
    assert "leads out of the archive" in said


def test_a_zip_bomb_is_refused_unopened(tmp_path):
    said = refused(tmp_path, charx_of(v3(), **{"a.bin": bytes(50_000_000)}), "a.charx")
    assert "zip bomb" in said
    said = refused(tmp_path, charx_of({**v3(), "x": " " * 5_000_000}), "b.charx")
    assert "card.json" in said and "zip bomb" in said


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    card = raw({**v3(), "x": " " * 900_000})
    file = charx_of({**v3(), "x": " " * 900_000}).replace(
        struct.pack("<I", len(card)), struct.pack("<I", 100)
    )
    assert "the archive cannot be read" in refused(tmp_path, file, "a.charx")


def test_a_damaged_asset_is_said_when_it_is_copied(tmp_path):
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("card.json", raw(v3()), zipfile.ZIP_STORED)
        archive.writestr("a.bin", bytes(range(256)) * 40)
    file = bytearray(made.getvalue())
    at = file.index(b"BZh") + 12
    file[at : at + 8] = bytes(8)
    path = tmp_path / "a.charx"
    path.write_bytes(file)
    card = read_card(path).edited({"creator": "me"})
    with pytest.raises(KnownError, match=r"a\.charx: the archive cannot be read"):
        write_card(card, tmp_path / "b.charx", source=path)
    assert not (tmp_path / "b.charx").exists()


def test_archives_without_a_card_or_with_many_members_are_refused(tmp_path):
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("other.json", "{}")
    assert "without card.json" in refused(tmp_path, made.getvalue(), "a.charx")
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), "")
    assert "more than 10,000 files" in refused(tmp_path, made.getvalue(), "b.charx")


def test_a_cut_archive_is_said(tmp_path):
    assert "cut off" in refused(tmp_path, charx_of(v3())[:-30], "a.charx")


def test_a_newer_version_is_read_with_a_warning(tmp_path):
    for change in ({"spec_version": "3.1"}, {"spec": "chara_card_v4", "spec_version": "4.0"}):
        (tmp_path / "a.json").write_bytes(raw({**v3(), **change}))
        card = read_card(tmp_path / "a.json")
        assert card.name == "林晚星"
        assert ["is newer than 3.0" in one for one in card.warnings] == [True]


def test_gb18030_is_read_and_said(tmp_path):
    (tmp_path / "a.json").write_bytes(raw(v2()).decode().encode("gb18030"))
    card = read_card(tmp_path / "a.json")
    assert card.name == "林晚星"
    assert "GB18030" in card.warnings[0]


def test_bytes_that_are_no_text_are_said_with_the_place(tmp_path):
    file = raw(v2()).replace(b'"n"', b'"\xff\xff"')
    assert "neither UTF-8 nor GB18030 text (byte 0xff at" in refused(tmp_path, file, "a.json")


@pytest.mark.parametrize("page", ["<!DOCTYPE html><p>", "\n <HTML>", "\ufeff<!doctype html>"])
def test_a_web_page_is_said(tmp_path, page):
    assert "a web page (HTML)" in refused(tmp_path, page.encode(), "a.json")


NO_CARDS = [
    (b"", "empty, expected a card"),
    (b"[1]", "found a list"),
    (b"{}", "not a character card"),
    (b'{"name": "a"}', "not a character card; found the keys name"),
    (b'{"entries": {}}', "a lorebook, expected a card"),
    (b'{"spec": "lorebook_v3", "data": {"name": "x"}}', "a lorebook"),
    (b'{"spec": "chara_card_v2", "data": []}', "data: found a list"),
    (b'{"spec": "chara_card_v2"}', "data: missing"),
    (b'{"spec": "chara_card_v2", "data": {}}', "a card without a name; give it one: --name"),
    (b'{"name": 5, "description": "", "scenario": ""}', "name: found the number 5"),
    (b'{"name": " ", "description": "", "scenario": ""}', "a.json: a card without a name"),
    (b'{"name": "a",\n "description": nope}', "a.json:2: not valid JSON"),
    (b'{"name": "a", "description": NaN}', "NaN is not a number in JSON"),
    (b'{"name": "a", "description": 1e999}', "too large"),
    (b'{"name": "a", "description": ' + b"9" * 5000 + b"}", "not valid JSON"),
    (b'{"x": ' * 100 + b"1" + b"}" * 100, "nested more than 64 deep"),
    (b"[" * 100_000, "nested more than 64 deep"),
    (b"[" + b"1," * 1_000_001 + b"1]", "more than 1,000,000 values"),
    (b"plain words", "neither PNG, WebP, zip nor JSON"),
    (
        b'{"spec": "chara_card_v2", "data": {"name": "\xe3\x80\x90\xef\xbc\x9a"}}',
        "cannot begin",
    ),
]


@pytest.mark.parametrize(("content", "said"), NO_CARDS, ids=[said for _, said in NO_CARDS])
def test_what_is_no_card_is_said(tmp_path, content, said):
    assert said in refused(tmp_path, content, "a.json")


@pytest.mark.parametrize("wrong", [None, True, 7, 0.5, 10**30, "text", [], [1, "a"], {}, {"a": []}])
@pytest.mark.parametrize("field", [*TEXT_FIELDS, *LIST_FIELDS, *TABLE_FIELDS, "assets"])
def test_a_field_of_a_wrong_type_is_kept_and_said(tmp_path, field, wrong):
    card_json = v3()
    card_json["data"][field] = wrong
    (tmp_path / "a.json").write_bytes(raw(card_json))
    if field == "name" and not isinstance(wrong, str):
        why = "a card without a name" if wrong is None else "data.name: found"
        assert why in refused(tmp_path, raw(card_json), "a.json")
        return
    card = read_card(tmp_path / "a.json")
    sheet_of(card)
    assert card.data[field] == wrong
    texts = isinstance(wrong, str)
    if field in TEXT_FIELDS and wrong is not None and not texts:
        assert f"data.{field}: found" in card.warnings[0]
    if field in LIST_FIELDS and isinstance(wrong, str | dict | int | float):
        assert f"data.{field}: found" in card.warnings[0]


def test_a_file_larger_than_a_card_is_refused_unread(tmp_path):
    with (tmp_path / "a.json").open("wb") as file:
        file.write(b"{")
        file.seek(jsontext.MAX_BYTES + 10)
        file.write(b"}")
    with pytest.raises(KnownError, match="larger than 32 MiB"):
        read_card(tmp_path / "a.json")


def test_nothing_is_half_written_where_a_disk_or_a_name_fails(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(v2()))
    imports = plan([tmp_path / "a.json"], tmp_path / "made")
    (tmp_path / "a.json").unlink()
    with pytest.raises(FileNotFoundError):
        carry_out(imports)
    assert list((tmp_path / "made").iterdir()) == []


def test_a_flat_card_with_an_unknown_spec_is_read_as_the_first_version(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"name": "a", "description": "b", "spec": "my_card"}', "utf-8")
    card = read_card(file)
    assert card.spec == "v1" and "my_card is not known; read as V1" in card.warnings[0]
    file.write_text('{"name": "a", "description": "b", "spec": "tavern_ai"}', "utf-8")
    assert (read_card(file).spec, read_card(file).warnings) == ("v1", ())
