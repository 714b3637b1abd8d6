"""Numbered actions that a narration offers: `1. 推门进去 2. 听听动静（聆听检定）`. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scenes.dice.grammar import narrow
from scenes.dice.proposals import LONGEST_LOOKED_AT, Proposal, proposed
from scenes.dice.skills import SAN, skill_called

POOLS = ("HP", "MP", SAN, "DB", "MOV")
"""What a sheet counts, and nobody makes a check of."""
_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_WIDE = str.maketrans("１２３４５６７８９", "123456789")
_NUMBER = re.compile(
    rf"(?:[（(]([1-9])[)）]|(?:^|(?<=[\s。！？.!?…：:；;，,、）)”\"]))([1-9])[)）.．、:：](?![0-9])"
    rf"|([{_CIRCLED}]))\s*"
)
_BRACKETS = re.compile(r"\s*[（(][^（）()\n]{1,60}[)）]\s*$")
_SENTENCE = re.compile(r"(?<=[。！？!?])|(?<=\.)(?=\s)")
_QUOTED = re.compile(r"[“「\"]([^“”「」\"]+)[”」\"]")
_TYPED = re.compile(r"[1-9]")
_AROUND = " \u3000；;，,、。."
_I = ("我", "你", "I ", "You ")


@dataclass(frozen=True)
class Offer:
    """An action that somebody may do."""

    number: int
    text: str
    """What is done, without whose it is, or what is said."""
    said: bool = False
    """Whether it is said, not done."""
    check: Proposal | None = None
    """What is rolled for it."""


def offered(text: str, names: Iterable[str] = ()) -> list[Offer]:
    """The actions that a narration offers, in order from 1; none where it numbers fewer than two.

    `names` are those who may be asked to make a check.
    """
    level = text[-LONGEST_LOOKED_AT:].translate(_WIDE)
    found = list(_NUMBER.finditer(level))
    while found and _number(found[0]) != 1:
        found.pop(0)
    known, offers = tuple(names), list[Offer]()
    for at, mark in enumerate(found):
        if _number(mark) != at + 1:
            break
        end = found[at + 1].start() if at + 1 < len(found) else len(level)
        offer = _offer(at + 1, level[mark.end() : end], known)
        if offer is None:
            return []
        offers.append(offer)
    return offers if len(offers) > 1 else []


def chosen(line: str, offers: Sequence[Offer]) -> Offer | None:
    """The offer whose number is typed."""
    typed = narrow(line).strip().rstrip(".。")
    if not _TYPED.fullmatch(typed):
        return None
    return next((offer for offer in offers if offer.number == int(typed)), None)


def _number(mark: re.Match[str]) -> int:
    return _CIRCLED.index(mark[3]) + 1 if mark[3] else int(mark[1] or mark[2])


def _offer(number: int, text: str, names: tuple[str, ...]) -> Offer | None:
    check = proposed(text, names)
    text = text.strip(_AROUND)
    text = _BRACKETS.sub("", text).strip(_AROUND) if check else text
    if quote := _QUOTED.fullmatch(text):
        return Offer(number, quote[1].strip(), True, check) if _says(quote[1]) else None
    text = _SENTENCE.split(text, maxsplit=1)[0].strip(_AROUND)
    for subject in _I:
        text = text.removeprefix(subject) if len(text) > len(subject) + 1 else text
    return Offer(number, text, False, check) if _says(text) else None


def _says(text: str) -> bool:
    return any(map(str.isalnum, text))


def third_person(does: str) -> str:
    """What somebody is told to do in English, as it is told of them: `open it` is `opens it`."""
    verb, blank, rest = does.partition(" ")
    if not verb.isascii() or not verb.isalpha():
        return does
    verb = verb.lower()
    irregular = {"be": "is", "have": "has"}
    if verb in irregular:
        verb = irregular[verb]
    elif verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        verb += "es"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        verb = f"{verb[:-1]}ies"
    else:
        verb += "s"
    return f"{verb}{blank}{rest}"


def checked_skills(sheet: Mapping[str, object]) -> list[str]:
    """What of a sheet a check can be made of: what has a number and is no pool of points."""
    return [
        key
        for key, value in sheet.items()
        if isinstance(value, int) and skill_called(key) not in POOLS and key.upper() not in POOLS
    ]
