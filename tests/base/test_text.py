"""What has no look of its own is one class, and values are quoted short."""

import pytest

from base.names import name_problem
from base.text import SHOWN, UNPRINTABLE, is_blank, printable, shown, unprintable
from scenes.log import Entry, dump, parse

INVISIBLE = "\u200b\u061c\u00ad\u2060\u180e\ufff9\ufffb\U000e0041\U000e007f\u202e\u2066\ufeff"
PRIVATE = "\ue000\uf8ff\U000f0000\U0010fffd"
WORN = ("👩‍👩‍👧", "❤️", "🏴", "می‌خواهم", "क्‍ष", "葛\U000e0100", "é", "\u0600")
"""Joiners, selectors and marks that text of people is written with."""


@pytest.mark.parametrize("sign", [*INVISIBLE, *PRIVATE, "\x07", "\x9b", "\ufdd0", "\U0001ffff"])
def test_a_sign_without_a_look_is_one_of_them_everywhere(sign: str) -> None:
    assert UNPRINTABLE.fullmatch(sign)
    assert not sign.isprintable()
    assert is_blank(f" {sign}\n{sign}")
    assert not is_blank(f"{sign}好")
    assert f"U+{ord(sign):04X}" in str(name_problem(f"苏{sign}晚"))
    assert sign not in printable(f"苏{sign}晚")
    assert sign not in shown(f"苏{sign}晚")
    assert parse(sign) == []
    entry = Entry("speech", f"好{sign}吧", f"苏{sign}", sign)
    assert sign not in dump([entry])
    assert parse(dump([entry])) == [entry]


@pytest.mark.parametrize("worn", WORN)
def test_what_scripts_and_emoji_are_written_with_stays(worn: str) -> None:
    assert not unprintable(worn)
    assert not is_blank(worn)
    assert printable(worn) == worn
    assert dump(parse(f"苏晚：{worn}")) == f"苏晚：{worn}\n"


def test_an_invisible_character_leaves_no_gap_and_a_control_character_does() -> None:
    assert printable("exam\u00adple\u200b") == "example"
    assert printable("一\x07二") == "一 二"


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u200d\ufe0f", "\u3164\u2800", "\U000e0100"])
def test_a_name_of_nothing_that_is_seen_is_empty(text: str) -> None:
    assert name_problem(text) == "an empty name"


def test_a_value_is_quoted_short_on_one_line() -> None:
    assert shown("好" * 1000) == "好" * SHOWN + "…"
    assert shown("a\nb\x1b") == "a\\u000ab\\u001b"
    assert shown("好" * SHOWN) == "好" * SHOWN
