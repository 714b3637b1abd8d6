"""What other tools say of rolls, as rolls of ours; what is no known sentence stays. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from base.errors import KnownError
from scenes.dice.expression import Dice, Expression, Number, Percentile, has_dice, written
from scenes.dice.faces import dice_told, percentile_told
from scenes.dice.grammar import MOST_EXTRA, whole_expression
from scenes.dice.log_form import reason_of
from scenes.dice.orders import MOST_REPEATS
from scenes.dice.roll import Change, Roll
from scenes.dice.skills import SAN, skill_called
from scenes.dice.throwing import Thrown
from scenes.dice.words import DEGREES, without_difficulty
from scenes.files.trpg.roll_words import CHECK, ROLL, SAYINGS, SHEETS, Saying

LONGEST = 400
"""Characters of a message that is looked at."""
_END = re.compile(r"[！!。.~～」”\s]*(?:（第(?P<nth>[2-9]|[1-9][0-9]{1,3})次）)?\s*")
_NTH = re.compile(r"[！!。.~～\s]*（第([2-9]|[1-9][0-9]{1,3})次）")
_NAMED = re.compile(r"<([^<>]{1,40})>")
_HINT = re.compile(r"[dD]\d|\d ?/ ?\d|判定值|➯|[dD][fF]|低语|命运|暗|悄悄|シークレット")
"""What is in every sentence of our table."""
MOST_DICE = 32
"""Dice that one message may name, which keeps what is no sentence cheap to refuse."""
_DIE = re.compile(r"[dD][0-9]")
_ORDERED = re.compile(
    r"[.。/!！]?(?:r[abcp][0-9]?|cc[bn]?[0-9]?)\s*(?:\([^()]{0,12}\))?\s*(?:<=|≦)?\s*(?:[0-9]{1,3}\s+)?"
    r"(?P<skill>[^\s0-9<=≦+.。/!！-][^0-9<=≦+]{0,20}?)\s*[0-9]{0,3}",
    re.IGNORECASE,
)
_SUM = re.compile(r"^[0-9]*[dD]")
_UNNAMED = frozenset({"你", "您", "我", "她", "他", "你们"})
_EXTRA_SKILLS = frozenset({"奖励骰", "惩罚骰", "獎勵骰", "懲罰骰"})
"""What stands where a skill would, and names none."""


class Heard(NamedTuple):
    """Who said what is read: `called` gives the role of a name that a bot prints; `ordered` is who
    gave the order that a bot answers, and `order` what they wrote."""

    writer: str
    is_bot: bool
    called: Callable[[str], str]
    ordered: str = ""
    order: str = ""

    @property
    def skill(self) -> str:
        """The skill that the order names, which not every bot repeats."""
        found = _ORDERED.fullmatch(self.order[:LONGEST].strip()) if self.is_bot else None
        return found["skill"].strip() if found else ""


class Read(NamedTuple):
    """The rolls that a message tells of, and what else it says."""

    rolls: tuple[Roll, ...]
    more: str = ""


NOTHING = Read(())
_SURE = ("check", "checks", "sanity", "growth")
"""What only a dice bot says, whoever it seems to be."""


def foreign_rolls(text: str, heard: Heard) -> Read:
    """The rolls that a message on one line tells of; none where it is no known sentence.

    A bot may say them anywhere in a message, and so may whoever writes a sentence with a name and
    a result; any other says nothing else.
    """
    if len(text) > LONGEST or not _HINT.search(text) or len(_DIE.findall(text)) > MOST_DICE:
        return NOTHING
    found: list[tuple[int, int, list[Roll]]] = []
    left = text
    known: dict[str, bool] = {}
    for saying in SAYINGS:
        if not saying.may_be_in(text, known):
            continue
        for match in _matches(saying, text, heard):
            start, end = match.span()
            if any(start < to and begun < end for begun, to, __ in found):
                continue
            rolls = _rolls(saying, match, heard)
            if not rolls and not heard.is_bot:
                return NOTHING
            if rolls:
                if nth := _NTH.match(text, end):
                    rolls = [replace(one, nth=int(nth[1])) for one in rolls]
                    end = nth.end()
                found.append((start, end, rolls))
        if found and not _HINT.search(left := _without(text, found)):
            break
    rolls = [roll for __, __, rolls in sorted(found, key=_place) for roll in rolls]
    return Read(tuple(rolls), "" if _END.fullmatch(left) else left)


def _place(one: tuple[int, int, list[Roll]]) -> int:
    return one[0]


def _without(text: str, found: list[tuple[int, int, list[Roll]]]) -> str:
    """A text without what was read of it."""
    for start, end, __ in sorted(found, key=_place, reverse=True):
        text = text[:start] + text[end:]
    return text


def sheet_told(text: str, heard: Heard) -> tuple[str, str, int] | None:
    """Whose value of a sheet a bot says is now how much; `None` where it says no such thing."""
    if len(text) > LONGEST:
        return None
    for saying in SHEETS:
        if (found := saying.pattern.search(text)) and (
            who := _who(found, found.groupdict(), heard)
        ):
            return who, found["key"], int(found["after"])
    return None


def _matches(saying: Saying, text: str, heard: Heard) -> Iterator[re.Match[str]]:
    """Where a sentence stands in a text: anywhere in what a bot says, if it cannot be but one."""
    sure = heard.is_bot or (saying.is_named and saying.said in _SURE)
    if saying.tool != "any" and sure:
        yield from saying.pattern.finditer(text)
        return
    found = saying.pattern.match(text)
    if found and _END.fullmatch(text, found.end()):
        yield found


def _who(found: re.Match[str], groups: Mapping[str, str | None], heard: Heard) -> str:
    """Who rolled; nothing where nobody says so."""
    named = groups.get("who") or groups.get("who2") or groups.get("who3") or ""
    if named and named not in _UNNAMED:
        return heard.called(named)
    if not heard.is_bot:
        return heard.writer
    printed = _NAMED.search(found.string)
    return heard.called(printed[1]) if printed else heard.ordered


def _rolls(saying: Saying, found: re.Match[str], heard: Heard) -> list[Roll]:
    groups = found.groupdict("")
    who = _who(found, groups, heard)
    if not who:
        return []
    try:
        match saying.said:
            case "hidden":
                return [Roll(0, None, who, "", (), hidden=True)]
            case "roll":
                return _thrown(who, groups)
            case "repeat":
                return _repeated(who, groups)
            case "checks":
                each = (one.groupdict() for one in CHECK.finditer(groups["checks"]))
                return [_check(who, {**groups, **one}) for one in each]
            case "sanity":
                return [_sanity(who, groups)]
            case "growth":
                return [_growth(who, groups)]
        if saying.said == "check" and not groups.get("skill") and not groups.get("tail"):
            groups["skill"] = heard.skill if who == heard.ordered else ""
        return [_check(who, groups)]
    except KnownError:
        return []


# --- a d100 against something ---


def _check(who: str, groups: dict[str, str]) -> Roll:
    skill = (groups.get("skill") or groups.get("tail") or "").strip()
    skill = "" if skill in _EXTRA_SKILLS else skill
    has_difficulty, called, reason = _asked(skill, groups.get("why", ""))
    rolled, target = int(groups["rolled"]), int(groups["target"])
    bonus, dice = _percentile(groups, rolled)
    return Roll(
        0,
        None,
        who,
        _d100(bonus),
        (rolled,),
        "check",
        reason,
        called,
        target,
        DEGREES[groups["degree"]],
        dice,
        value=None if has_difficulty else target,
    )


@lru_cache(100)
def _d100(bonus: int) -> str:
    return written(Percentile(bonus))


@lru_cache(1000)
def _asked(skill: str, why: str) -> tuple[bool, str, str]:
    """Whether a check is of some difficulty, its skill, and how it is called."""
    difficulty, plain = without_difficulty(skill)
    called = skill_called(plain) if skill else ""
    return bool(difficulty), called, reason_of(f"{skill} {why}")


def _percentile(groups: dict[str, str], rolled: int) -> tuple[int, tuple[Thrown, ...]]:
    """The bonus dice of the d100 that came to `rolled`, and what all showed."""
    told = groups.get("faces") or groups.get("steps") or groups.get("each") or ""
    letter = groups.get("d100") or ""
    if not (told or letter[:1] in "bBpP" or groups.get("extra")):
        return 0, percentile_told(0, "", rolled)
    many = max(0, len(re.findall(r"[0-9]{1,3}", re.sub(r"[dDbBpP] ?[0-9]{1,3} ?=", "", told))) - 1)
    if groups.get("extra"):
        bonus = int(groups["extra"])
    elif letter[:1] in "bBpP" and letter:
        bonus = int(letter[1:] or 1) * (1 if letter[0] in "bB" else -1)
    elif re.search("奖|獎", told):
        bonus = many
    else:
        bonus = -many if re.search("惩|懲", told) else 0
    if abs(bonus) > MOST_EXTRA:
        raise KnownError("")
    return bonus, percentile_told(bonus, told, rolled, bool(groups.get("each")))


def _sanity(who: str, groups: dict[str, str]) -> Roll:
    check = _check(who, groups | {"skill": "", "why": ""})
    before = int(groups.get("before") or groups["target"])
    change = Change(who, SAN, before, int(groups["after"]))
    dice = check.dice + _lost(groups)
    return replace(
        check,
        kind="sanity",
        reason="理智",
        skill=SAN,
        value=check.target,
        changes=(change,),
        dice=dice if check.dice else (),
    )


def _growth(who: str, groups: dict[str, str]) -> Roll:
    check = _check(who, groups)
    name = " ".join(groups["skill"].split())
    changes: tuple[Change, ...] = ()
    if groups.get("after") and check.target is not None:
        changes = (Change(who, check.skill, check.target, int(groups["after"])),)
    return replace(
        check,
        kind="growth",
        reason=reason_of(f"{name}成长"),
        value=check.target,
        changes=changes,
        dice=check.dice + _lost(groups),
    )


def _lost(groups: dict[str, str]) -> tuple[Thrown, ...]:
    """The dice of what was lost or gained: `1d6=3`."""
    text, __, told = (groups.get("loss") or "").partition("=")
    if not told or not _SUM.match(text):
        return ()
    shown, __, total = told.rpartition("=")
    return dice_told(whole_expression(text.replace(" ", "")), shown, int(total))


# --- other dice ---


def _thrown(who: str, groups: dict[str, str]) -> list[Roll]:
    total = int(groups["total"])
    expression, canonical = _expression(groups["dice"])
    if groups.get("first") and int(groups["first"]) != total:
        return []
    dice = dice_told(expression, groups.get("detail", ""), total)
    reason = reason_of(groups.get("why", ""))
    return [Roll(0, None, who, canonical, (total,), reason=reason, dice=dice)]


def _repeated(who: str, groups: dict[str, str]) -> list[Roll]:
    if groups.get("rolls"):
        each = [one.groupdict() for one in ROLL.finditer(groups["rolls"])]
    else:
        totals = re.findall(r"-?[0-9]+", groups["totals"])
        each = [{"dice": groups["dice"], "detail": "", "total": one} for one in totals]
        if len(each) != int(groups["repeats"]):
            return []
    rolls = [_thrown(who, {key: text or "" for key, text in one.items()}) for one in each]
    if not all(rolls) or not 1 <= len(rolls) <= MOST_REPEATS:
        return []
    first = rolls[0][0]
    if any(one.expression != first.expression for (one,) in rolls):
        return []
    known = all(one.dice for (one,) in rolls)
    return [
        replace(
            first,
            expression=f"{len(rolls)}#{first.expression}",
            totals=tuple(one.totals[0] for (one,) in rolls),
            reason=reason_of(groups.get("why", "")),
            dice=tuple(thrown for (one,) in rolls for thrown in one.dice) if known else (),
        )
    ]


@lru_cache(1000)
def _expression(text: str) -> tuple[Expression, str]:
    """The expression of dice that a text is, and its canonical form. Raises `KnownError`."""
    expression = whole_expression(text.replace(" ", ""))
    if not has_dice(expression):
        raise KnownError("")
    if expression == Dice(Number(1), Number(100)):
        expression = Percentile(0)
    return expression, written(expression)
