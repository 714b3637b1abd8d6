"""Checks of skills as they are typed: `侦查`, `困难侦查 60`, `b2 聆听+10`, `察觉 +5 dc15`. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.dice.expression import Dice, Expression, Number, Percentile, plus
from scenes.dice.grammar import MOST_EXTRA, narrow, too_long
from scenes.dice.log_form import reason_of
from scenes.dice.orders import Asking, Order
from scenes.dice.rules import Rules, needed_for
from scenes.dice.skills import Skills, skill_called
from scenes.dice.words import asked_word, without_difficulty

MOST_VALUE = 1000
"""What a skill may be at most."""
_EXTRA = re.compile(r"([bp])([0-9]?)(?:\s+|(?<=[0-9])(?=[^\s0-9A-Za-z]))", re.IGNORECASE)
_COUNT = re.compile(r"([1-9])(?![0-9])\s*")
_FIRST = re.compile(r"([0-9]{1,4})\s*(?=[^\s0-9+-])")
_BEHIND = re.compile(
    r"(?P<skill>(?:[^0-9+-]|-(?!\s?[0-9]))*)(?P<before>[+-]\s?[0-9]{1,3})?\s*(?P<value>[0-9]{1,4})?%?\s*"
    r"(?P<plus>[+-]\s?[0-9]{1,3})?(?:\s+(?P<reason>[^0-9\s].*))?"
)


@dataclass(frozen=True)
class Table:
    """What a check stands on: the rules, the house's, who is how good, the language of the log."""

    rules: Rules
    house: int
    skills: Skills
    language: str = "zh"


@dataclass(frozen=True)
class _Check:
    """A check as it was typed."""

    skill: str
    value: int | None
    modifier: int
    reason: str


def check_orders(
    who: str, text: str, table: Table, bonus: int = 0, hidden: bool = False
) -> tuple[Order, ...]:
    """The checks that a text asks for, several where it repeats one; `bonus` is 1 behind `.rb`, -1
    behind `.rp`. Raises `KnownError`, also for a skill that nobody knows the value of."""
    too_long(text)
    asking = Asking.of(text, table.rules)
    extra = 0
    if bonus and (found := _COUNT.match(narrow(asking.text))):
        extra, asking = int(found[1]) * bonus, replace(asking, text=asking.text[found.end() :])
    elif found := _EXTRA.match(narrow(asking.text)):
        extra = int(found[2] or 1) * (1 if found[1] in "bB" else -1)
        asking = replace(asking, text=asking.text[found.end() :])
    extra = extra or bonus
    make = _percentile if table.rules.game == "coc7" else _of_others
    order = make(who, asking, table, extra)
    return (replace(order, hidden=hidden),) * max(1, asking.repeats)


def _percentile(who: str, asking: Asking, table: Table, extra: int) -> Order:
    if abs(extra) > MOST_EXTRA:
        raise KnownError(_("{n} dice; there are 1 to {most}", n=abs(extra), most=MOST_EXTRA))
    difficulty, text = without_difficulty(asking.text)
    check = _read(text, lambda name: table.skills.value(who, skill_called(name)) is not None)
    skill = skill_called(check.skill)
    value = known_value(who, skill, check.value, table.skills) + check.modifier
    if not 0 <= value <= MOST_VALUE:
        raise KnownError(
            _("{skill} {value}: a skill is 0 to {most}", skill=skill, value=value, most=MOST_VALUE)
        )
    named = f"{asked_word(difficulty, table.language)}{check.skill}"
    return Order(
        "check",
        who,
        table.rules,
        Percentile(extra),
        reason=reason_of(f"{named} {check.reason}"),
        skill=skill,
        value=value - check.modifier if skill else value,
        target=needed_for(value, difficulty),
        difficulty=difficulty,
        house=table.house,
        given=check.value is not None,
    )


def known_value(who: str, skill: str, given: int | None, skills: Skills) -> int:
    """How good somebody is: as it was given, else as it is known. Raises `KnownError` that asks."""
    if not skill and given is None:
        raise KnownError(_("a check of what? .ra 侦查 60, or .ra 侦查 where its value is known"))
    value = skills.value(who, skill) if given is None else given
    if value is None:
        raise KnownError(
            _(
                "nobody has told how good {name} is at {skill} yet: .ra {skill} 60",
                name=who,
                skill=shown(skill),
            )
        )
    return value


def _of_others(who: str, asking: Asking, table: Table, extra: int) -> Order:
    """A check of games in which a skill is added to the dice."""
    check = _read(asking.text, lambda name: False)
    skill = skill_called(check.skill)
    known = table.skills.value(who, skill) if skill else None
    value = check.value if check.value is not None else known or 0
    if value > MOST_VALUE:
        raise KnownError(
            _("{skill} {value}: a skill is 0 to {most}", skill=skill, value=value, most=MOST_VALUE)
        )
    dice = _dice_of(table.rules, asking.advantage or extra)
    return Order(
        "check",
        who,
        table.rules,
        plus(dice, value + check.modifier),
        reason=reason_of(f"{check.skill} {check.reason}"),
        skill=skill,
        target=asking.dc,
    )


def _dice_of(rules: Rules, advantage: int) -> Expression:
    if not advantage:
        return rules.alone
    if rules.game != "dnd5e":
        raise KnownError(
            _("{game} has no bonus and penalty dice; coc7 and dnd5e have", game=rules.game)
        )
    return Dice(Number(2), Number(20), "kh" if advantage > 0 else "kl")


def _read(text: str, known: Callable[[str], bool]) -> _Check:
    """A skill, its value, what is added to it, and what stands behind. Raises `KnownError`."""
    level = narrow(text)
    if found := _FIRST.match(level):  # `60 侦查`
        behind = text[found.end() :].strip()
        skill, reason = _known_part(behind, known)
        return _Check(skill, int(found[1]), 0, reason)
    found = _BEHIND.fullmatch(level)
    if found is None:
        raise KnownError(
            _("{text}: a check is written .ra 侦查, .ra 侦查 60 or .ra 侦查+10", text=shown(text))
        )
    skill, reason = text[: found.end("skill")].strip(), ""
    if found["reason"]:
        reason = text[found.start("reason") :].strip()
    elif found["value"] is None and found["before"] is None:
        skill, reason = _known_part(skill, known)
    modifier = sum(int("".join(one.split())) for one in (found["before"], found["plus"]) if one)
    value = int(found["value"]) if found["value"] else None
    return _Check(skill, value, modifier, reason)


def _known_part(text: str, known: Callable[[str], bool]) -> tuple[str, str]:
    """The skill that a text begins with, where a few of its words are one, and the rest."""
    words = text.split()
    for many in range(len(words) - 1, 0, -1):
        if known(" ".join(words[:many])):
            return " ".join(words[:many]), " ".join(words[many:])
    return text, ""


def growth_order(who: str, text: str, table: Table, suffix: str) -> Order:
    """A skill that may have grown: `侦查`, `侦查 60`. Raises `KnownError`."""
    too_long(text)
    check = _read(text, lambda name: table.skills.value(who, skill_called(name)) is not None)
    skill = skill_called(check.skill)
    if not skill:
        raise KnownError(_("which skill may have grown? .en 侦查, or .en 侦查 60"))
    value = known_value(who, skill, check.value, table.skills)
    return Order(
        "growth",
        who,
        table.rules,
        Percentile(0),
        reason=reason_of(f"{check.skill}{suffix}"),
        skill=skill,
        value=value,
        target=value,
        gains=Dice(Number(1), Number(10)),
    )


def opposed_orders(
    text: str, me: str | None, named: Callable[[str], str | None], table: Table
) -> tuple[Order, Order]:
    """The two checks of `侦查 林默 苏晚`, `潜行,侦查 林默 苏晚`, `力量 林默 60 苏晚 50`; one name
    alone is against `me`. Raises `KnownError`, also for names that nobody has."""
    too_long(text)
    words = [word for word in text.split() if word.casefold() not in ("vs", "vs.", "对", "對")]
    skills = [one for one in re.split(r"[,，、]", words[0]) if one] if words else []
    sides: list[tuple[str, str]] = []
    for word in words[1:]:
        if narrow(word).isdecimal() and sides:
            sides[-1] = (sides[-1][0], narrow(word)[:4])
        else:
            sides.append((named(word) or "", ""))
    if len(sides) == 1 and me is not None:
        sides.insert(0, (me, ""))
    two = len(sides) == 2 and all(who for who, __ in sides) and sides[0][0] != sides[1][0]
    if not two or not 1 <= len(skills) <= 2:
        raise KnownError(
            _("an opposed check is written .rav 侦查 NAME NAME, or .rav 潜行,侦查 NAME 60 NAME 50")
        )
    first, second = (
        check_orders(who, f"{skill} {value}", table)[0]
        for (who, value), skill in zip(sides, (skills[0], skills[-1]), strict=True)
    )
    return first, second
