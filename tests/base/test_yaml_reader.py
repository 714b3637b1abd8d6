"""Files of people as they come: each mistake is one line with file, line and key."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from base.yaml_reader import read, read_file

BAD_YAML = {
    b"title: a\n\tsummary: b\n": "f.yaml:2: not valid YAML: a tab in the indentation; indent with",
    b"title: a\n   summary: b\n": "f.yaml:2: not valid YAML: `: ` cannot stand here; put",
    "title：雨夜\ncast: x\n".encode(): (
        "f.yaml:1: not valid YAML: a key that ends with the full-width `：`; write `: ` instead"
    ),
    "title：雨夜".encode(): "f.yaml:1: found text, expected keys and values; write `: ` where",
    b"a: 1\nb:\n  c: 1\n  c: 2\n": "f.yaml:4: b.c: written twice, first in line 3; keep one",
    b"- a\n": "f.yaml:1: found a list, expected keys and values",
    b"a: 'open\n": "f.yaml:2: not valid YAML: a quote that is not closed",
    b"a: !!python/object:os.system x\n": "f.yaml:1: a: the tag tag:yaml.org,2002:python/object",
    b"a: &x [*x]\n": "f.yaml:1: a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: nested more than 20",
    b"? [a]\n: b\n": "f.yaml:1: a list or a mapping as a key",
    b"a: 1\n---\nb: 2\n": "f.yaml:2: not valid YAML: a second YAML document",
    b"a: " + b"[" * 200: "f.yaml:1: not valid YAML: no value where one belongs",
    b"a: " + b"[" * 200 + b"]" * 200: "f.yaml:1: a.0.0",
    b"a: *y\n": "f.yaml:1: not valid YAML: an alias whose anchor does not stand above it",
    b"a: !!int 5\n": "f.yaml:1: a: the tag tag:yaml.org,2002:int is not known here",
    b"": "f.yaml: empty",
    b"# nothing\n": "f.yaml:1: found nothing, expected keys and values",
    b"a: b\n\x1b[2J: c\n": "f.yaml:2: control character U+001B; delete it",
    b'a: "\\e[2J"\n': "f.yaml:1: a: control character U+001B written as an escape",
    b'"\\u202e": 1\n': "f.yaml:1: invisible character U+202E written as an escape",
    "a: 好\u200b的\n".encode(): "f.yaml:1: invisible character U+200B; delete it",
    "a: \ue000\n".encode(): "f.yaml:1: unprintable character U+E000; delete it",
    "a: b\u202e\n".encode(): "f.yaml:1: invisible character U+202E",
    b"\x89PNG\r\n\x1a\n\x00\x00": "f.yaml: not a text file (see byte 0)",
    b"a: b\0\xff": "f.yaml: not a text file",
    "ok: 雨\nno: ".encode() + b"\xff\xff": "f.yaml:2: not UTF-8 (byte 0xff); save it as UTF-8",
    b"ok: " + "雨".encode()[:2]: "f.yaml:1: cut off inside a character",
}


@pytest.mark.parametrize(("raw", "said"), BAD_YAML.items(), ids=range(len(BAD_YAML)))
def test_a_bad_file_is_one_line_that_says_where(raw: bytes, said: str) -> None:
    with pytest.raises(KnownError) as raised:
        read(raw, "f.yaml")
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


def test_brackets_without_end_are_told_with_their_line() -> None:
    with pytest.raises(
        KnownError,
        match=r"^f\.yaml:1: not valid YAML: brackets are nested too deep; at most 20 levels",
    ) as raised:
        read(b"a: " + b"[" * 100_000, "f.yaml")
    assert len(str(raised.value)) < 2000


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_is_named_with_the_way_to_convert_it(encoding: str) -> None:
    raw = "title: 雨夜旧宅\nsummary: 两位旧友在雨夜走进一座空宅。\n".encode(encoding)
    name = encoding.removesuffix("-le").removesuffix("-be").upper()
    with pytest.raises(KnownError, match=f"the text is {name}.*iconv -f {name} -t UTF-8"):
        read(raw, "f.yaml")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    document = read("\ufefftitle: 雨夜\r\nopening: |\r\n  一\r\n  二\r\n".encode(), "f.yaml")
    assert document.data == {"title": "雨夜", "opening": "一\n二\n"}


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "off", "y", "1923-10-01", "12:30", "0x1f", "1_0"]
)
def test_words_that_other_yaml_would_change_stay_text(word: str) -> None:
    assert read(f"夏娜: {word}".encode(), "f.yaml").data == {"夏娜": word}


def test_keys_are_text_even_where_they_look_like_something_else() -> None:
    assert read(b"true: a\n007: b\nnull: c", "f.yaml").data == {
        "true": "a",
        "007": "b",
        "null": "c",
    }


def test_every_key_and_item_knows_its_line() -> None:
    document = read(b"a: 1\nb:\n  - x\n  - y: 2\n    z: |\n      text\n", "f.yaml")
    keys = [("a",), ("b",), ("b", 0), ("b", 1, "y"), ("b", 1, "z"), ("b", 1, "none")]
    assert [document.line(key) for key in keys] == [1, 2, 3, 4, 5, 4]
    assert document.blocks == {("b", 1, "z"): 6}


def test_an_alias_is_written_once_and_read_twice() -> None:
    assert read(b"a: &v [1, 2]\nb: *v", "f.yaml").data == {"a": [1, 2], "b": [1, 2]}


def test_a_tag_that_says_text_makes_a_number_text() -> None:
    assert read(b"a: !!str 5\nb: 5\nc: '5'", "f.yaml").data == {"a": "5", "b": 5, "c": "5"}


def test_a_long_list_without_aliases_is_not_too_large() -> None:
    assert len(read(b"a: [" + b"a," * 100_000 + b"]", "f.yaml").data["a"]) == 100_000


def test_aliases_that_grow_without_end_are_refused() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(KnownError, match=r"f\.yaml:\d+: a\d[.\d]+: its aliases expand"):
        read("\n".join(lines).encode(), "f.yaml")


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: b\n" * 300_000)
    with pytest.raises(KnownError, match=r"big\.yaml: larger than 1 MB"):
        read_file(path)


def test_what_is_no_readable_file_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="a folder, not a file"):
        read_file(tmp_path)
    with pytest.raises(KnownError, match=r"none\.yaml: no such file"):
        read_file(tmp_path / "none.yaml")
    with pytest.raises(KnownError, match="cannot be read"):
        read_file(tmp_path / ("n" * 5000))
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(KnownError, match="not an ordinary file"):
        read_file(tmp_path / "pipe.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: b")
    path.chmod(0)
    with pytest.raises(KnownError, match="may not be read; check its permissions"):
        read_file(path)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_whatever_the_bytes_the_answer_is_data_or_one_printable_line(raw: bytes) -> None:
    problems: tuple[str, ...] = ()
    try:
        assert isinstance(read(raw, "f.yaml").data, dict)
    except KnownError as error:
        problems = error.problems
    assert all(line.isprintable() for line in problems)
