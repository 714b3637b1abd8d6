"""The registry of importers: what a file is taken for, how surely, and that no bytes break it."""

import json
import time
from random import Random

import pytest

from base.errors import KnownError
from scenes.files.head import FileHead
from scenes.files.importers import IMPORTERS, guesses, importer_named, is_sure, of_kind
from scenes.files.recognise import recognise
from tests.characters.card_files import png_of, raw, v2, v3, webp_of
from tests.fuzz.mutations import bytes_changed
from tests.imports.table_logs import BY_NAME, LOGS, zipped

ST = '{"user_name":"你","character_name":"安"}\n{"name":"安","is_user":false,"mes":"好"}\n'
NOVEL = "第一回 雨夜\n" + "夜里下起了雨，他推门进来，把伞靠在墙边，说道：“有人吗？”\n" * 20
FILES = {
    "a.jsonl": (ST.encode(), "sillytavern"),
    "list.json": (b'[{"name":"A","is_user":true,"mes":"hi"}]', "sillytavern"),
    "save.json": (b'{"gamestarted":true,"prompt":"x","actions":[]}', "koboldai"),
    "risu.json": (b'{"type":"risuChat","data":{"message":[]}}', "risu"),
    "agnai.json": (b'{"name":"t","messages":[{"msg":"hi"}]}', "agnai"),
    "webui.json": (b'{"internal":[["a","b"]],"visible":[["a","b"]]}', "webui"),
    "v2.json": (raw(v2()), "card-json"),
    "v3.json": (raw(v3()), "card-json"),
    "v1.json": (b'{"name":"A","description":"d","first_mes":"hi"}', "card-json"),
    "a.png": (png_of(chara=v2()), "card-png"),
    "a.webp": (webp_of(v2()), "card-webp"),
    "a.charx": (zipped(**{"card--json": "{}"}), "charx"),
    "glm.json": (b'{"bot_name":"A","bot_info":"x"}', "characterglm"),
    "actor.json": (
        b'{"name":"A","type":"npc","system":{"abilities":{}},"items":[]}',
        "foundry-actor",
    ),
    "clipboard.json": (b'{"kind":"character","data":{"name":"A"}}', "ccfolia-character"),
    "a.yaml": (b"name: A\ngreeting: hi\ncontext: x\n", "webui-character"),
    "system_prompt.txt": ("你是李白".encode(), "chatharuhi"),
    "world.json": (b'{"entries":{"0":{"key":["a"],"content":"b"}}}', "lorebook"),
    "book.json": (b'{"spec":"lorebook_v3","data":{"entries":[]}}', "lorebook"),
    "risu-book.json": (b'{"type":"risu","ver":1,"data":[]}', "risu-lorebook"),
    "novel.txt": (NOVEL.encode(), "novel"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_taken_for_what_it_is_and_surely(tmp_path, name):
    content, importer = FILES[name]
    (tmp_path / name).write_bytes(content)
    file = recognise(tmp_path / name)
    assert file.importer.name == importer and file.is_sure


@pytest.mark.parametrize("format", LOGS)
def test_a_log_is_surely_taken_for_its_format_among_all_kinds(tmp_path, format):
    name, content = LOGS[format]
    (tmp_path / name).write_bytes(content)
    file = recognise(tmp_path / name)
    assert file.importer.name == format and file.is_sure


def test_every_importer_is_tried_here_and_has_functions_that_exist():
    names = [one.name for one in IMPORTERS]
    assert len(names) == len(set(names))
    assert set(names) == {*LOGS, *BY_NAME, *(importer for __, importer in FILES.values())}
    for one in IMPORTERS:
        assert callable(one.read) and one.certainty(FileHead("a", b"")) == 0


def test_a_folder_of_texts_is_a_role_and_an_archive_of_logs_is_a_log(tmp_path):
    (tmp_path / "role").mkdir()
    (tmp_path / "role" / "system_prompt.txt").write_text("你是李白", "utf-8")
    assert recognise(tmp_path / "role").importer.name == "chatharuhi"
    (tmp_path / "a.zip").write_bytes(zipped(**{"raw-log--txt": LOGS["sealdice"][1].decode()}))
    assert recognise(tmp_path / "a.zip").importer.name == "sealdice"


def test_what_fits_hardly_or_fits_two_kinds_is_not_sure():
    half = "甲：好。\n乙：好。\n丙：好。\n" + "就这样过去了很久很久。\n" * 2
    (own,) = guesses(FileHead("a.txt", half.encode()))
    assert own.importer.name == "paotuan" and not is_sure([own])
    both = {"name": "A", "greeting": "hi", "context": "x", "messages": [{"msg": "hi"}]}
    ranked = guesses(FileHead("a.json", json.dumps(both).encode()))
    assert {one.importer.kind for one in ranked} == {"chat", "card"} and not is_sure(ranked)
    assert not is_sure([])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log.txt", "[20:01] <div> x\n[20:02] <p> y\n" * 9),
        ("server.log", "[2026-01-01 20:01:00] INFO: up\n[2026-01-01 20:02:00] WARN: x\n" * 9),
        ("page.txt", "<div class=a>早。</div>\n<p>晚。</p>\n" * 9),
        ("scene.yaml", "title: 雨夜\nsummary: 两人\ncast: 林默\n"),
    ],
)
def test_lines_in_brackets_that_are_no_names_are_not_surely_a_log(name, text):
    assert not is_sure(guesses(FileHead(name, text.encode())))


def test_a_name_that_is_no_importer_is_told_with_the_nearest_one():
    with pytest.raises(KnownError, match="there is no format seaaldice; did you mean sealdice"):
        importer_named("seaaldice")
    with pytest.raises(KnownError, match="the formats are"):
        importer_named("§§", of_kind("book"))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "empty, expected a log, a chat, a character card or a lorebook"),
        ("a.txt", b"<!DOCTYPE html><html>", "an HTML page"),
        ("a.bin", b"\x00\x01\x02" * 99, "not a text file"),
        ("a.zip", b"PK\x03\x04 and no more", "a damaged zip"),
        ("a.json", b'{"a": 1, "b": [', "found a JSON object with a, b"),
        ("a.txt", "一封家书\n".encode(), "not a log, character card or chat of a known program"),
        ("missing.txt", None, "missing.txt"),
        ("长" * 300, None, "File name too long"),
    ],
)
def test_what_is_nothing_is_refused_in_one_line(tmp_path, monkeypatch, name, content, why):
    monkeypatch.setenv("PAOTUAN_LANG", "en")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(KnownError) as refused:
        recognise(tmp_path / name)
    assert why in str(refused.value) and str(refused.value).isprintable()
    assert not refused.value.problems[1:]


def test_no_bytes_raise_or_take_long():
    random = Random(7)
    seeds = [
        content for content, __ in (*FILES.values(), *((raw, "") for __, raw in LOGS.values()))
    ]
    seeds += [b"[" * 60_000, b'{"a":' * 12_000, b'{"a":"' + b'\\"' * 30_000, b"\xff" * 60_000]
    names = ("a.txt", "a.json", "a.yaml", "a.charx", "")
    for number in range(3_000):
        content = seeds[number % len(seeds)]
        if number >= len(seeds):
            content = bytes_changed(content, random, seeds)
        began = time.process_time()
        ranked = guesses(FileHead(random.choice(names), content[: 1 << 16]))
        assert all(0 < one.certainty <= 1 for one in ranked)
        assert time.process_time() - began < 2
