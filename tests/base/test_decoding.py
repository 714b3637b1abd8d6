"""Bytes whose encoding nobody said: told by the first of them, and never taken for another."""

import pytest

from base.decoding import beginning, decoded, encoding_of

SHORT = ("你好", "林默：早。\n", "“等等我。”她提着灯追了上来。\n", "title: 雨夜旧宅\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
@pytest.mark.parametrize("text", SHORT)
def test_a_short_chinese_text_is_read_in_the_encoding_that_it_is_in(
    text: str, encoding: str
) -> None:
    raw = text.encode(encoding)
    assert encoding_of(raw) == encoding
    assert decoded(raw) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_told_by_its_zeros(encoding: str) -> None:
    text = "林默(1) 2026-03-21\r\n早。\r\n"
    assert encoding_of(text.encode(encoding)) == encoding
    assert beginning(text.encode(encoding)) == text.replace("\r\n", "\n")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_cut_inside_a_character_is_still_in_its_encoding(encoding: str) -> None:
    raw = ("苏晚：你好。\n" * 9).encode(encoding)
    assert {encoding_of(raw[:size]) for size in range(40, 60)} == {encoding}


def test_a_few_wrong_bytes_do_not_make_another_encoding_of_utf8() -> None:
    raw = ("苏晚：你好。\n" * 9).encode() + b"\xff\xfe" + "推门\n".encode()
    assert encoding_of(raw) == "utf-8" and decoded(raw) is None


@pytest.mark.parametrize("raw", [b"\x00\x01", b"\xff\xfe\x00\x01\xff", b"\x89PNG\r\n\x1a\n\0"])
def test_what_is_no_text_is_in_no_encoding(raw: bytes) -> None:
    assert decoded(raw) is None


OLD_TEXTS = {
    "gb18030": "守秘人：雨下了一整夜，没有人来开门。",
    "big5hkscs": "守密人：雨下了一整夜，沒有人來開門。",
    "cp932": "「誰かいるのか？」とドアを開ける。",
}


@pytest.mark.parametrize("encoding", OLD_TEXTS)
@pytest.mark.parametrize("length", [4, 8, 17])
def test_an_encoding_before_unicode_is_told_by_how_common_its_signs_are(encoding, length):
    raw = OLD_TEXTS[encoding][:length].encode(encoding)
    assert encoding_of(raw) == encoding
    assert decoded(raw) == (OLD_TEXTS[encoding][:length], encoding)


def test_traditional_characters_in_gb18030_are_not_taken_for_big5():
    assert encoding_of(OLD_TEXTS["big5hkscs"].encode("gb18030")) == "gb18030"
    assert encoding_of("你好".encode("gb18030")) == "gb18030"


def test_a_short_text_of_asian_signs_with_a_damaged_one_stays_utf8():
    raw = '{"name":"小满","mes":"你怎么也叫这个名字？"}'.encode()
    for at in (at for at, byte in enumerate(raw) if byte > 127):
        assert encoding_of(raw[:at] + raw[at + 1 :]) == "utf-8"
        assert encoding_of(raw[:at] + b"\xff" + raw[at + 1 :]) == "utf-8"
    assert encoding_of("小满：你怎么也叫这个名字？".encode("gb18030")) == "gb18030"
