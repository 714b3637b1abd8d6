"""Says of a text whether it may stand for a stretch: what it tells must have happened there. Pure.

What is found is what small models do wrong: names that nobody bears, quotations of nothing, a
promise told as done. What is only badly put is not found; a person can read and edit every summary.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from base.messages import _
from base.text import shown
from scenes.log import Entry
from scenes.name_words import (
    COMPOUND_SURNAMES,
    EVERYDAY,
    EVERYDAY_NAMES,
    RIGHT,
    SURNAMES,
    WORDS,
)

SHORTEST = 4
_NAMED = "\0"
"""Stands for one of the cast: behind it a clause goes on, and no name begins."""
ALIKE = 0.6
"""The part of a clause's pairs of characters that makes it about the same as another."""
SHARED, LEAST_SHARED = 0.15, 2
"""The part of its pairs of characters, or of its words, that a summary has from what it sums up, at
the least, and how many."""
_SENTENCES = "。！？；.!?;"
_CLAUSES = re.compile(r"[，。！？；、：,.!?;:\n“”\"「」『』（）()…—]+")
_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"]{2,})[”」』\"]")
_LOOP = re.compile(r"(.{1,8}?)\1{7}")
_LATIN_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b([A-Z][a-z]{2,})\b")
_SAID = re.compile(
    r"说|說|答应|答應|保证|保證|承诺|承諾|发誓|發誓|打算|想|要|会|會|将|將|愿|願|准备|準備|"
    r"提议|提議|建议|建議|问|問|称|稱|告诉|告訴|声称|聲稱|约定|約定|计划|計劃|"
    r"\b(?:said|says|promise|plan|offer|ask|want|would|will|to)",
)
"""What makes a clause one of words, not of deeds."""
_DONE = re.compile(r"了|已经|已經|过|過|\w(?:ed|en)\b|\b(?:gave|took|went|left|told|hid|found)\b")
_PROMISED = re.compile(
    r"会|會|要|将|將|一定|明天|明早|今晚|以后|以後|等|答应|答應|保证|保證|打算|准备|準備|"
    r"\b(?:will|shall|going to|promise|tomorrow|tonight)\b|'ll\b",
)
_COMMON = frozenset("的了着过過把被在是会會要将將已经經一个個也就都他她我你们們这這那")


def judged(
    text: str, whole: bool, stretch: Sequence[Entry], names: Sequence[str]
) -> tuple[str, str]:
    """A summary to its last whole sentence, and why it is none; nothing where it is one.

    `whole` is whether it ended by itself; `names` are all that the cast is called.
    """
    text = " ".join(text.split())
    if not whole:
        text = text[: max(text.rfind(end) for end in _SENTENCES) + 1]
    if len(text) < SHORTEST or not any(map(str.isalnum, text)):
        return text, _("sums nothing up")
    if _LOOP.search(text):
        return text, _("goes round in a circle")
    source = "\n".join(f"{entry.speaker}：{entry.text}" for entry in stretch)
    for name in _strangers(text, names, source):
        return text, _("names {name}, who does not occur", name=shown(name))
    for quote in _QUOTED.findall(text):
        if _overlap(quote, source) < ALIKE:
            return text, _("quotes “{words}”, which nobody said", words=shown(quote))
    pairs = _pairs(text)
    if len(pairs & _pairs(source)) < max(LEAST_SHARED, SHARED * len(pairs)):
        return text, _("tells nothing of what happened")
    for clause in _promises_done(text, stretch):
        return text, _("tells “{words}” as done, which was only said", words=shown(clause))
    return text, ""


def _strangers(text: str, names: Sequence[str], source: str) -> Iterator[str]:
    """Whom a summary names that the stretch does not."""
    parts = sorted(names, key=len, reverse=True)
    told = text
    for name in parts:
        if name in told and name not in source:
            yield name
        told = told.replace(name, _NAMED)
    for match in _LATIN_NAME.finditer(told):
        if match[1].casefold() not in source.casefold():
            yield match[1]
    for clause in _CLAUSES.split(told):
        name = _chinese_name(clause)
        if name and name not in source:
            yield name


def _chinese_name(clause: str) -> str:
    """The name that a clause begins with: a surname, one or two characters, and what follows a
    person."""
    compound = next((one for one in COMPOUND_SURNAMES if clause.startswith(one)), "")
    if not compound and (not clause or clause[0] not in SURNAMES):
        return ""
    least = len(compound or clause[0]) + 1
    for length in (least, least + 1):
        name, behind = clause[:length], clause[length : length + 1]
        if len(name) < length or not behind or behind not in RIGHT:
            continue
        words = (name, name[:2], name[1:3], clause[length - 1 : length + 1])
        if name in EVERYDAY_NAMES or any(word in WORDS for word in words):
            continue
        if length == 2 and not compound and name[0] in EVERYDAY and name[1] in EVERYDAY:
            continue
        return name
    return ""


def _promises_done(text: str, stretch: Sequence[Entry]) -> Iterator[str]:
    """Clauses that tell as done what was only announced, and neither done nor narrated."""
    spoken = [clause for one in stretch if one.kind == "speech" for clause in _clauses(one.text)]
    promised = [_PROMISED.sub("", clause) for clause in spoken if _PROMISED.search(clause)]
    happened = [one.text for one in stretch if one.kind in ("action", "narration")]
    happened += [clause for clause in spoken if not _PROMISED.search(clause)]
    kept = [one for one in promised if any(_overlap(one, deed) >= ALIKE for deed in happened)]
    open_promises = [one for one in promised if one not in kept and _pairs(one)]
    for sentence in re.split(f"[{_SENTENCES}]", text):
        reported = False
        for clause in _clauses(sentence):
            reported = reported or bool(_SAID.search(clause))
            done = not reported and bool(_DONE.search(clause))
            if done and any(_overlap(one, clause) >= ALIKE for one in open_promises):
                yield clause


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSES.split(text) if clause.strip()]


def _overlap(words: str, source: str) -> float:
    """The part of the pairs of characters, or words, of one text that another holds as well."""
    pairs = _pairs(words)
    return len(pairs & _pairs(source)) / len(pairs) if pairs else 1.0


def _pairs(text: str) -> set[str]:
    latin = {word.casefold() for word in re.findall(r"[A-Za-z]{3,}", text)}
    kept = [c for c in text if c not in _COMMON and not c.isascii() and c.isalnum()]
    return latin | {a + b for a, b in pairwise(kept)}
