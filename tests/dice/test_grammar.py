"""Expressions: what is written reads as the same, and comes to what arithmetic says."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from scenes.dice.expression import (
    LARGEST,
    MOST_DICE,
    Binary,
    Dice,
    Expression,
    FateDice,
    Negative,
    Number,
    Percentile,
    bounds,
    written,
)
from scenes.dice.grammar import begins_with_dice, read_expression, whole_expression
from scenes.dice.throwing import Cup

NUMBERS = st.integers(1, 20).map(Number)
DICE = st.one_of(
    st.builds(
        Dice,
        NUMBERS,
        st.integers(1, 100).map(Number),
        st.sampled_from(["kh", "kl", "dh", "dl"]),
        st.integers(1, 5),
    ),
    st.builds(Dice, NUMBERS, st.integers(1, 10_000).map(Number)),
    st.builds(FateDice, NUMBERS),
    st.sampled_from([1, -1, 2, -3]).map(Percentile),
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    NUMBERS | DICE,
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
        st.builds(Negative, inner),
        st.builds(Dice, st.builds(Binary, st.just("+"), NUMBERS, NUMBERS), inner),
    ),
    max_leaves=5,
)


@settings(max_examples=150)
@given(EXPRESSIONS)
def test_what_is_written_reads_as_the_same_expression(expression: Expression) -> None:
    assert whole_expression(written(expression)) == expression


@settings(max_examples=150)
@given(EXPRESSIONS, st.integers(0, 99))
def test_a_roll_stays_within_its_bounds_or_says_why_it_cannot_be(
    expression: Expression, seed: int
) -> None:
    cup = Cup(random.Random(seed))
    try:
        total = cup.total(expression)
    except KnownError:
        return
    assert all(thrown.sides >= 0 for thrown in cup.thrown)
    low, high = bounds(expression)
    assert low <= total <= high and abs(total) <= LARGEST
    assert sum(len(thrown.values) for thrown in cup.thrown) <= MOST_DICE


@settings(max_examples=100)
@given(
    st.recursive(NUMBERS, lambda e: st.builds(Binary, st.sampled_from("+-*"), e, e), max_leaves=5)
)
def test_without_dice_it_comes_to_what_python_says(expression: Expression) -> None:
    assert Cup(random.Random(0)).total(expression) == eval(written(expression))


@settings(max_examples=100)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 999))
def test_keeping_the_highest_is_dropping_the_others(many: int, kept: int, seed: int) -> None:
    kept = min(kept, many)

    def total(text: str) -> int:
        return Cup(random.Random(seed)).total(whole_expression(text))

    values = Cup(random.Random(seed))
    values.total(whole_expression(f"{many}d20"))
    fell = sorted(values.thrown[0].values)
    assert total(f"{many}d20kh{kept}") == sum(fell[-kept:])
    assert total(f"{many}d20kl{kept}") == sum(fell[:kept])
    assert total(f"{many}d20dl{kept}") == sum(fell[kept:])
    assert total(f"{many}d20dh{kept}") == sum(fell[:-kept])


@settings(max_examples=300)
@given(st.text() | st.text(st.sampled_from("0123456789dDkhlqbpF%+-*x/()# 优劣势侦查"), max_size=30))
def test_no_text_whatever_does_more_than_be_refused_in_one_line(text: str) -> None:
    begins_with_dice(text)
    refused, rest = "", ""
    try:
        expression, rest = read_expression(text)
        Cup(random.Random(1)).total(expression)
    except KnownError as error:
        refused = str(error)
    assert "\n" not in refused and len(refused) < 300
    assert text.rstrip().endswith(rest)


@pytest.mark.parametrize(
    ("typed", "form", "rest"),
    [
        ("d", "1d100", ""),
        ("3D6", "3d6", ""),
        ("２ｄ６＋３　伤害", "2d6+3", "伤害"),
        ("1d100侦查", "1d100", "侦查"),
        ("d%", "1d100", ""),
        ("4df+1", "4dF+1", ""),
        ("4d6k3", "4d6kh3", ""),
        ("2d20q", "2d20kl1", ""),
        ("d20优势+5", "2d20kh1+5", ""),
        ("d20dis", "2d20kl1", ""),
        ("1d100b2 侦查", "1d100b2", "侦查"),
        ("d100p", "1d100p1", ""),
        ("2d6x3", "2d6*3", ""),
        ("(1+2)*(d6-1)/2", "(1+2)*(1d6-1)/2", ""),
        ("2 d6", "2", "d6"),
        ("1d6 (火焰)", "1d6", "(火焰)"),
        ("1d20 attack", "1d20", "attack"),
    ],
)
def test_habits_of_people_are_read(typed: str, form: str, rest: str) -> None:
    expression, behind = read_expression(typed)
    assert (written(expression), behind) == (form, rest)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2d6+", "missing at its end"),
        ("(1d6", "a bracket is not closed"),
        ("101d6", "there are 1 to 100"),
        ("0d6", "there are 1 to 100"),
        ("d0", "there are 1 to 10000"),
        ("d10001", "there are 1 to 10000"),
        ("(" * 17 + "d6" + ")" * 17, "brackets in brackets"),
        ("-" * 40 + "1", "brackets in brackets"),
        ("9" * 30, "a number above"),
        ("1+" * 150 + "d6", "characters; a roll has at most 200"),
        ("1d6attack", "should stand before attack"),
        ("1d100b11", "there are 1 to 10"),
    ],
)
def test_what_cannot_be_rolled_says_where_and_what_to_do(typed: str, why: str) -> None:
    with pytest.raises(KnownError, match=why) as refused:
        whole_expression(typed)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("60d6+60d6", "there are 1 to 100"),
        ("(5d100)d6+(5d100)d6", "there are 1 to 100"),
        ("1/(1d1-1)", "divide by 0"),
        ("d(1d1-1)", "a die of 0 sides"),
        ("9999999*9999999", "come to more than"),
    ],
)
def test_what_turns_out_too_much_while_rolling_is_refused(typed: str, why: str) -> None:
    with pytest.raises(KnownError, match=why):
        Cup(random.Random(2)).total(whole_expression(typed))


def test_a_division_is_rounded_down() -> None:
    assert Cup(random.Random(0)).total(whole_expression("7/2")) == 3
    assert Cup(random.Random(0)).total(whole_expression("-7/2")) == -4
