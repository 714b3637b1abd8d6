"""What a person asks of the dice, read from what they typed behind a word, and thrown. Pure."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.dice.expression import (
    Binary,
    Dice,
    Expression,
    Number,
    Percentile,
    bounds,
    has_dice,
    written,
)
from scenes.dice.grammar import begins_with_dice, narrow, read_expression, whole_expression
from scenes.dice.log_form import reason_of
from scenes.dice.roll import Change, Kind, Roll
from scenes.dice.rules import (
    Degree,
    Difficulty,
    Rules,
    against,
    apocalypse_degree,
    fate_degree,
    percentile_degree,
)
from scenes.dice.throwing import Cup

MOST_REPEATS = 10
"""Rolls that one line may ask for."""
_REPEAT = re.compile(r"\s*([0-9]{1,3})\s?#\s*")
_DC = re.compile(r"(?:^|(?<=[\s0-9)势優勢]))dc\s?([0-9]{1,4})(?=\s|$)", re.IGNORECASE)
_WITH = re.compile(
    r"(?:^|(?<=\s))(?:(优势|優勢|adv(?:antage)?)|(劣势|劣勢|dis(?:advantage)?))(?=\s|$|[+-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Order:
    """One roll that is asked for, with all that it takes."""

    kind: Kind
    who: str
    rules: Rules
    expression: Expression
    repeats: int = 0
    """How often a roll is repeated; 0 where it is not."""
    reason: str = ""
    skill: str = ""
    value: int | None = None
    target: int | None = None
    difficulty: Difficulty = ""
    hidden: bool = False
    house: int = 0
    losses: tuple[Expression, Expression] | None = None
    """What a success and a failure cost of SAN."""
    gains: Expression | None = None
    """What a skill grows by."""
    given: bool = False
    """Whether a person said with it how good the roller is."""

    def thrown(self, chance: random.Random) -> Roll:
        """The roll that comes of it. Raises `KnownError` where it cannot be thrown."""
        cup = Cup(chance)
        totals = tuple(cup.total(self.expression) for __ in range(self.repeats or 1))
        degree = self._degree(totals, cup)
        changes = self._changes(degree, cup)
        text = written(self.expression)
        return Roll(
            id=0,
            after=None,
            who=self.who,
            expression=f"{self.repeats}#{text}" if self.repeats else text,
            totals=totals,
            kind=self.kind,
            reason=self.reason,
            skill=self.skill,
            target=self.target,
            degree=degree or "",
            dice=tuple(cup.thrown),
            hidden=self.hidden,
            changes=changes,
            value=self.value,
        )

    def _degree(self, totals: Sequence[int], cup: Cup) -> Degree | None:
        """How well it came out, where something is at stake."""
        total, game = totals[0], self.rules.game
        if len(totals) > 1:
            return None
        if self.kind == "growth":
            assert self.value is not None
            return "success" if total > self.value or total > 95 else "failure"
        if self.kind == "sanity" or (self.kind == "check" and game == "coc7"):
            assert self.value is not None
            return percentile_degree(total, self.value, self.difficulty, self.house)
        if game == "pbta" and self.expression_is_of(2, 6):
            return apocalypse_degree(total)
        if game == "fate" and (self.kind == "check" or self.target is not None):
            return fate_degree(total, self.target)
        if self.target is None:
            return None
        return against(total, self.target, _natural(cup), self.reason)

    def expression_is_of(self, count: int, sides: int) -> bool:
        """Whether its dice are those, with at most a number beside them."""
        dice = self.expression
        while isinstance(dice, Binary) and dice.operator in "+-" and isinstance(dice.right, Number):
            dice = dice.left
        return isinstance(dice, Dice) and (dice.count, dice.sides) == (Number(count), Number(sides))

    def _changes(self, degree: Degree | None, cup: Cup) -> tuple[Change, ...]:
        before = self.value
        if before is None:
            return ()
        if self.losses is not None:
            cost = self.losses[0 if degree not in ("failure", "fumble") else 1]
            lost = bounds(cost)[1] if degree == "fumble" else cup.total(cost)
            after = max(0, before - max(0, lost))
        elif self.gains is not None and degree == "success":
            after = before + max(0, cup.total(self.gains))
        else:
            return ()
        return (Change(self.who, self.skill, before, after),)


def _natural(cup: Cup) -> int | None:
    """What a d20 showed, where one was thrown first."""
    first = cup.thrown[0] if cup.thrown else None
    return first.total if first is not None and first.sides == 20 else None


@dataclass(frozen=True)
class Asking:
    """What is typed behind a word of dice, taken apart bit by bit."""

    text: str
    dc: int | None = None
    advantage: int = 0
    repeats: int = 0

    @classmethod
    def of(cls, text: str, rules: Rules) -> "Asking":
        """Without what may stand at any place: how often, a DC, advantage. Raises `KnownError`."""
        asking = cls(text.strip())
        if found := _REPEAT.match(narrow(asking.text)):
            repeats = int(found[1])
            if not 1 <= repeats <= MOST_REPEATS:
                raise KnownError(
                    _("{n} rolls in one line; there are 1 to {most}", n=repeats, most=MOST_REPEATS)
                )
            asking = replace(asking, text=asking.text[found.end() :], repeats=repeats)
        if rules.game in ("dnd5e", "fate") and (found := _DC.search(narrow(asking.text))):
            asking = replace(asking._without(found), dc=int(found[1]))
        if rules.game == "dnd5e" and (found := _WITH.search(narrow(asking.text))):
            asking = replace(asking._without(found), advantage=1 if found[1] else -1)
        return asking

    def _without(self, found: re.Match[str]) -> "Asking":
        before, behind = self.text[: found.start()].rstrip(), self.text[found.end() :].lstrip()
        return replace(self, text=f"{before} {behind}".strip())


def roll_order(who: str, text: str, rules: Rules, hidden: bool = False) -> Order:
    """A roll of dice: an expression, else what `r` alone rolls, and what it is for. Raises
    `KnownError`."""
    asking = Asking.of(text, rules)
    expression, rest = rules.alone, asking.text
    if begins_with_dice(rest):
        expression, rest = read_expression(rest, rules.sides)
        if not has_dice(expression):
            raise KnownError(
                _("nothing is thrown in {text}; write dice, such as 1d6", text=shown(text.strip()))
            )
    if asking.advantage:
        expression = _with_advantage(expression, asking.advantage)
    return Order(
        "roll",
        who,
        rules,
        expression,
        asking.repeats,
        reason_of(rest),
        target=asking.dc,
        hidden=hidden,
    )


def _with_advantage(expression: Expression, advantage: int) -> Expression:
    """The same with its first d20 thrown twice; where there is none, one stands before it."""
    twice = Dice(Number(2), Number(20), "kh" if advantage > 0 else "kl")
    if isinstance(expression, Binary) and expression.operator in "+-":
        return replace(expression, left=_with_advantage(expression.left, advantage))
    return twice if expression == Dice(Number(1), Number(20)) else expression


def sanity_order(
    who: str, text: str, rules: Rules, house: int, known: int | None, reason: str, key: str
) -> Order:
    """A check of SAN: what a success costs, what a failure costs, and maybe what SAN is. Raises
    `KnownError`, also where nobody knows the SAN."""
    level = narrow(text).strip()
    found = re.fullmatch(r"([^/\s]+)\s*/\s*([^/\s]+)(?:\s+([0-9]{1,4}))?", level)
    if found is None:
        raise KnownError(
            _(
                "{text}: a check of SAN is written .sc 1/1d6 or .sc 1/1d6 55: what it costs if it "
                "succeeds and if it fails, and the SAN",
                text=shown(text.strip()) or ".sc",
            )
        )
    losses = whole_expression(found[1]), whole_expression(found[2])
    value = int(found[3]) if found[3] else known
    if value is None:
        raise KnownError(
            _(
                "nobody has told the SAN of {name} yet: .sc {losses} 55",
                name=who,
                losses=shown(level),
            )
        )
    return Order(
        "sanity",
        who,
        rules,
        Percentile(0),
        reason=reason,
        skill=key,
        value=value,
        target=value,
        house=house,
        losses=losses,
        given=found[3] is not None,
    )
