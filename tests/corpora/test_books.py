"""A novel of any encoding as one text with its chapters, without what a site added."""

import pytest

from base.errors import KnownError
from scenes.data.books.book import book_of, read_book
from scenes.data.books.numerals import number

NOVEL = "青衣记\n\n第一章 下山\n李青道：“走。”\n第二章　上山\n远山道：“不走。”\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_novel_is_read_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "novel.txt"
    path.write_bytes(NOVEL.replace("\n", "\r\n").encode(encoding))
    assert read_book(path).text == NOVEL


def test_chapters_have_titles_numbers_and_text():
    book = book_of(NOVEL)
    assert [(one.number, one.title) for one in book.chapters] == [
        (0, ""),
        (1, "第一章 下山"),
        (2, "第二章 上山"),
    ]
    last = book.chapters[2]
    assert book.text[last.start : last.end].strip() == "远山道：“不走。”"
    assert book.chapter_at(last.start).number == 2


def test_a_sentence_about_a_chapter_is_no_heading():
    book = book_of("第一回到此为止，且听下回分解。\n第三章的事，他没有说。\n")
    assert [one.title for one in book.chapters] == [""]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("三", 3),
        ("十", 10),
        ("二十一", 21),
        ("一百二十", 120),
        ("一二〇", 120),
        ("１２", 12),
        ("廿三", 23),
    ],
)
def test_numerals_of_chapters_are_read(written, value):
    assert number(written) == value


def test_advertising_of_a_site_is_left_out_and_told():
    book = book_of("第一章 下山\nTXT小说天堂 https://www.example.com 免费下载\n李青走了。\n")
    assert "example" not in book.without_advertising(0, len(book.text))
    assert "李青走了" in book.without_advertising(0, len(book.text))
    assert book.notices[0].number == 2 and "advertising" in book.notices[0].text


def test_a_web_address_that_somebody_says_is_no_advertising():
    assert not book_of("李青道：“去 www.example.com 看看。”\n").advertising


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "empty, expected a novel"),
        (b" \r\n\r\n", "empty, expected a novel"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8, "not a text file, expected"),
        (b"<!DOCTYPE html><html><body>", "an HTML page, expected a novel"),
    ],
)
def test_what_is_no_novel_is_refused_in_one_line(tmp_path, raw, told):
    path = tmp_path / "novel.txt"
    path.write_bytes(raw)
    with pytest.raises(KnownError, match=told) as refused:
        read_book(path)
    assert "\n" not in str(refused.value) and "novel.txt" in str(refused.value)


def test_a_book_beyond_reason_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("scenes.data.books.book.LARGEST", 10)
    path = tmp_path / "novel.txt"
    path.write_text(NOVEL, encoding="utf-8")
    with pytest.raises(KnownError, match="more than 10 characters; split it"):
        read_book(path)


def test_what_html_leaves_is_taken_out_and_told():
    book = book_of("<p>李青走了。</p>\n<p>&ldquo;别走！&rdquo;远山说。<br/>雨&nbsp;大。</p>\n")
    assert book.text.split() == ["李青走了。", "“别走！”远山说。", "雨", "大。"]
    assert "HTML, taken out (8 tags)" in [one.text for one in book.notices]


def test_a_sign_of_less_is_no_html():
    text = "a < b，李青说。R&D 部门。\n"
    assert book_of(text).text == text


def test_chapters_of_english_books_are_found():
    book = book_of("CHAPTER I. Down\n\nAlice went.\n\nChapter 2\n\nShe came.\n")
    assert [one.title for one in book.chapters] == ["CHAPTER I. Down", "Chapter 2"]


def test_folding_keeps_each_position():
    book = book_of("蘇婉笑著說：「後面還有麼？」\n")
    assert book.plain == "苏婉笑着说：「后面还有么？」\n"
