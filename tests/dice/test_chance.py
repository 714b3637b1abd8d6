"""Dice fall evenly: chi-square with fixed seeds, and bonus and penalty dice by counting."""

import random
from collections import Counter
from itertools import product

import pytest

from scenes.dice.grammar import whole_expression
from scenes.dice.throwing import Cup
from scenes.table.rolled import chance_of

ROLLS = 20_000


def totals(text: str, seed: int = 20_260_101) -> Counter[int]:
    """What so many rolls of one expression came to, each with the chance of its number."""
    expression = whole_expression(text)
    return Counter(Cup(chance_of(seed, at)).total(expression) for at in range(1, ROLLS + 1))


def chi_square(seen: Counter[int], expected: dict[int, float]) -> float:
    """How far counts are from what is expected; about as much as there are values, less one."""
    assert set(seen) <= set(expected)
    many = sum(seen.values())
    return sum((seen[v] - many * p) ** 2 / (many * p) for v, p in expected.items())


def limit(values: int) -> float:
    """What even dice exceed once in ten thousand times or so."""
    freedom = values - 1
    return freedom * (1 - 2 / (9 * freedom) + 3.72 * (2 / (9 * freedom)) ** 0.5) ** 3


@pytest.mark.parametrize(("text", "low", "high"), [("d6", 1, 6), ("d20", 1, 20), ("d100", 1, 100)])
def test_one_die_shows_every_side_as_often(text: str, low: int, high: int) -> None:
    expected = {side: 1 / (high - low + 1) for side in range(low, high + 1)}
    assert chi_square(totals(text), expected) < limit(len(expected))


def counted(sides: int, many: int, kept: int) -> dict[int, float]:
    """How likely each sum of the highest dice is, by going through all there are."""
    falls = list(product(range(1, sides + 1), repeat=many))
    found = Counter(sum(sorted(fall)[-kept:]) for fall in falls)
    return {value: count / len(falls) for value, count in found.items()}


@pytest.mark.parametrize(
    ("text", "sides", "many", "kept"),
    [("2d6", 6, 2, 2), ("4d6kh3", 6, 4, 3), ("2d20kh1", 20, 2, 1)],
)
def test_sums_come_as_often_as_counting_says(text: str, sides: int, many: int, kept: int) -> None:
    expected = counted(sides, many, kept)
    assert chi_square(totals(text), expected) < limit(len(expected))


def test_fate_dice_come_as_often_as_counting_says() -> None:
    falls = Counter(map(sum, product((-1, 0, 1), repeat=4)))
    assert chi_square(totals("4dF"), {v: n / 81 for v, n in falls.items()}) < limit(len(falls))


@pytest.mark.parametrize("bonus", [-2, -1, 1, 2])
def test_bonus_and_penalty_dice_come_as_often_as_counting_says(bonus: int) -> None:
    best = min if bonus > 0 else max
    falls: Counter[int] = Counter()
    for units in range(10):
        for tens in product(range(10), repeat=abs(bonus) + 1):
            falls[best(10 * ten + units or 100 for ten in tens)] += 1
    many = sum(falls.values())
    text = f"1d100{'b' if bonus > 0 else 'p'}{abs(bonus)}"
    assert chi_square(totals(text), {v: n / many for v, n in falls.items()}) < limit(len(falls))


def test_the_same_seed_and_number_give_the_same_dice_and_others_do_not() -> None:
    def hundred(seed: int, roll: int) -> list[int]:
        chance: random.Random = chance_of(seed, roll)
        return [chance.randint(1, 100) for __ in range(20)]

    assert hundred(7, 1) == hundred(7, 1)
    assert hundred(7, 1) != hundred(7, 2) and hundred(7, 1) != hundred(8, 1)
