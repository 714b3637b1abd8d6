"""Dice as a line tells them: what is written reads back, and none is ever made up."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.dice.expression import Percentile, bounds
from scenes.dice.faces import dice_told, faces_of, percentile_told
from scenes.dice.grammar import whole_expression
from scenes.dice.throwing import Cup, Thrown

EXPRESSIONS = [
    *("2d6+3", "1d20+5", "4d6kh3", "2d20kl1-1", "4dF", "1d3+1d4", "(1d4+2)*3", "1d8", "-1d6+10"),
    *("3d6", "1d100b1", "1d100p2", "1d100b3", "1d100p1", "2d10/2", "1d6*5"),
]


@given(st.sampled_from(EXPRESSIONS), st.integers(0, 10**6))
def test_what_is_told_of_the_dice_gives_the_same_dice(text: str, seed: int) -> None:
    expression = whole_expression(text)
    cup = Cup(Random(seed))
    total = cup.total(expression)
    assert dice_told(expression, faces_of(expression, cup.thrown), total) == tuple(cup.thrown)


@given(
    st.sampled_from(EXPRESSIONS),
    st.text(st.sampled_from("0123456789+-[](){}, =dD奖励骰:/"), max_size=30),
    st.integers(-200, 200),
)
def test_whatever_is_told_dice_come_to_the_total_or_there_are_none(
    text: str, told: str, total: int
) -> None:
    expression = whole_expression(text)
    dice = dice_told(expression, told, total)
    if dice and not isinstance(expression, Percentile):
        low, high = bounds(expression)
        assert low <= total <= high
    for thrown in dice:
        least, most = (-1, 1) if thrown.sides == 0 else (1, thrown.sides)
        assert all(least <= value <= most for value in thrown.values)
    if isinstance(expression, Percentile) and dice:
        assert dice[0].total == total and len(dice[0].values) == abs(expression.bonus) + 1


@pytest.mark.parametrize(
    ("text", "told", "total", "dice"),
    [
        ("1d20+4+2", "11+4+2", 17, [(20, (11,))]),
        ("2d6+3", "7[3,4]+3", 10, [(6, (3, 4))]),
        ("2d6+3", "{3 4}+3", 10, [(6, (3, 4))]),
        ("2d6+3", "7+3", 10, []),
        ("2d6+3", "[3+4]+3", 11, []),
        ("1d20+5", "", 17, [(20, (12,))]),
        ("1d6", "", 7, []),
        ("1d6*2", "", 7, []),
        ("99d6", "", 300, []),
    ],
)
def test_what_tools_show_of_dice(text: str, told: str, total: int, dice: list[object]) -> None:
    found = dice_told(whole_expression(text), told, total)
    assert [(one.sides, one.values) for one in found] == dice


def test_bonus_dice_are_told_as_tens_or_whole() -> None:
    kept = (Thrown(100, (45, 35, 65), (0, 2)),)
    assert percentile_told(2, "45[奖励骰:3 6]", 35) == kept
    assert percentile_told(2, "D100=45, 奖励 3 6", 35) == kept
    assert percentile_told(2, "45, 35, 65", 35, whole=True) == kept
    assert percentile_told(2, "45[奖励骰:3 6]", 45) == ()
    assert percentile_told(1, "45", 45) == () and percentile_told(1, "", 45) == ()
    assert percentile_told(-1, "10[惩罚骰:0]", 100) == (Thrown(100, (10, 100), (0,)),)
    assert percentile_told(-1, "100[惩罚骰:3]", 100) == (Thrown(100, (100, 30), (1,)),)
