"""Undecided words given to whoever a model finds likeliest."""

from dataclasses import replace

import pytest

from base.errors import KnownError
from models.backend import Prompt
from scenes.data.books.assisted import assisted
from scenes.data.books.book import book_of
from scenes.data.books.convert import BY_MODEL, entries
from scenes.data.books.people import NOBODY
from scenes.data.books.quotes import Extractor
from scenes.log import dump

TEXT = (
    "李青推开门，她看见张远、王安都在屋里。\n“都来了？”李青问。\n“来了。”张远说。\n“来了。”王安说。\n"
    "外面起了风，灯灭了。屋里一下子静了，什么也看不见。\n\n过了很久。\n\n“谁在那里？”\n\n灯又亮了。\n"
    "“是猫。”王安说。\n“哦。”李青说。\n"
)


class Knowing:
    """A backend to which the lines of one name are likeliest; keeps what it was asked."""

    name, context = "knowing", 1000

    def __init__(self, who):
        self.who, self.asked, self.notices = who, [], []

    def score(self, prompt, replies, adapter=None):
        self.asked.append((prompt, list(replies)))
        return [0.0 if reply.startswith(self.who) else -9.0 for reply in replies]

    def score_pairs(self, pairs, adapter=None):
        return [self.score(prompt, [reply])[0] for prompt, reply in pairs]

    def count(self, text):
        return len(text)

    def generate(self, prompt, sampling, adapter=None):
        yield from ()

    def close(self):
        pass


def undecided(book):
    """The quotations, with one that the text does not tell."""
    return [
        replace(one, speaker="") if one.text == "谁在那里？" else one
        for one in Extractor(book, NOBODY).quotes()
    ]


def test_a_model_chooses_among_those_at_hand_and_it_is_marked():
    book, model = book_of(TEXT), Knowing("张远")
    found = list(assisted(book, undecided(book), model))
    assert [(one.speaker, one.by_model) for one in found if one.text == "谁在那里？"] == [
        ("张远", True)
    ]
    assert sum(one.by_model for one in found) == 1
    prompt, replies = model.asked[0]
    assert isinstance(prompt, Prompt) and "李青：都来了？\n" in prompt.history
    assert sorted(replies) == ["张远：谁在那里？\n", "李青：谁在那里？\n", "王安：谁在那里？\n"]
    assert f"# {BY_MODEL}\n张远：谁在那里？\n" in dump(entries(book, found))


def test_where_no_candidate_is_likely_enough_nobody_is_chosen():
    book = book_of(TEXT)
    found = list(assisted(book, undecided(book), Knowing("谁也不是")))
    assert not any(one.by_model for one in found)


def test_a_backend_that_cannot_score_is_told():
    class Mute:
        name = "mute"

    book = book_of(TEXT)
    with pytest.raises(KnownError, match="cannot tell how likely"):
        list(assisted(book, list(Extractor(book, NOBODY).quotes()), Mute()))
