"""The curly braced macros: what the specification says of each, and what stays."""

from collections import Counter
from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from characters.cards.macros import expand


def told(text: str, seed: int = 1) -> str:
    return expand(text, "夏娜", "悠二", Random(seed))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{char}}和{{user}}", "夏娜和悠二"),
        ("{{CHAR}} {{ User }}", "夏娜 悠二"),
        ("<USER>, <bot>, <Char>", "悠二, 夏娜, 夏娜"),
        ("{{random:甲}}", "甲"),
        ("{{pick:一\\,二}}", "一,二"),
        ("{{random::{{char}}}}", "夏娜"),
        ("{{roll:1}} {{ROLL:d1}} {{roll:3d1+4}}", "1 1 7"),
        ("a{{// 不说}}b{{comment: x}}c{{hidden_key:k}}d", "abcd"),
        ("{{reverse:Hello}} {{reverse:{{char}}}}", "olleH 娜夏"),
        ("一{{newline}}二", "一\n二"),
        ("{{roll 1}} {{Roll d1+2}}{{noop}}{{trim}}", "1 3"),
        ("{{unknown:x}}-{{roll:zero}}-{{roll:0}}-{{original}}", "---"),
        ("{{setvar::a::{{char}}}}{{getvar::a}} {{getvar::b}}", "夏娜 "),
        ("{{getvar::a}}{{setvar::a::1}}{{addvar::a::2}}{{incvar::a}}{{getvar::a}}", "4"),
        ("{{addvar::a::x}}{{addvar::a::y}}{{decvar::n}}{{getvar::a}}{{getvar::n}}", "xy-1"),
        ("{{lastMessage}}{{idle_duration}}{{if x}}是{{/if}}{{{char}}}", "是{夏娜}"),
        ("{single} }} {{", None),
    ],
)
def test_a_macro_is_what_it_stands_for(text, expected):
    assert told(text) == (text if expected is None else expected)


def test_the_day_is_that_of_the_reading_in_the_language_of_the_text():
    now = datetime(2026, 11, 29, 9, 5)
    zh = expand("今天{{date}} {{time}} {{weekday}}", "夏娜", "悠二", Random(1), now)
    assert zh == "今天2026年11月29日 09:05 星期日"
    en = expand("On {{date}}, {{Weekday}}, {{isodate}}", "Ann", "Bob", Random(1), now)
    assert en == "On November 29, 2026, Sunday, 2026-11-29"
    assert expand("今天{{date}}", "夏娜", None, None) == "今天{{date}}"
    assert expand("今天{{date}}", "夏娜", "悠二", Random(1)) == "今天"


def test_variables_go_from_one_text_of_a_card_to_the_next_and_chance_in_them_is_drawn_once():
    variables: dict[str, str] = {}
    expand("{{setvar::mood::{{random::开心}}}}", "夏娜", None, None, variables=variables)
    left_out: Counter[str] = Counter()
    text = "{{getvar::mood}}{{getvar::nothing}}{{user}}"
    told = expand(text, "夏娜", None, None, variables=variables, left_out=left_out)
    assert told == "开心{{user}}"
    assert left_out.total() == 1


def test_a_variable_that_holds_itself_does_not_grow_for_ever():
    text = "{{setvar::a::xx}}" + "{{setvar::a::{{getvar::a}}{{getvar::a}}}}" * 40 + "{{getvar::a}}"
    assert len(told(text)) <= 2_000_000


def test_chance_is_that_of_the_generator_given():
    text = "{{random:a,b,c,d,e,f}}{{roll:d1000}}"
    assert told(text, 1) == told(text, 1)
    assert len({told(text, seed) for seed in range(20)}) > 10
    assert {told("{{random:甲, 乙}}", seed) for seed in range(40)} == {"甲", "乙"}
    assert {int(told("{{roll:2d3}}", seed)) for seed in range(200)} == {2, 3, 4, 5, 6}


def test_a_pick_is_the_same_each_time():
    assert len({told("{{pick:a,b,c,d,e,f}} {{pick:a,b,c,d,e,f}}", seed) for seed in range(9)}) == 1


def test_without_a_player_and_chance_those_macros_stay():
    text = "{{user}} {{random:a,b}} {{roll:6}} {{char}}"
    assert expand(text, "夏娜", None, None) == "{{user}} {{random:a,b}} {{roll:6}} 夏娜"


@given(
    st.text("{}:,\\|ab<>/é", max_size=60)
    | st.lists(
        st.sampled_from(["{{", "}}", "char", "user", "random:", "pick::", "reverse:", "//", "x,y"]),
        max_size=20,
    ).map("".join)
)
def test_no_text_is_too_odd(text):
    assert len(told(text)) <= 20 * len(text) + 20


def test_names_that_look_like_macros_do_not_go_on_for_ever():
    assert len(expand("{{char}}" * 50, "{{char}}{{char}}", "x", Random(1))) < 500_000
