"""Whom of a cast a text calls or mentions: names as people write them, not parts of words. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from scenes.name_words import (
    ACTS,
    ADVERBS,
    CALLS,
    COMPOUND_SURNAMES,
    ENGLISH,
    EVERYDAY,
    EVERYDAY_NAMES,
    FOREIGN,
    FOREIGN_ENDS,
    GIVEN,
    LEFT,
    NO_PEOPLE,
    PARTICLES,
    PERSON_LEFT,
    RIGHT,
    STRICT_RIGHT,
    SUBJECT,
    SURNAMES,
    TITLES,
    TOUCHING,
    WISHES,
    WORDS,
)
from scenes.scene import Role

LONGEST_WORD = max(map(len, WORDS))
OPENS, CLOSES = (
    "，。！？；：、,.!?;:…—~～“”\"'‘’「」『』（）()【】《》\n",
    "，。！？；,.!?;…—~～”\"'’」』\n",
)
"""Marks beside which a name is called."""
DEARS = ("亲爱的", "親愛的")


@dataclass(frozen=True)
class Mention:
    """A role that a text names."""

    role: Role
    at: int
    """Where in the text."""
    called: bool
    """Whether it is spoken to there: the name stands by itself, between marks."""


@dataclass(frozen=True)
class _Form:
    """A way to write a role: a name, an alias, or a surname with a title."""

    text: str
    role: Role
    stem: str = ""
    """Of a surname or a name of one character with something beside it, that."""


def mentions(cast: Sequence[Role], text: str) -> list[Mention]:
    """Every mention of the cast in a text, in order. Of names in one another the longest counts."""
    found: list[Mention] = []
    free = [True] * len(text)
    for form in _forms(tuple(cast)):
        for match in _pattern(form.text).finditer(text):
            start, end = match.span()
            if not all(free[start:end]):
                continue
            heard = _heard(form, text, start, end)
            if heard is None and form.stem:
                continue  # 小白 is none, and 白 in it may be
            if heard is not None or len(form.text) > 1:
                free[start:end] = [False] * (end - start)
            if heard is not None:
                found.append(Mention(form.role, start, heard))
    return sorted(found, key=lambda mention: mention.at)


@lru_cache(64)
def _forms(cast: tuple[Role, ...]) -> list[_Form]:
    """How the cast is written, the longest forms first; names come before what is made of them."""
    names = [
        _Form(name, role) for role in cast for name in (role.name, *role.aliases) if name.strip()
    ]
    known = {form.text for form in names}
    made = [form for form in _made(cast) if form.text not in known]
    return sorted((*names, *made), key=lambda form: -len(form.text))


def _made(cast: tuple[Role, ...]) -> Iterator[_Form]:
    """Surnames of the cast, and names of one character, with a title or as 老, 小 and 阿 do it."""
    stems: dict[str, list[Role]] = {}
    for role in cast:
        for stem in dict.fromkeys(_stems(role)):
            stems.setdefault(stem, []).append(role)
    for stem, roles in stems.items():
        if len(roles) > 1:
            continue  # nobody knows which of them is meant
        for title in TITLES:
            yield _Form(stem + title, roles[0], stem)
        for touch in TOUCHING:
            if touch + stem not in NO_PEOPLE and len(stem) == 1:
                yield _Form(touch + stem, roles[0], stem)


def _stems(role: Role) -> Iterator[str]:
    for name in (role.name, *role.aliases):
        if len(name) == 1 and _is_han(name):
            yield name
        elif name[:2] in COMPOUND_SURNAMES and 3 <= len(name) <= 4:
            yield name[:2]
        elif 2 <= len(name) <= 3 and name[0] in SURNAMES and all(map(_is_han, name)):
            yield name[0]
        elif len(name) == 2 and name[0] in TOUCHING and name[1] in SURNAMES:
            yield name[1]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A name; letters beside a name that begins or ends with one make it another word."""
    before = r"(?<![^\W_\u2e80-\u9fff\uf900-\ufaff])" if _is_letter(name[0]) else ""
    after = r"(?![^\W_\u2e80-\u9fff\uf900-\ufaff])" if _is_letter(name[-1]) else ""
    either = re.IGNORECASE if _is_letter(name[0]) else re.NOFLAG
    return re.compile(before + re.escape(name) + after, either)


def _heard(form: _Form, text: str, start: int, end: int) -> bool | None:
    """Whether a name that stands there is called, or only mentioned; `None` where it is none."""
    left, right = text[:start].rstrip(" \u3000"), text[end:].lstrip(" \u3000")
    opened = not left or left[-1] in OPENS or left[-1] in CALLS or left.endswith(DEARS)
    owns = right[:1] in ("'", "’") and right[1:2].isalpha()
    closed = not right or (right[0] in CLOSES and not owns) or _is_closed(right)
    called = opened and closed
    if _is_letter(form.text[0]):
        return _latin(form.text, text[start:end], opened and not left.endswith(","), called, right)
    beside = text[start - 1 : start], text[end : end + 1]
    before, behind = (one if one and _is_word(one) else "" for one in beside)
    before = "" if opened else before
    behind = "" if closed else behind
    if called:
        return True
    if form.stem:
        stands = not behind or behind in RIGHT or not before
        torn = _is_torn(text, start, end, either=True)
        return False if stands and not torn and behind not in GIVEN else None
    if len(form.text) > 1:
        return _long(form.text, text, start, end, before, behind)
    return _one(form.text, text, start, before, behind)


def _is_closed(right: str) -> bool:
    """Whether a particle, and then a mark or the end, follows."""
    return right[0] in PARTICLES and (len(right) == 1 or right[1] in CLOSES)


def _latin(name: str, written: str, first: bool, called: bool, right: str) -> bool | None:
    """A name in letters: as it is written, shouted, or in small letters where it is called."""
    if written != name and not called and not (written.isupper() and len(written) > 1):
        return None
    if name.casefold() not in ENGLISH or called:
        return called
    goes_on = right[:1].islower()
    return None if first and goes_on else False


def _long(name: str, text: str, start: int, end: int, before: str, behind: str) -> bool | None:
    if name in EVERYDAY_NAMES:
        return False if before in PERSON_LEFT and before else None
    given = behind in GIVEN and name[0] in SURNAMES
    if behind and len(name) == 2 and (given or behind in FOREIGN_ENDS):
        return None  # somebody else's name is longer
    return None if _is_torn(text, start, end) else False


def _is_torn(text: str, start: int, end: int, either: bool = False) -> bool:
    """Whether words reach over both ends of what stands there, or over `either`."""
    over_start = any(a < start < b for a, b in _words(text, start, end))
    over_end = any(a < end < b for a, b in _words(text, start, end))
    return over_start or over_end if either else over_start and over_end


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where words stand that share a character with `start` to `end`."""
    for a in range(max(0, start - LONGEST_WORD + 1), end):
        for length in range(2, LONGEST_WORD + 1):
            if a + length > start and text[a : a + length] in WORDS:
                yield a, a + length


def _one(name: str, text: str, at: int, before: str, behind: str) -> bool | None:
    """A name of one character that is not called: it counts where no longer word explains it."""
    if name in (before, behind) or (before in ADVERBS and before):
        return None
    explained = [(a, b) for a, b in _words(text, at, at + 1)]
    asked = before in PERSON_LEFT and behind in SUBJECT and before and behind
    if any(b > at + 1 for __, b in explained) or (explained and not asked):
        return None
    if (before in FOREIGN and before) or (behind in FOREIGN | GIVEN and behind):
        return None
    if name in EVERYDAY:
        asked_of = bool(before) and before in PERSON_LEFT
        does = behind in STRICT_RIGHT or (name not in WISHES and text.startswith(ACTS, at + 1))
        acts = not before and bool(behind) and does
        return False if asked_of or acts else None
    if before and behind:
        return False if before in LEFT or behind in RIGHT else None
    return False


def _is_word(character: str) -> bool:
    return character.isalnum()


def _is_letter(character: str) -> bool:
    """Whether names in that script stand between letters of it: not so in Chinese and Japanese."""
    return character.isalpha() and not "\u2e80" <= character <= "\u9fff" and character < "\uac00"


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
