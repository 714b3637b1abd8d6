"""A roll in a log reads as the roll that was written, in both languages, whatever it is for."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.dice.log_form import RollLine, line_of, read_roll, reason_of, write_roll
from scenes.dice.orders import roll_order
from scenes.dice.rules import rules_of
from scenes.dice.words import CHINESE
from scenes.log import Entry, parse, write

NAMES = st.sampled_from(["林默", "苏晚", "Ann", "阿·默", "暗骰", "1d6", "Ann Lee", "成功"])
FORMS = st.sampled_from(
    ["1d100", "2d6+3", "4d6kh3", "3#1d6", "1d100b2", "4dF", "(1+2)d6*2", "-1d4"]
)
KEYS = st.sampled_from(["SAN", "HP", "侦查", "图书馆使用"])
TOTALS = st.integers(-(10**9), 10**9)
LINES = st.builds(
    RollLine,
    NAMES,
    FORMS,
    st.lists(TOTALS, min_size=1, max_size=4).map(tuple),
    st.text(max_size=20).map(reason_of) | st.sampled_from(["侦查", "1d6=3", "a 1d100=4/5 成功"]),
    st.none() | st.integers(0, 999),
    st.just("") | st.sampled_from(sorted(CHINESE)),
    st.lists(st.tuples(KEYS, st.integers(0, 99), st.integers(0, 99)), max_size=3).map(tuple),
    st.integers(1, 12),
)
HIDDEN = st.builds(RollLine, NAMES, nth=st.integers(1, 12), hidden=st.just(True))


@settings(max_examples=300)
@given(LINES | HIDDEN, st.sampled_from(["zh", "zh-TW", "en"]))
def test_what_is_written_reads_as_the_same_roll(line: RollLine, language: str) -> None:
    text = write_roll(line, language)
    assert read_roll(text, [line.who]) == line
    if " " not in line.who:
        assert read_roll(text) == line


@settings(max_examples=200)
@given(LINES | HIDDEN)
def test_it_stands_in_a_log_as_one_narration(line: RollLine) -> None:
    entry = Entry("narration", write_roll(line))
    assert parse(write(entry)) == [entry]


@settings(max_examples=200)
@given(
    st.text(max_size=60) | st.text(st.sampled_from("林默 1d6=/（第2次）成功→暗骰#-"), max_size=40)
)
def test_any_other_text_is_no_roll_or_writes_one_that_reads_the_same(text: str) -> None:
    line = read_roll(text)
    if line is not None:
        assert read_roll(write_roll(line)) == line


@pytest.mark.parametrize(
    "text",
    [
        "林默 侦查 1d100=42/60 成功",
        "林默 困难侦查 1d100=42/30 失败",
        "林默 2d6+3=11",
        "林默 伤害 2d6+3=11",
        "林默 3#1d6=4,2,5",
        "林默 理智 1d100=70/55 失败 SAN 55→51",
        "林默 侦查 1d100=77/60 失败（第2次）",
        "林默 暗骰",
        "林默 暗骰（第2次）",
    ],
)
def test_the_forms_that_a_log_has(text: str) -> None:
    line = read_roll(text)
    assert line is not None and line.who == "林默"
    assert write_roll(line) == text


@pytest.mark.parametrize(
    "text",
    [
        "雨下了一整夜。",
        "钥匙在 3=3 号柜",
        "林默的“侦查”检定结果为: D100=32/55 成功",
        "1d100=4",
        "暗骰",
    ],
)
def test_what_is_no_roll_stays_narration(text: str) -> None:
    assert read_roll(text) is None


def test_a_long_line_is_looked_at_no_further() -> None:
    assert read_roll("林默 " + "1+" * 100_000 + "d") is None


def test_a_hidden_roll_tells_nothing_of_itself() -> None:
    order = roll_order("林默", "3d6 开锁", rules_of("coc7"), hidden=True)
    text = write_roll(line_of(order.thrown(random.Random(4))))
    assert text == "林默 暗骰"
