"""Who speaks, by a rule without a model, on a few lines of our own."""

import pytest

from models.backend import Prompt
from models.train.data import Example
from scenes.data.examples.rivals import SpeakerChoices
from scenes.evaluation.heldout import ScoredLine, speaker_guesses
from scenes.evaluation.last_named import last_named

CAST = ("阿岚", "老钟", "小满", "安")
"""The most frequent first."""


def example(history: str, reply: str = "今晚起风了。\n", speaker: str = "小满") -> Example:
    return Example(Prompt("{小满：卖糖糕的。}\n", history, f"{speaker}："), reply, speaker)


@pytest.mark.parametrize(
    ("history", "named"),
    [
        ("小满：糖糕要吗？\n老钟：不要。\n阿岚：好。\n", "老钟"),
        ("老钟：走吧。\n阿岚：小满，你说呢？\n", "小满"),
        ("小满：糖糕要吗？\n阿岚：要。\n【老钟推门进来。】\n", "老钟"),
        ("老钟：走吧。\n阿岚：好。\n【风停了，阿岚坐下。】\n", "老钟"),
        ("老钟：走吧。\n小满：\\me 看了安一眼\n", "安"),
    ],
)
def test_the_rule_names_who_was_named_last_but_for_who_spoke_last(history: str, named: str) -> None:
    assert last_named(example(history), CAST) == named


def test_whom_the_reply_names_is_left_out() -> None:
    history = "小满：糖糕要吗？\n老钟：不要。\n阿岚：好。\n"
    assert last_named(example(history, "老钟，你尝一块。\n"), CAST) == "小满"


def test_of_names_in_one_another_the_longest_counts() -> None:
    cast = ("老钟", "安", "小安")
    assert last_named(example("安：走吧。\n老钟：好，小安。\n"), cast) == "小安"
    history = "小安：好。\n安：好。\n老钟：走。\n"
    assert last_named(example(history, "小安，走吧。\n"), cast) == "安"


def test_where_nobody_is_left_it_is_the_most_frequent_who_did_not_speak_last() -> None:
    assert last_named(example(""), CAST) == "阿岚"
    assert last_named(example("过客：有人吗？\n"), CAST) == "阿岚"
    assert last_named(example("阿岚：有人吗？\n"), CAST) == "老钟"
    assert last_named(example("老钟：走。\n阿岚：好。\n", "老钟，走吧。\n"), CAST) == "老钟"


def test_a_secret_before_the_cue_gives_nobody_away() -> None:
    history = "老钟：走吧。\n阿岚：好。\n{小满的秘密：糖糕是偷来的。}\n"
    assert last_named(example(history), CAST) == "老钟"


def test_its_share_of_right_guesses_stands_beside_the_most_frequent() -> None:
    histories = {
        "小满": "小满：糖糕要吗？\n老钟：不要。\n",
        "老钟": "老钟：走吧。\n小满：好。\n",
        "阿岚": "阿岚：走吧。\n小满：走。\n阿岚：好。\n",
    }
    lines = [
        ScoredLine(example(history, speaker=true), 6, (-1.0, -2.0, -3.0), candidates)
        for true, history in histories.items()
        if (candidates := (true, *(name for name in CAST[:3] if name != true)))
    ]
    unasked = ScoredLine(example("", speaker="旁白"), 6, (-1.0,), ())
    found = speaker_guesses([*lines, unasked], SpeakerChoices(CAST, 3))
    assert found is not None
    assert (found.lines, found.right, found.accuracy) == (3, 3, 1.0)
    assert (found.chance, found.most_frequent, found.by_rule) == (1 / 3, 1 / 3, 2 / 3)
    assert speaker_guesses([unasked], SpeakerChoices(CAST, 3)) is None
