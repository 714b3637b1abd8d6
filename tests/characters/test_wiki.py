"""Wiki text and notes: cut by sentence, and found again by the words that were said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from characters.knowledge import Shelf, read_knowledge
from characters.wiki.chunks import LONGEST, chunks
from characters.wiki.files import Reading, read_base
from characters.wiki.index import Base
from characters.wiki.storage import write_base
from characters.wiki.terms import Words, terms

NOTES = """# 王都

王都在北方。城墙高三丈，由禁卫军守护。

## 魔法学院
学院在钟楼下。院长名叫罗兰，怕猫。

## 集市
- 卖**苹果**的[老周](http://x)每天都来。
The old market opens at dawn.
"""


def base() -> Base:
    return Base.of(chunks(NOTES, "notes.md", "notes"))


def test_chunks_are_whole_sentences_under_their_headings() -> None:
    found = list(chunks(NOTES, "notes.md", "notes"))
    assert [(one.title, one.text) for one in found] == [
        ("王都", "王都在北方。城墙高三丈，由禁卫军守护。"),
        ("王都 · 魔法学院", "学院在钟楼下。院长名叫罗兰，怕猫。"),
        ("王都 · 集市", "卖苹果的老周每天都来。The old market opens at dawn."),
    ]


def test_a_long_text_is_cut_between_sentences() -> None:
    text = "".join(f"这是第{number}句话，不长也不短。" for number in range(100))
    found = [one.text for one in chunks(text, "a.txt")]
    assert "".join(found) == text
    assert all(one.endswith("。") and len(one) <= LONGEST for one in found)


@given(st.text(alphabet="甲乙。！#=- \n*[]()|a", max_size=300))
def test_no_letter_of_a_text_is_lost_and_chunks_are_bounded(text: str) -> None:
    found = list(chunks(text, "a.txt"))
    told = "".join(f"{one.title}{one.text}" for one in found)
    assert all(one.text and len(one.text) <= 2 * LONGEST and "\n" not in one.text for one in found)
    lines = [line for line in text.split("\n") if not line.strip().startswith(("#", "=", "-"))]
    if not any(sign in text for sign in "[]()#=-"):
        assert all(told.count(sign) == "".join(lines).count(sign) for sign in "甲乙。！a")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("我们去王都吧", "王都"),
        ("罗兰", "王都 · 魔法学院"),
        ("谁怕猫？", "王都 · 魔法学院"),
        ("给我一个苹果", "王都 · 集市"),
        ("When does the market open?", "王都 · 集市"),
        ("禁卫军", "王都"),
    ],
)
def test_words_of_two_characters_and_more_are_found(question: str, title: str) -> None:
    assert base().search(question)[0].chunk.title == title


def test_what_says_nothing_finds_nothing() -> None:
    assert base().search("那我们要不要再说吧") == []
    assert base().search("") == []
    assert Base.of([]).search("王都") == []
    assert Base.of(chunks("的的的！", "a.md")).search("王都") == []


def test_a_name_counts_as_a_whole() -> None:
    assert "=禁卫军" in terms("禁卫军来了", Words(["禁卫军"]))
    texts = ["禁卫军守门。", "禁卫很严，卫军很多。"]
    found = Base.of((one for text in texts for one in chunks(text, text)), ["禁卫军"])
    hits = found.search("禁卫军在哪里")
    assert hits[0].chunk.text == "禁卫军守门。"
    assert hits[0].score > 1.5 * hits[1].score


def test_words_beside_the_query_order_but_bring_up_nothing() -> None:
    found = base()
    assert found.search("嗯", beside="罗兰") == []
    (plain, *_), (named, *_) = found.search("钟楼"), found.search("钟楼", beside="罗兰")
    assert named.score > plain.score
    assert named.weight == plain.weight


def test_a_base_in_a_file_answers_as_the_one_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.kb"
    assert write_base(path, chunks(NOTES, "notes.md", "notes"), ["禁卫军"]) == 3
    opened = Base.open(path)
    assert len(opened) == 3
    assert opened.words.names == ("禁卫军",)
    assert [hit.chunk for hit in opened.search("罗兰")] == [
        hit.chunk for hit in base().search("罗兰")
    ]


def test_a_folder_is_read_whole_and_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.md").write_text("甲在东边。", encoding="utf-8")
    (tmp_path / "deep" / "b.txt").write_bytes("乙在西边。".encode("gb18030"))
    (tmp_path / "c.md").write_bytes(b"\x00\xff\x00\xff")
    (tmp_path / "d.png").write_bytes(b"x")
    reading = Reading([tmp_path])
    assert [(one.source, one.text) for one in reading.chunks()] == [
        ("a.md", "甲在东边。"),
        ("deep/b.txt", "乙在西边。"),
    ]
    assert len(reading.problems) == 1
    assert "c.md: neither UTF-8 nor GB18030" in reading.problems[0]


def test_a_folder_is_knowledge_of_all_kinds_and_its_broken_files_are_told(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    (notes / "deep").mkdir(parents=True)
    (notes / "a.md").write_text("甲在东边。", encoding="utf-8")
    (notes / "deep" / "b.yaml").write_text("entries: {乙: 乙在西边。}", encoding="utf-8")
    (notes / "map.png").write_bytes(b"a picture")
    (notes / "bad.json").write_text("{", encoding="utf-8")
    shelf = Shelf()
    found = shelf.of([notes])
    assert [hit.chunk.text for hit in found.bases[0].search("甲在何处")] == ["甲在东边。"]
    assert [one.content for one in found.books[0].entries] == ["乙在西边。"]
    assert len(shelf.problems) == 1 and "bad.json" in shelf.problems[0]
    (tmp_path / "bare").mkdir()
    with pytest.raises(KnownError, match="no knowledge in this folder"):
        read_knowledge(tmp_path / "bare")


@pytest.mark.parametrize(
    ("name", "raw", "problem"),
    [
        ("a.kb", b"no database", "not a knowledge base"),
        ("a.kb", b"", "another program's database|not a knowledge base"),
        ("a.md", b"\x00\x01", "neither UTF-8 nor GB18030"),
        ("a.xyz", b"", "not a file of knowledge"),
    ],
)
def test_what_is_no_knowledge_is_said_in_one_line(
    tmp_path: Path, name: str, raw: bytes, problem: str
) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(KnownError, match=problem) as refused:
        read_knowledge(path)
    assert "\n" not in str(refused.value)


def test_a_truncated_base_is_told_and_never_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a.kb"
    write_base(path, chunks(NOTES * 50, "notes.md", "notes"))
    raw = path.read_bytes()
    said: list[str] = []
    for size in range(0, len(raw), 997):
        path.write_bytes(raw[:size])
        try:
            found = read_base(path).search("王都的罗兰 market")
        except KnownError as error:
            said.append(str(error))
        else:
            assert found
    assert all("a.kb" in line for line in said)
    assert len(said) > len(raw) // 997 // 2
