"""Who is in a piece of English prose, told from the prose itself: names, roles, genders."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property

from scenes.data.books.prose import english_words as w
from scenes.data.books.prose.english_marks import paragraph_end
from scenes.data.books.prose.english_names import bare, people
from scenes.data.books.prose.evidence import FEMALE, FIRST, MALE, SOMEBODY
from scenes.data.books.words import words

_TITLE = "|".join(
    re.escape(each) for each in sorted(w.TITLES_M | w.TITLES_F | w.TITLES, key=len, reverse=True)
)
_INITIAL = r"(?:[A-Z]\.)"
_CAP = r"[A-Z](?:[’'][A-Z])?[A-Za-zÀ-ÿ]+(?:-[A-Z][A-Za-zÀ-ÿ]+)*"
_GAP = r"(?:[ \t]+|\n(?![ \t]*\n)[ \t]*)"
NAME = (
    rf"(?:(?:{_TITLE}){_GAP})*{_CAP}"
    rf"(?:{_GAP}(?:(?:de|von|van|St\.|of|{_INITIAL}){_GAP})?{_CAP}){{0,2}}"
    rf"|(?:{_TITLE}){_GAP}{_CAP}"
)
_ROLE_WORDS = "|".join(sorted(w.ROLES | w.ROLES_M | w.ROLES_F, key=len, reverse=True))
POINT = r"(?:[Tt]he|[Aa]n?|[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]hat|[Tt]his|[Oo]ne)"
_POINTS = "(?:the|an?|my|his|her|our|their|that|this|of|and|or|with|which|who|was|is)"
_DESCRIBED = rf"{POINT}\s+(?:other\s+)?(?:(?!{_POINTS}\b)[a-z-]+,?\s+){{0,3}}?(?:{_ROLE_WORDS})\b"
_THE_NAME = rf"[Tt]he{_GAP}(?:[a-z]+{_GAP}){{0,1}}?(?:{_CAP})(?:{_GAP}{_CAP})?"
NOUN = re.compile(
    rf"(?<![A-Za-z’'])(?:(?P<described>{_DESCRIBED})|(?P<the>{_THE_NAME})|"
    rf"(?P<pronoun>[Hh]e|[Ss]he|I|[Tt]hey|[Ww]e|[Ii]t)\b|(?P<name>{NAME}))"
)
SAY = "|".join(sorted(w.SAY, key=len, reverse=True))
_PRONOUNS = {
    "he": MALE,
    "she": FEMALE,
    "i": FIRST,
    "they": SOMEBODY,
    "we": SOMEBODY,
    "it": SOMEBODY,
}
_LOOSE = frozenset(
    [
        "friend",
        "companion",
        "visitor",
        "client",
        "stranger",
        "speaker",
        "other",
        "latter",
        "former",
        "prisoner",
        "guest",
        "child",
        "creature",
        "youth",
    ]
)
_COMMON_TITLES = frozenset(
    words("lady sir lord master miss brother sister father mother uncle aunt")
)
"""Titles that, standing alone with `the`, may be anybody's."""
_PEOPLE = w.ROLES | w.ROLES_M | w.ROLES_F
_BESIDE = re.compile(rf"\b(?:{SAY})\s+({_CAP})|({_CAP})\s+(?:{SAY})\b")


class EnglishCast:
    """The people of one text. In `narration`, what is said stands as NUL."""

    def __init__(self, text: str, narration: str, known: Mapping[str, str]) -> None:
        self.narration = narration
        self._paragraph_end = paragraph_end(text)
        self.forms: dict[str, str] = dict(known)
        self._capitals = _capitals(text)
        self._beside = frozenset(
            name for pair in _BESIDE.findall(narration) for name in pair if name
        )
        self._pointed = Counter(re.findall(rf"\bthe ({_CAP}(?: {_CAP})?)", narration))
        self._told: dict[str, str] = {}
        self._learn()

    def gender(self, name: str) -> str:
        """`m`, `f`, or nothing."""
        return self._genders.get(name, "")

    def is_person(self, name: str) -> bool:
        """Whether a title, a given name or a role shows that a name is a person's."""
        return name in self._told or name.split()[-1].lower() in _PEOPLE

    def _learn(self) -> None:
        """Names that are used in the narration, each with what stands for it."""
        counts: Counter[str] = Counter()
        for found in NOUN.finditer(self.narration):
            if found["name"] and (name := self.clean(found["name"])):
                counts[name] += 1
        for person in people(counts):
            often = self._usual(person.forms)
            for name in person.forms:
                self.forms.setdefault(name, often)
            if person.gender:
                self._told.setdefault(self.forms[often], person.gender)
            lasts = {bare(name)[-1] for name in person.forms if len(name.split()) > 1}
            for last in lasts - counts.keys():
                self.forms.setdefault(last, often)
        by_end: defaultdict[str, set[str]] = defaultdict(set)
        for name, count in self._pointed.items():
            if " " in name and count > 1:
                by_end[name.split()[1]].add(name)
        for end, whole in by_end.items():
            if len(whole) == 1 and self._pointed[end]:
                self.forms.setdefault(end, next(iter(whole)))

    def _usual(self, forms: Mapping[str, int]) -> str:
        """The form of a name that is used most; of such as are used alike, one that stands beside
        what is said, or the longest."""
        most = max(forms.values())
        usual = sorted((name for name in forms if forms[name] == most), key=len, reverse=True)
        return next(filter(self._says, usual), usual[0]) if len(usual) > 1 else usual[0]

    def _says(self, name: str) -> bool:
        """Whether a verb of speaking stands beside the whole of a name."""
        name = re.escape(name)
        tag = rf"\b(?:{SAY})\s+{name}\b(?!\s+{_CAP})|\b{name}\s+(?:{SAY})\b"
        return re.search(tag, self.narration) is not None

    def clean(self, name: str) -> str:
        """A name without what only begins a sentence."""
        parts = name.split()
        if len(parts) == 1 and parts[0] in w.NUMBERS and parts[0] in self._beside:
            return parts[0]
        while parts and (parts[0] in w.NO_NAME or (len(parts) > 1 and self._is_common(parts[0]))):
            parts = parts[1:]
        odd = [at for at, part in enumerate(parts) if part in w.NO_NAME]
        parts = parts[: odd[0]] if odd else parts
        if any(len(part) > 2 and part.isupper() for part in parts):
            return ""
        if parts and parts[-1] in w.PLACES:
            return ""
        if not parts or all(part in w.TITLES | w.TITLES_F | w.TITLES_M for part in parts):
            return (
                " ".join(parts)
                if parts and parts[0] in ("King", "Queen", "Duchess", "Doctor")
                else ""
            )
        if len(parts) == 1 and (self._is_common(parts[0]) or not self._is_known(parts[0])):
            return ""
        return " ".join(parts)

    def _is_known(self, word: str) -> bool:
        """Whether a word has its capital inside sentences, or beside a verb of speaking."""
        return bool(self._capitals.get(word) or word in self._beside)

    def _is_common(self, word: str) -> bool:
        """Whether a word is mostly written small, so that its capital is that of a sentence."""
        small = self._capitals.get(word.lower(), 0)
        return (
            small > self._capitals.get(word, 0) and word not in w.TITLES_M | w.TITLES_F | w.TITLES
        )

    @cached_property
    def _genders(self) -> dict[str, str]:
        votes: defaultdict[str, dict[str, float]] = defaultdict(lambda: {"m": 0.0, "f": 0.0})
        for paragraph in self._paragraph_end.split(self.narration):
            self._vote(paragraph, votes)
        found_genders = dict(self._told)
        for name, count in votes.items():
            head = name.split()[-1].lower()
            if head in w.ROLES_F:
                found_genders[name] = "f"
            elif head in w.ROLES_M:
                found_genders[name] = "m"
            elif name not in found_genders:
                gender, other = ("m", "f") if count["m"] >= count["f"] else ("f", "m")
                if count[gender] > 1.5 * count[other]:
                    found_genders[name] = gender
        return found_genders

    def _vote(self, paragraph: str, votes: Mapping[str, dict[str, float]]) -> None:
        """Count he and she for whoever was named last, less where others were named before."""
        last, named = "", set[str]()
        for found in NOUN.finditer(paragraph):
            if found["pronoun"]:
                mark = _PRONOUNS[found["pronoun"].lower()]
                if last and mark in (MALE, FEMALE):
                    votes[last]["m" if mark == MALE else "f"] += 1 / len(named) ** 2
                continue
            who = self.who(found)
            if who and who != SOMEBODY:
                last = who
                named.add(who)
                rest = paragraph[found.end() : found.end() + 40]
                if own := re.match(r"[^.!?]{0,30}?\b(himself|herself|his|her)\b", rest):
                    votes[who]["m" if own[1].startswith("hi") else "f"] += 1

    def who(self, found: re.Match[str]) -> str:
        if found["pronoun"]:
            return _PRONOUNS[found["pronoun"].lower()]
        if found["name"]:
            name = self.clean(found["name"])
            return self.forms.get(name, name)
        phrase = " ".join((found["the"] or found["described"]).split())
        if found["the"]:
            words = [word for word in phrase.split()[1:] if word[:1].isupper()]
            name = " ".join(words)
            if (
                self._pointed[name] < 2
                and self._is_common(words[-1])
                and words[-1].lower() not in _PEOPLE
            ):
                return ""
            alone = self._titled.get(name.lower(), "") if len(words) == 1 else ""
            return alone or self.forms.get(name, name)
        point, *_middle, head = phrase.split()
        if point.lower() in ("a", "an", "one"):
            return SOMEBODY
        if point.lower() in ("my", "his", "her", "our") or head in ("voice",):
            return f"{point.lower()} {head}" if head != "voice" else SOMEBODY
        return self.role(head)

    def role(self, head: str) -> str:
        """Who is meant by `the` and what they are."""
        if head.lower() == "voice":
            return SOMEBODY
        return self._titled.get(head.lower(), "") or f"the {head}"

    @cached_property
    def _titled(self) -> dict[str, str]:
        """Who is meant by a title alone, where one person bears it: the doctor is Dr. Marsh."""
        bearers: defaultdict[str, set[str]] = defaultdict(set)
        for form, name in self.forms.items():
            title = form.split()[0].rstrip(".").lower()
            if len(form.split()) > 1 and " of " not in form and title not in _COMMON_TITLES:
                bearers["doctor" if title == "dr" else title].add(name)
        return {title: names.pop() for title, names in bearers.items() if len(names) == 1}

    def stands_for(self, who: str) -> str:
        """`m`, `f` or `any` where somebody is only told by what they are, who may have a name."""
        point, _, head = who.partition(" ")
        if point not in ("the", "my", "our", "his", "her", "that", "this") or " " in head:
            return ""
        if point in ("his", "her"):
            return "f" if head in w.ROLES_F else "m" if head in w.ROLES_M else "any"
        if head in _LOOSE:
            return "any"
        if head in ("man", "gentleman", "boy", "fellow", "lad"):
            return "m"
        return "f" if head in ("woman", "lady", "girl") else ""


def _capitals(narration: str) -> Counter[str]:
    """How often each word is written, apart from where a sentence begins."""
    return Counter(re.findall(r"(?<=[a-z,;] )[A-Za-z][A-Za-zÀ-ÿ’'-]*[A-Za-zÀ-ÿ]", narration))
