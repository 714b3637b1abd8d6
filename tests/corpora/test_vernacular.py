"""Who speaks in vernacular novels: kinds of leads, in text of our own writing."""

import pytest

from scenes.data.books.book import book_of, read_book
from scenes.data.books.occurrences import Occurrences
from scenes.data.books.people import NOBODY
from scenes.data.books.quotes import Extractor

MORE = "".join(
    f"苟才道：“第{at}杯。”苟才又吃了一杯。见了苟才的人，都说苟才老实。" for at in range(9)
)
CLASS = (
    "高三那年，桌下藏着一本书。\n\n　　张亮抬起头。亮道：“看闲书？”\n\n　　李权笑道：“解闷。”"
    "权又道：“你不看么？”\n\n　　先生走进来，又出去了。亮道：“没有人。”\n"
)


def speakers(text):
    return [one.speaker for one in Extractor(book_of(text), NOBODY, "classical").quotes()]


def test_given_names_of_one_sign_mean_somebody_named_just_before():
    assert speakers(CLASS) == ["张亮", "李权", "李权", "张亮"]


def test_a_name_whose_second_sign_is_a_manner_is_learned():
    assert set(speakers(MORE)) == {"苟才"}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("沈思见他真要动手，不觉慌了，大叫：“救命！”沈思便走。沈思不见了。", "沈思"),
        (
            "忽见帘动。出来了老伴当陈林，来到阶前，道：“请进。”陈林道：“好。”陈林道：“坐。”陈林道：“走。”陈林去了。",
            "陈林",
        ),
        ("韩氏连忙看时，果是新土，便道：“挪开。”", "韩氏"),
        ("那挡槽儿的道：“有房。”", "挡槽儿的"),
        ("丫鬟扬声道：“客来了。”", "丫鬟"),
    ],
    ids=["who sees", "who comes out", "a wife", "what they do", "a maid"],
)
def test_leads_of_vernacular_novels(text, who):
    assert speakers(text)[0] == who


def test_verse_that_is_shown_is_said_by_nobody():
    assert speakers("丫鬟呈上。老爷灯下一看，却是一首诗句道：“避劫山中受大恩。”") == [""]


def test_a_book_in_big5_is_read_and_its_names_stay(tmp_path):
    path = tmp_path / "book.txt"
    text = "第一章　夜雨\n\n蘇婉問道：「還有人麼？」\n\n林默答道：「有。」\n" * 4
    path.write_bytes(text.encode("big5"))
    book = read_book(path)
    assert "Big5" in str(book.notices[0].text)
    assert {one.speaker for one in Extractor(book, NOBODY).quotes()} == {"蘇婉", "林默"}


def test_names_are_counted_in_one_pass_as_one_by_one():
    text = "刘备与刘备之子刘封，刘备说。吕密来，吕密去，吕密。" * 3
    names = ["刘备", "刘封", "刘备之", "吕", "吕密", "张飞"]
    seen = Occurrences(text, names)
    assert [seen.count(one) for one in names if len(one) > 1] == [
        text.count(one) for one in names if len(one) > 1
    ]
    assert seen.count("之子") == text.count("之子")
    assert seen.is_whole("吕密") and not seen.is_whole("刘备之") and not seen.is_whole("张飞")
