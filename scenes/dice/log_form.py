"""How a roll stands in a log, and how it is read out of one: `林默 侦查 1d100=42/60 成功`. Pure.

It is the text of a `【…】`. `write_roll` and `read_roll` are inverses for every roll that can be
made, where the name has no blank in it or is among the names that are known.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from base.text import UNPRINTABLE
from scenes.dice.roll import Roll
from scenes.dice.words import DEGREES, degree_word, is_chinese

HIDDEN = "暗骰"
HIDDEN_ENGLISH = "a hidden roll"
LONGEST_REASON = 60
"""Characters of what a roll is for."""
LONGEST_LINE = 600
"""Characters of a line that is looked at."""
_BRACKETS = str.maketrans("【】", "〔〕")
_WORDS = "|".join(sorted(map(re.escape, DEGREES), key=len, reverse=True))
_NTH = r"(?: ?（第(?P<nth>[2-9]|[1-9][0-9]{1,5})次）| \(roll (?P<nth_en>[2-9]|[1-9][0-9]{1,5})\))?"
_EXPRESSION = r"(?:[0-9]{1,2}#)?[-+*/()0-9]*d[-+*/()0-9dkhlbpF]*"
_ROLLED = re.compile(
    rf"(?P<head>.*) (?P<expression>{_EXPRESSION})=(?P<totals>-?[0-9]{{1,10}}(?:,-?[0-9]{{1,10}})*)"
    rf"(?:/(?P<target>-?[0-9]{{1,10}}))?(?: (?P<degree>{_WORDS}))?"
    rf"(?P<changes>(?: [^\s=→]+ -?[0-9]{{1,10}}→-?[0-9]{{1,10}}){{0,4}}){_NTH}"
)
_SECRET = re.compile(rf"(?P<head>.+) (?:{HIDDEN}|{HIDDEN_ENGLISH}){_NTH}")
_CHANGE = re.compile(r" ([^\s=→]+) (-?[0-9]+)→(-?[0-9]+)")


@dataclass(frozen=True)
class RollLine:
    """What a log tells of a roll."""

    who: str
    expression: str = ""
    totals: tuple[int, ...] = ()
    reason: str = ""
    target: int | None = None
    degree: str = ""
    changes: tuple[tuple[str, int, int], ...] = ()
    """What of the roller's sheet changed: its key, before and after."""
    nth: int = 1
    hidden: bool = False
    """Whether nothing more is told than that somebody rolled."""


def line_of(roll: Roll) -> RollLine:
    """What a log tells of a roll; of a hidden one only that it was."""
    if roll.hidden:
        return RollLine(roll.who, nth=roll.nth, hidden=True)
    changes = tuple((each.key, each.before, each.after) for each in roll.changes)
    return RollLine(
        roll.who,
        roll.expression,
        roll.totals,
        roll.reason,
        roll.target,
        roll.degree,
        changes,
        roll.nth,
    )


def write_roll(line: RollLine, language: str = "zh") -> str:
    """The text of a roll's `【…】`, in the language of its log."""
    chinese = is_chinese(language)
    nth = "" if line.nth < 2 else f"（第{line.nth}次）" if chinese else f" (roll {line.nth})"
    if line.hidden:
        return f"{line.who} {HIDDEN if chinese else HIDDEN_ENGLISH}{nth}"
    head = f"{line.who} {line.reason}" if line.reason else line.who
    totals = ",".join(map(str, line.totals))
    target = "" if line.target is None else f"/{line.target}"
    degree = f" {degree_word(line.degree, language)}" if line.degree else ""
    changed = "".join(f" {key} {before}→{after}" for key, before, after in line.changes)
    return f"{head} {line.expression}={totals}{target}{degree}{changed}{nth}"


def read_roll(text: str, names: Iterable[str] = ()) -> RollLine | None:
    """The roll that the text of a `【…】` tells of; `None` where it tells of none.

    `names` are those who may roll; without them, a name is what stands up to the first blank.
    """
    if len(text) > LONGEST_LINE:
        return None
    if secret := _SECRET.fullmatch(text):
        who, reason = _who(secret["head"], names)
        return RollLine(who, nth=_nth(secret), hidden=True) if not reason else None
    found = _ROLLED.fullmatch(text)
    if found is None:
        return None
    who, reason = _who(found["head"], names)
    if not who:
        return None
    changes = tuple(
        (key, int(before), int(after)) for key, before, after in _CHANGE.findall(found["changes"])
    )
    return RollLine(
        who,
        found["expression"],
        tuple(map(int, found["totals"].split(","))),
        reason,
        None if found["target"] is None else int(found["target"]),
        DEGREES[found["degree"]] if found["degree"] else "",
        changes,
        _nth(found),
    )


def tells_of_roll(text: str) -> bool:
    """Whether the text of a `【…】` is what the dice said, whoever wrote it."""
    return " " in text and read_roll(text) is not None


def reason_of(text: str) -> str:
    """What a roll is for, on one line and without what would end its `【…】`, cut to a length."""
    line = " ".join(UNPRINTABLE.sub("", text).translate(_BRACKETS).split())
    return line[:LONGEST_REASON].strip()


def _nth(found: re.Match[str]) -> int:
    return int(found["nth"] or found["nth_en"] or 1)


def _who(head: str, names: Iterable[str]) -> tuple[str, str]:
    """Who rolls, and for what."""
    for name in sorted(names, key=len, reverse=True):
        if head == name or head.startswith(f"{name} "):
            return name, head[len(name) + 1 :]
    who, __, reason = head.partition(" ")
    return who, reason
