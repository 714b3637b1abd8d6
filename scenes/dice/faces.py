"""The single dice of a roll as a line of another tool tells them: `[3+4]+3`, `45[奖励骰:3]`. Pure.

`dice_told` and `faces_of` are inverses where the dice come to the total. What does not come to it
gives no dice: none is ever made up.
"""

import re
from collections.abc import Iterator, Sequence

from base.errors import KnownError
from scenes.dice.expression import (
    FATE,
    PERCENT,
    Binary,
    Dice,
    Expression,
    FateDice,
    Negative,
    Number,
    Percentile,
)
from scenes.dice.throwing import Cup, Thrown

MOST_TOLD = 40
"""Dice that are looked for in a line."""
_OPEN, _CLOSE = r"[\[({（{]", r"[\])}）}]"
_NUMBERS = re.compile(r"-?[0-9]{1,5}")
_BETWEEN = re.compile(r"(?<=[0-9]) +(?=[0-9])")
_WHAT = re.compile(r"[dDbBpP] ?[0-9]{1,3}")
"""What kind of die a number is of."""


class _Given:
    """A source of chance that gives what is told, die by die."""

    def __init__(self, values: Sequence[int]) -> None:
        self.values = list(values)

    def randint(self, low: int, high: int) -> int:
        value = self.values.pop(0)
        if not low <= value <= high:
            raise ValueError(value)
        return value


def dice_told(expression: Expression, told: str, total: int) -> tuple[Thrown, ...]:
    """The dice of an expression that comes to `total`, as the words `told` beside it say; none
    where they do not say it all, or come to another number."""
    if isinstance(expression, Percentile):
        return percentile_told(expression.bonus, told, total)
    wanted = list(_dice_in(expression))
    if not wanted or any(count is None for count in wanted):
        return ()
    numbers = [int(one) for one in _NUMBERS.findall(told)]
    many = sum(count or 0 for count in wanted)
    if many > MOST_TOLD:
        return ()
    return next(
        (
            thrown
            for values in _candidates(expression, told, numbers, many, total)
            if (thrown := _thrown(expression, values, total)) is not None
        ),
        (),
    )


def _candidates(
    expression: Expression, told: str, numbers: list[int], many: int, total: int
) -> Iterator[list[int]]:
    """What may be the dice: those told in their places, or the one that the total leaves open."""
    pattern = _pattern(expression)
    level = _BETWEEN.sub(",", told).replace(" ", "")
    if pattern and (found := re.search(pattern, level)):
        yield [int(one) for group in found.groups() for one in _NUMBERS.findall(group)]
    if len(numbers) == many:
        yield numbers
    if many == 1 and not told.strip("= "):
        sides = next((one.sides for one in _parts(expression) if isinstance(one, Dice)), None)
        most = sides.value if isinstance(sides, Number) else 1
        for at in (1, most):
            value = _alone(expression, at)
            if value is not None and 1 <= at + total - value <= most:
                yield [at + total - value]


def _alone(expression: Expression, shown: int) -> int | None:
    """What an expression of one die comes to where it shows that."""
    try:
        return Cup(_Given([shown])).total(expression)  # type: ignore[arg-type]
    except (KnownError, ValueError, IndexError):
        return None


def _thrown(expression: Expression, values: list[int], total: int) -> tuple[Thrown, ...] | None:
    cup = Cup(_Given(values))  # type: ignore[arg-type]
    try:
        comes_to = cup.total(expression)
    except (KnownError, ValueError, IndexError):
        return None
    whole = sum(len(one.values) for one in cup.thrown) == len(values)
    return tuple(cup.thrown) if comes_to == total and whole else None


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    match expression:
        case Binary(__, left, right):
            yield from _parts(left)
            yield from _parts(right)
        case Negative(of):
            yield from _parts(of)


def _dice_in(expression: Expression) -> Iterator[int | None]:
    """How many dice each part throws, in their order; `None` where that is thrown itself."""
    for part in _parts(expression):
        if isinstance(part, Dice | FateDice):
            sides = part.sides if isinstance(part, Dice) else Number(FATE)
            known = isinstance(part.count, Number) and isinstance(sides, Number)
            yield part.count.value if known and isinstance(part.count, Number) else None
        elif isinstance(part, Percentile):
            yield None


def _pattern(expression: Expression) -> str:
    """What an expression looks like with its dice in it, each part that is thrown a group."""
    match expression:
        case Number(value):
            return rf"{value}(?![0-9])"
        case Dice(Number(1), __, None):
            return rf"{_OPEN}?([0-9]{{1,5}}){_CLOSE}?"
        case Dice() | FateDice():
            numbers = r"-?[0-9]{1,5}(?:[-+,，、|;/]{1,2}[0-9]{1,5}){0,99}"
            return rf"(?:[0-9]{{1,5}})?{_OPEN}({numbers}){_CLOSE}"
        case Negative(of):
            inner = _pattern(of)
            return f"-{inner}" if inner else ""
        case Binary(operator, left, right):
            first, second = _pattern(left), _pattern(right)
            signs = {"+": r"\+", "-": "-", "*": "[*xX×]", "/": "[/÷]"}
            return rf"\(?{first}\)?{signs[operator]}\(?{second}\)?" if first and second else ""
    return ""


def percentile_told(bonus: int, told: str, total: int, whole: bool = False) -> tuple[Thrown, ...]:
    """The dice of a d100 with bonus dice, from what it showed first and the other tens; from all
    that it might have been where these are `whole`."""
    if not bonus:
        return (Thrown(PERCENT, (total,)),) if 1 <= total <= PERCENT else ()
    first, *others = [int(one) for one in _NUMBERS.findall(_WHAT.sub("", told))] or [0]
    if len(others) != abs(bonus):
        return ()
    units = first % 10
    tens = [PERCENT if 10 * one + units == 0 else 10 * one + units for one in others]
    values = (first, *(others if whole or max(others) > 10 else tens))
    kept = min(values) if bonus > 0 else max(values)
    if kept != total or any(not 1 <= one <= PERCENT or one % 10 != units for one in values):
        return ()
    dropped = tuple(at for at in range(len(values)) if at != values.index(kept))
    return (Thrown(PERCENT, values, dropped),)


def faces_of(expression: Expression, dice: Sequence[Thrown]) -> str:
    """An expression with its dice in it, `[3+4]+3`; nothing where they are not known."""
    left = list(dice)
    try:
        told = _faces(expression, left)
    except IndexError:
        return ""
    return "" if left else told


def _faces(expression: Expression, left: list[Thrown]) -> str:
    match expression:
        case Number(value):
            return str(value)
        case Negative(of):
            return f"-{_faces(of, left)}"
        case Binary(operator, first, second):
            before = _faces(first, left)
            return f"{before}{operator}{_faces(second, left)}"
        case Dice(Number(1), __, None):
            return str(left.pop(0).values[0])
        case Percentile(bonus):
            return _tens(bonus, left.pop(0))
    return f"[{'+'.join(map(str, left.pop(0).values))}]"


def _tens(bonus: int, thrown: Thrown) -> str:
    """`D100=45, 奖励 3`, as what it showed first and the other tens."""
    first, *others = thrown.values
    if not others:
        return str(first)
    word = "奖励" if bonus > 0 else "惩罚"
    return f"D100={first}, {word} {' '.join(str(one // 10) for one in others)}"
