"""Checks that a narration proposes: `门后有动静。（侦查检定）`; read, never rolled. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scenes.dice.grammar import narrow
from scenes.dice.skills import LONGEST_SKILL

LONGEST_LOOKED_AT = 2000
"""Characters of a narration that are looked at, from its end."""
_BRACKETS = re.compile(r"[（(]([^（）()\n]{1,60})[)）]")
_CHECK = re.compile(
    r"(?P<before>.*?)(?P<skill>(?:困难|極難|极难|困難)?[^\s，。,.、：:；;！!？?]{1,24}?)\s*"
    r"(?:检定|檢定|鉴定|鑑定|判定)(?:\s*(?P<value>[0-9]{1,3}))?[。.！!]?"
)
_LEAD = re.compile(
    r"^(?:@|请|請|让|讓|由|需要|需|要|来|來|过|過|做|进行|進行|一个|一個|一次|个|個|一|的|你|您|：|:|，|,|\s)+"
)
_ORDER = re.compile(r"[.。/]\s?(ra|rc|rb|rp|sc)\s*(.{1,40})", re.IGNORECASE)
_SANITY = re.compile(
    r"(?:san\s?check|sc|san值?|理智)\s*(?:检定|檢定)?\s*([0-9d+]{1,9}\s*[/／]\s*[0-9d+]{1,9})",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"(?:roll |make )?(?:an? )?(?P<skill>[A-Za-z][A-Za-z ]{1,22}?) (?:check|roll)"
    r"(?: (?P<value>\d{1,3}))?",
    re.IGNORECASE,
)
_WORDS: dict[str, "Word"] = {
    **{"ra": "check", "rc": "check", "rb": "bonus", "rp": "penalty", "sc": "sanity"},
}
Word = Literal["roll", "check", "bonus", "penalty", "secret", "sanity", "grow", "oppose"]
"""What can be asked of the dice, by the names of the commands that ask for it."""


@dataclass(frozen=True)
class Proposal:
    """A check that somebody may make."""

    word: Word
    text: str
    """What would be typed behind the word."""
    who: str = ""
    """Whom it is for, where the narration names one."""


def proposed(text: str, names: Iterable[str] = ()) -> Proposal | None:
    """The last check that a narration proposes in brackets; `None` where it proposes none.

    `names` are those who may be asked to make it.
    """
    found = None
    for bracket in _BRACKETS.finditer(text[-LONGEST_LOOKED_AT:]):
        found = _proposal(bracket[1].strip(), tuple(names)) or found
    return found


def _proposal(text: str, names: tuple[str, ...]) -> Proposal | None:
    level = narrow(text)
    if order := _ORDER.fullmatch(level):
        return Proposal(_WORDS[order[1].lower()], text[order.start(2) : order.end(2)].strip())
    who, rest = _named(text, names)
    level = narrow(rest)
    if sanity := _SANITY.search(level):
        return Proposal("sanity", sanity[1].replace(" ", ""), who)
    check = _CHECK.fullmatch(rest) or _ENGLISH.fullmatch(level)
    if check is None:
        return None
    skill = _LEAD.sub("", check["skill"]).strip()
    if not skill or len(skill) > LONGEST_SKILL or skill in ("技能", "骰子", "一个", "属性"):
        return None
    return Proposal("check", f"{skill} {check['value'] or ''}".strip(), who)


def _named(text: str, names: tuple[str, ...]) -> tuple[str, str]:
    """Whom a text names first, and the text without the name and what leads up to a skill."""
    rest = _LEAD.sub("", text)
    for name in sorted(names, key=len, reverse=True):
        if rest.startswith(name):
            return name, _LEAD.sub("", rest[len(name) :])
    return "", rest
