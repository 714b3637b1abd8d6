"""Names of modern Chinese prose, told by how they are used; no labels are needed."""

from scenes.data.books.book import book_of
from scenes.data.books.people import Aliases
from scenes.data.books.prose.chinese_names import dotted
from scenes.data.books.quotes import Extractor


def said(text):
    return [one.speaker for one in Extractor(book_of(text), Aliases({}, {}), "modern").quotes()]


def test_a_word_before_a_name_is_no_surname_of_it():
    text = "连阿Ｑ也笑了。\n“走罢！”阿Ｑ说。\n阿Ｑ站起来。\n“来了！”阿Ｑ答道。\n"
    assert said(text) == ["阿Ｑ", "阿Ｑ"]


def test_a_quotation_left_open_goes_on_in_the_next_paragraph():
    text = "林默说：“那年下了大雪。\n“我们走了三天。”\n“后来呢？”苏晚问。\n"
    assert said(text) == ["林默", "林默", "苏晚"]


def test_a_foreign_name_ends_where_somebody_acts():
    assert dotted("跟着雨果", "·布兰特扶着栏杆") == "雨果·布兰特"


def test_whoever_is_called_by_name_does_not_speak():
    text = "林默推开门。\n“林默，别动。”\n“我没动。”林默说。\n"
    assert said(text)[0] != "林默"
