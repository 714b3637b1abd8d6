"""Throws expressions with a source of chance that is given: all dice, what they come to. Pure."""

import random
from dataclasses import dataclass, field

from base.errors import KnownError
from base.messages import _
from scenes.dice.expression import (
    FATE,
    LARGEST,
    MOST_DICE,
    MOST_SIDES,
    PERCENT,
    Binary,
    Dice,
    Expression,
    FateDice,
    Negative,
    Number,
    Percentile,
)


@dataclass(frozen=True)
class Thrown:
    """Dice of one kind that were thrown together."""

    sides: int
    """0 is a Fate die."""
    values: tuple[int, ...]
    dropped: tuple[int, ...] = ()
    """The places, from 0, of those that do not count."""

    @property
    def total(self) -> int:
        return sum(value for at, value in enumerate(self.values) if at not in self.dropped)


@dataclass
class Cup:
    """Throws for one roll; `thrown` are all its dice, in the order in which they fell."""

    chance: random.Random
    thrown: list[Thrown] = field(default_factory=list)

    def total(self, expression: Expression) -> int:
        """What an expression comes to. Raises `KnownError` for too many dice, for sides that there
        are not, for what is divided by nothing, and for what is too large."""
        value = self._total(expression)
        if abs(value) > LARGEST:
            raise KnownError(_("the dice come to more than {most}; roll less", most=LARGEST))
        return value

    def _total(self, expression: Expression) -> int:
        match expression:
            case Number(value):
                return value
            case Negative(of):
                return -self.total(of)
            case Binary(operator, left, right):
                return self._both(operator, self.total(left), self.total(right))
            case Percentile(bonus):
                return self._percentile(bonus)
            case FateDice(count):
                return self._throw(self.total(count), FATE).total
            case Dice(count, sides, keep, many):
                many_dice, each = self.total(count), self.total(sides)
                if not 1 <= each <= MOST_SIDES:
                    raise KnownError(
                        _("a die of {n} sides; there are 1 to {most}", n=each, most=MOST_SIDES)
                    )
                thrown = self._throw(many_dice, each)
                if keep:
                    thrown = Thrown(
                        thrown.sides, thrown.values, _dropped(thrown.values, keep, many)
                    )
                    self.thrown[-1] = thrown
                return thrown.total

    def _both(self, operator: str, left: int, right: int) -> int:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
        if right == 0:
            raise KnownError(_("the dice divide by 0; roll again without that"))
        return left // right

    def _throw(self, count: int, sides: int) -> Thrown:
        there = sum(len(each.values) for each in self.thrown)
        if not 0 <= count <= MOST_DICE - there:
            raise KnownError(_("{n} dice; there are 1 to {most}", n=there + count, most=MOST_DICE))
        low, high = (-1, 1) if sides == FATE else (1, sides)
        thrown = Thrown(sides, tuple(self.chance.randint(low, high) for __ in range(count)))
        self.thrown.append(thrown)
        return thrown

    def _percentile(self, bonus: int) -> int:
        """One die of units and one of tens, `bonus` of the latter more; `00` and `0` is 100."""
        if sum(len(each.values) for each in self.thrown) + abs(bonus) + 1 > MOST_DICE:
            raise KnownError(_("{n} dice; there are 1 to {most}", n=abs(bonus) + 1, most=MOST_DICE))
        units = self.chance.randint(0, 9)
        tens = [self.chance.randint(0, 9) for __ in range(abs(bonus) + 1)]
        values = tuple(10 * ten + units or PERCENT for ten in tens)
        kept = values.index(min(values) if bonus > 0 else max(values))
        if not bonus:
            kept = 0
        dropped = tuple(at for at in range(len(values)) if at != kept)
        self.thrown.append(Thrown(PERCENT, values, dropped))
        return values[kept]


def _dropped(values: tuple[int, ...], keep: str, many: int) -> tuple[int, ...]:
    """The places of the dice that do not count; of equal ones, the later are dropped first."""
    many = min(many, len(values))
    highest = sorted(range(len(values)), key=lambda at: (-values[at], at))
    match keep:
        case "kh":
            gone = highest[many:]
        case "kl":
            gone = highest[: len(values) - many]
        case "dh":
            gone = highest[:many]
        case _:
            gone = highest[len(values) - many :]
    return tuple(sorted(gone))


def written(thrown: Thrown) -> str:
    """The dice as a person sees them: those that do not count in brackets."""
    values = [f"({v})" if at in thrown.dropped else str(v) for at, v in enumerate(thrown.values)]
    return f"[{' '.join(values)}]"
