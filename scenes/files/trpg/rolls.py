"""Results of dice as other tools write them, as rolls of ours; what is no known form stays."""

import re
from collections.abc import Callable
from dataclasses import replace

from base.errors import KnownError
from scenes.dice.expression import written
from scenes.dice.grammar import whole_expression
from scenes.dice.log_form import RollLine, reason_of
from scenes.dice.skills import SAN
from scenes.dice.words import DEGREES

LONGEST = 300
"""Characters of a message that is looked at."""
_WORDS = "|".join(sorted(map(re.escape, DEGREES), key=len, reverse=True))
_WHO = r"(?:<(?P<who>[^<>\s]{1,40})>|(?P<plain>[^\s<>:：,，“”\"「」]{1,24}?))"
_WHY = r"(?:由于(?P<why>[^，,]{1,40})[，,] ?)?"
_ROLLED = (
    r"[:：] ?1?[dD]100=(?P<rolled>[0-9]{1,3})/(?P<target>[0-9]{1,4}) ?"
    rf"(?P<degree>{_WORDS})了?"
)
_CHECK = r"(?:检定|鉴定|檢定)"
_END = r"[！!。.~～]?"
_QUOTED = r"[^\"”」]{1,24}[\"”」]"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_WHY}{_WHO}的[\"“「](?P<skill>[^\"”」]{{1,24}})[\"”」]{_CHECK}(?:结果为?)?{_ROLLED}{_END}",
        rf"{_WHY}{_WHO}(?:进行了?的?|的)(?P<skill>[^\s\"“”「」:：]{{1,24}}?){_CHECK}的?(?:结果)?为?"
        rf"{_ROLLED}{_END}",
        rf"{_WHO}的[\"“「](?P<grown>[^\"”」]{{1,24}})[\"”」]成长检定{_ROLLED}"
        rf"(?: [\"“「]{_QUOTED}增加了1[dD]10=[0-9]{{1,2}}点[，,]当前为(?P<after>[0-9]{{1,4}})点)?"
        rf"{_END}",
        rf"{_WHO}的理智检定{_ROLLED}{_END} ?理智变化[:：] ?"
        r"(?P<before>[0-9]{1,3}) ?(?:➯|→) ?(?P<after>[0-9]{1,3})(?: ?[（(][^（）()]{1,40}[）)])?"
        rf"{_END}",
    )
)
"""What dice bots say of checks, of growth and of SAN."""
_THROWN = re.compile(
    rf"{_WHY}{_WHO} ?(?:掷出了|投掷出了|骰出了|掷骰|投掷|rolls?) ?[:：]? ?"
    r"(?P<dice>[0-9dDkKhHlLqQ+*x×()-]{2,40})(?:=[-+*x×/0-9\[\](){}, ]{1,80})??(?:=|: ?)"
    rf"(?P<total>-?[0-9]{{1,9}})点?{_END}"
)
_CCFOLIA = re.compile(
    r"(?:[cC]{2}[bB]?(?:\([^()]{0,12}\))?<=[0-9]{1,4} ?)?"
    r"(?:【(?P<named>[^【】]{1,24})】|(?P<skill>[^\s()<>＞=]{1,24})?) ?"
    r"\(1[dD]100<=(?P<target>[0-9]{1,4})\)"
    r"(?: [^\s\[\]]{1,24}\[(?P<extra>-?[0-9]{1,2})\] [＞>] [0-9, ]{1,40}?)?"
    rf" [＞>] (?P<rolled>[0-9]{{1,3}}) [＞>] (?P<degree>{_WORDS})"
)
_FOUNDRY = re.compile(
    r"(?P<first>-?[0-9]{1,9}) / (?P<dice>[0-9dDkKhHlL+*() -]{2,60}) = [-+*/0-9() ]{1,80}"
    r" = (?P<total>-?[0-9]{1,9})"
)


def foreign_roll(
    text: str, writer: str, is_bot: bool, called: Callable[[str], str]
) -> RollLine | None:
    """The roll that a message on one line tells of, `None` where it is none of a known form.

    `writer` has written it; `called` gives the role of a name that a bot prints.
    """
    if len(text) > LONGEST:
        return None
    if not is_bot:
        return _own(text, writer)
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _checked(found, called(found["who"] or found["plain"]))
    if (found := _THROWN.fullmatch(text)) and (dice := _dice(found["dice"])):
        who = called(found["who"] or found["plain"])
        return RollLine(who, dice, (int(found["total"]),), reason_of(found["why"] or ""))
    return None


def _checked(found: re.Match[str], who: str) -> RollLine:
    """What a dice bot says of a check."""
    groups = found.groupdict()
    target = int(found["target"])
    line = RollLine(
        who, "1d100", (int(found["rolled"]),), target=target, degree=DEGREES[found["degree"]]
    )
    if skill := groups.get("skill"):
        return replace(line, reason=reason_of(f"{skill} {groups.get('why') or ''}"))
    if grown := groups.get("grown"):
        after = groups.get("after")
        changes = ((_key(grown), target, int(after)),) if after and _key(grown) else ()
        return replace(line, reason=reason_of(f"{grown}成长"), changes=changes)
    changes = ((SAN, int(found["before"]), int(found["after"])),)
    return replace(line, reason="理智", changes=changes)


def _key(skill: str) -> str:
    return "" if re.search(r"[\s=→]", skill) else skill


def _own(text: str, writer: str) -> RollLine | None:
    """What a virtual table says in the name of who rolled."""
    if found := _CCFOLIA.fullmatch(text):
        extra = int(found["extra"] or 0)
        if abs(extra) > 10:
            return None
        dice = f"1d100{'b' if extra > 0 else 'p'}{abs(extra)}" if extra else "1d100"
        reason = reason_of(found["named"] or found["skill"] or "")
        rolled, target = int(found["rolled"]), int(found["target"])
        return RollLine(writer, dice, (rolled,), reason, target, DEGREES[found["degree"]])
    found = _FOUNDRY.fullmatch(text)
    if found and found["first"] == found["total"] and (thrown := _dice(found["dice"])):
        return RollLine(writer, thrown, (int(found["total"]),))
    return None


def _dice(text: str) -> str:
    """An expression in our form; nothing where it is none of ours."""
    try:
        form = written(whole_expression(text.replace(" ", "")))
    except KnownError:
        return ""
    return form if "d" in form else ""
