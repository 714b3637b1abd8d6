"""Turns of a talk in Chinese prose that nobody is named for."""

from scenes.data.books.book import book_of
from scenes.data.books.people import Aliases
from scenes.data.books.quotes import Extractor

OPENING = """林默坐在窗边看书，把书翻过一页。

苏晚推开门，走到他面前。

"""


def speakers(text):
    """Who says what, by the words."""
    book = book_of(OPENING + text)
    return {
        quote.text: quote.speaker
        for quote in Extractor(book, Aliases("", {})).quotes()
        if quote.kind == "speech"
    }


def test_a_long_talk_of_two_is_told_from_both_its_ends():
    told = speakers(
        "“你还没走？”苏晚问。\n\n“没有。”林默说。\n\n“雨停了。”\n\n“我知道。”\n\n"
        "“那你等什么？”\n\n“等你。”林默说。\n\n“等我做什么？”苏晚问。\n"
    )
    assert told["雨停了。"] == told["那你等什么？"] == "苏晚"
    assert told["我知道。"] == "林默"


def test_who_is_told_of_in_the_words_does_not_say_them():
    told = speakers(
        "“你还没走？”苏晚问。\n\n“没有。”林默说。\n\n“苏晚才不会等呢。”\n\n“谁说的？”苏晚问。\n"
    )
    assert told["苏晚才不会等呢。"] != "苏晚"


def test_what_a_voice_without_a_name_says_is_not_given_to_others():
    told = speakers(
        "电话响了，林默接起来。\n\n“是我。”那头说。\n\n“你是谁？”林默问。\n\n"
        "“你猜。”那头笑了一声。\n\n“不猜。”林默说。\n"
    )
    assert told["你猜。"] == "" and told["不猜。"] == "林默"
