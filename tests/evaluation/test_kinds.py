"""Shares of kinds and feelings among drawn lines."""

import pytest

from scenes.evaluation.kinds import kind_shares

LINES = (
    ("好。 \\emoji 微笑", "曹操："),
    ("\\me 拔剑而起 \\emoji 大怒", "曹操："),
    ("（此人不可留。）", "曹操："),
    ("请坐。（看他如何说。） \\emoji 微笑", "曹操："),
    ("操大笑。】", "【"),
    ("", "曹操："),
)


def test_shares_are_of_the_lines_that_roles_speak() -> None:
    shares = kind_shares([("曹操", cue, text) for text, cue in LINES])
    assert shares is not None
    assert (shares.action, shares.thought, shares.speech_with_thought) == (0.25, 0.25, 0.25)
    assert shares.emotion == 0.75 and shares.commonest_emotion == pytest.approx(2 / 3)


def test_narration_alone_has_none() -> None:
    assert kind_shares([("旁白", "【", "雨停了。】")]) is None
