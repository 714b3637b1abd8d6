"""Expressions of dice as values, how each is written, and their bounds: `2d6+3`, `4d6kh3`. Pure."""

from dataclasses import dataclass
from typing import Literal

Operator = Literal["+", "-", "*", "/"]
Keeps = Literal["kh", "kl", "dh", "dl"]
"""Keep the highest or the lowest, drop the highest or the lowest."""

MOST_DICE = 100
"""Dice that one roll may throw."""
MOST_SIDES = 10_000
DEEPEST = 16
"""Brackets in brackets."""
LONGEST = 200
"""Characters of what is typed behind a word of dice."""
LARGEST = 10**9
"""What a number may come to, either way."""
FATE = 0
"""The sides of a Fate die, which shows -1, 0 or 1."""
PERCENT = 100


@dataclass(frozen=True)
class Number:
    """A whole number, not below 0."""

    value: int


@dataclass(frozen=True)
class Dice:
    """So many dice of so many sides, of which some are kept."""

    count: "Expression"
    sides: "Expression"
    keep: Keeps | None = None
    many: int = 1
    """How many are kept, or dropped."""


@dataclass(frozen=True)
class FateDice:
    """So many Fate dice."""

    count: "Expression"


@dataclass(frozen=True)
class Percentile:
    """A d100 with so many bonus dice; below 0, penalty dice."""

    bonus: int


@dataclass(frozen=True)
class Negative:
    """The same below zero."""

    of: "Expression"


@dataclass(frozen=True)
class Binary:
    """Two expressions and what is done with them; a division is rounded down."""

    operator: Operator
    left: "Expression"
    right: "Expression"


Expression = Number | Dice | FateDice | Percentile | Negative | Binary


def written(expression: Expression) -> str:
    """The canonical form of an expression, which reads as the same again."""
    match expression:
        case Number(value):
            return str(value)
        case Dice(count, sides, keep, many):
            kept = f"{keep}{many}" if keep else ""
            return f"{_part(count)}d{_part(sides)}{kept}"
        case FateDice(count):
            return f"{_part(count)}dF"
        case Percentile(bonus):
            extra = f"{'b' if bonus > 0 else 'p'}{abs(bonus)}" if bonus else ""
            return f"1d{PERCENT}{extra}"
        case Negative(of):
            return f"-{_factor(of)}"
        case Binary(operator, left, right):
            if operator in "+-":
                before = written(left)
                behind = written(right) if _binds(right) else f"({written(right)})"
                return f"{before}{operator}{behind}"
            before = written(left) if _binds(left) else f"({written(left)})"
            return f"{before}{operator}{_factor(right)}"


def _binds(expression: Expression) -> bool:
    """Whether an expression holds together before and behind a sign of addition."""
    return not (isinstance(expression, Binary) and expression.operator in "+-")


def _factor(expression: Expression) -> str:
    """An expression as the right side of a product."""
    plain = not isinstance(expression, Binary)
    return written(expression) if plain else f"({written(expression)})"


def _part(expression: Expression) -> str:
    """An expression as the count of dice, or as their sides."""
    return written(expression) if isinstance(expression, Number) else f"({written(expression)})"


def has_dice(expression: Expression) -> bool:
    """Whether anything in it is thrown."""
    match expression:
        case Number():
            return False
        case Negative(of):
            return has_dice(of)
        case Binary(__, left, right):
            return has_dice(left) or has_dice(right)
        case _:
            return True


def plus(expression: Expression, modifier: int) -> Expression:
    """An expression with a number added to it."""
    if not modifier:
        return expression
    return Binary("+" if modifier > 0 else "-", expression, Number(abs(modifier)))


def bounds(expression: Expression) -> tuple[int, int]:
    """The least and the most that an expression may come to; wider than that where the same dice
    decide twice."""
    match expression:
        case Number(value):
            return value, value
        case Percentile():
            return 1, PERCENT
        case FateDice(count):
            most = bounds(count)[1]
            return -most, most
        case Negative(of):
            low, high = bounds(of)
            return -high, -low
        case Dice(count, sides, keep, many):
            least, most = bounds(count)
            if keep in ("kh", "kl"):
                least, most = min(least, many), min(most, many)
            elif keep:
                least, most = max(0, least - many), max(0, most - many)
            return least, most * bounds(sides)[1]
        case Binary(operator, left, right):
            (a, b), (c, d) = bounds(left), bounds(right)
            match operator:
                case "+":
                    return a + c, b + d
                case "-":
                    return a - d, b - c
                case "*":
                    all_ = [a * c, a * d, b * c, b * d]
                case _:
                    by = [each for each in {c, d, -1, 1} if each and c <= each <= d]
                    all_ = [each // one for each in (a, b) for one in by] or [0]
            return min(all_), max(all_)
