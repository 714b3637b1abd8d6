"""A book told as our log, and as pairs."""

from hypothesis import given
from hypothesis import strategies as st

from scenes.data.books.book import book_of
from scenes.data.books.convert import LONGEST_LINE, entries, pairs
from scenes.data.books.people import NOBODY, Alias, Aliases
from scenes.data.books.quotes import Extractor
from scenes.log import dump, parse

KNOWN = Aliases("", {"李青": (Alias("李青"),), "远山": (Alias("张远山"),)})


def told(text, aliases=KNOWN):
    book = book_of(text)
    return dump(entries(book, Extractor(book, aliases).quotes()))


def test_chapters_narration_and_speech_are_told():
    text = "第一章 下山\n天亮了。李青推门道：“走。”远山道：“不走。”他坐下了。\n第二章 上山\n雪。\n"
    assert told(text) == (
        "==== 第一章 下山 ====\n【天亮了。李青推门】\n李青：走。\n张远山：不走。\n【他坐下了。】\n"
        "==== 第二章 上山 ====\n【雪。】\n"
    )


def test_a_clause_that_says_only_who_speaks_is_left_out():
    assert told("雨停了。李青笑道：“走。”") == "【雨停了。】\n李青：走。\n"
    assert told("李青放下茶碗，慢慢说道：“走。”").startswith("【李青放下茶碗】\n李青：")


def test_words_of_nobody_stay_in_the_narration():
    assert told("他道：“走。”李青道：“好。”") == "【他道：“走。”】\n李青：好。\n"


def test_a_thought_is_written_as_one():
    assert "李青：（不好。）\n" in told("李青暗想道：“不好。”")


def test_long_narration_is_cut_between_sentences():
    lines = told("雨下了一夜，门外的路全湿了，没有人来。" * 40).splitlines()
    assert len(lines) > 5 and all(len(line) <= LONGEST_LINE + 2 for line in lines)


def test_advertising_is_not_told():
    assert "www" not in told("李青走了。\nwww.example.com 免费下载\n李青道：“走。”\n")


def test_pairs_have_who_speaks_at_the_end_of_the_context():
    book = book_of("天亮了。雨停了。李青道：“走。”")
    (pair,) = pairs(book, Extractor(book, KNOWN).quotes())
    assert pair == {"context": "雨停了。李青道：", "chat": "“走。”"}


@given(st.text('李青远山道：“”「」『』"，。！ \n【】=#\\（）第一章曰', max_size=80))
def test_whatever_the_text_its_log_can_be_read_again(text):
    if not text.strip():
        return
    book = book_of(text)
    made = list(entries(book, Extractor(book, KNOWN).quotes()))
    assert parse(dump(made)) == made


@given(st.text("李青道：“”。甲乙丙\n", max_size=60))
def test_nothing_that_is_said_or_told_gets_lost(text):
    if not text.strip():
        return
    kept = "".join(sign for sign in text if sign in "甲乙丙")
    made = told(text, NOBODY)
    assert [sign for sign in made if sign in "甲乙丙"] == list(kept)


MODERN = (
    "　　林默推开门，她跟在后面。\n　　“我不去，”林默轻轻地说，“你去吧。”\n"
    "　　“怎么？”苏晚诧异似的问。\n"
    "　　“走了。”林默站起来说道。\n　　苏晚低着头，很轻很轻地说：“没什么。”\n"
)


def test_a_clause_behind_that_says_only_who_speaks_is_no_narration():
    log = dump(entries(book := book_of(MODERN), Extractor(book, NOBODY).quotes()))
    assert log.splitlines() == [
        "【林默推开门，她跟在后面。】",
        "林默：我不去，你去吧。",
        "苏晚：怎么？",
        "林默：走了。",
        "【林默站起来说道。】",
        "【苏晚低着头】",
        "苏晚：没什么。",
    ]


def test_english_keeps_its_blanks():
    text = '"I am not going," said Anna Reed quietly, "and that is all."\n\nAnna left.\n'
    log = dump(entries(book := book_of(text), Extractor(book, NOBODY).quotes()))
    assert log.splitlines()[0] == "Anna Reed：I am not going, and that is all."
