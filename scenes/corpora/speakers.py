"""Who is the subject of the clauses that lead a quotation, or that follow it."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from scenes.corpora.books import Book
from scenes.corpora.people import COMPOUND, SURNAMES, People
from scenes.corpora.speech import (
    ADDRESS,
    ADDRESSED,
    AGAIN,
    ANSWERS,
    APPEARS,
    ASKS,
    CLASSIFIERS,
    GOES_ON,
    GOING_ON,
    NO_PERSONS,
    NOBODY,
    NOT_BEFORE,
    OWNED,
    PERSONS,
    PRONOUNS,
    SCENE,
    SEEN,
    SEVERAL,
    SHARED,
    TWO_PERSONS,
    VERB,
    clauses,
    is_manner,
    led_on,
)

LONGEST_SUBJECT = 6
LONGEST_TITLE = 10
OFFICES = frozenset("守史尉军将令郎督官臣士弟子吏帅锋马谋卿夫丞相傅保簿事中书仆射校从")
"""How a title ends."""
JUST = 400
"""Characters within which a full name stands for its given name to be taken where it is short."""
WORDS = frozenset(
    (
        *(
            "会合",
            "会集",
            "会同",
            "会于",
            "表奏",
            "布阵",
            "布列",
            "布置",
            "权且",
            "策马",
            "操练",
            "操军",
        ),
        *(
            "统兵",
            "统领",
            "备说",
            "备言",
            "备述",
            "备细",
            "飞马",
            "飞奔",
            "飞报",
            "飞身",
            "平明",
            "登高",
        ),
        *(
            "登城",
            "登楼",
            "进兵",
            "进前",
            "进言",
            "进见",
            "引兵",
            "引军",
            "休要",
            "休得",
            "遂令",
            "允诺",
        ),
    )
)
"""Words that begin as a given name does."""
PLACES = frozenset(
    ("东吴", "江东", "江南", "江西", "山东", "山西", "关中", "东至", "江北", "明日", "何以", "何谓")
)
"""What begins as a full name does and is no person."""
STARTS = frozenset("，。；：、“”\n 　守史尉军将令郎督官臣士弟子叔兄")
"""What stands before a full name."""
RECENT = 4000
"""Characters within which a full name was read for its given name to be known."""
_PRONOUN = re.compile(
    "倒?大家|一彪|一军|一队|一支|一骑|为首|有几个|几个|那几个|有的|人(?=[报回说来叫道])|一人|其人|那人|此人|这人|有人|二人|两人|三人|众人|众|二将|两将|两个|三个|他|她|它|我|一将|一个"
)
_SENTENCE_END = re.compile("[。！？!?\n]+")
LONGEST_GOING_ON = 60
"""Characters that whoever spoke may act without a name before they speak again."""
MOST_SEEN = 200
"""Places that are looked at to tell whether a name is whole."""
_AFTER_NAMES = frozenset("曰道说问云言答笑，。：；、了的\n")
MOST_SENTENCES = 2
"""Ends of sentences between a quotation and the clause that names who speaks."""
_POINTED = re.compile("[那这][怪妖魔汉僧贼猴女]")
"""Somebody without a name, of one sign; 那 belongs to it."""
_UNKNOWN = re.compile("[^，。]{1,4}[答对应](?:应|言)?[曰道说云]")
"""Somebody not known by name answers, so nobody of an earlier clause does."""
_REVEALED = re.compile(
    r"[^“”。]{0,16}(?:视之|看时|视其人|看其人|认得)，?[^“”。]{0,14}?(?:乃是?|却是|见是|是|认得是)"
    r"([^“”。，；]{1,14}?)也?[。，；]([^“”。]{0,24})"
)
_OWN_NAME = re.compile(
    "(?:[吾我某俺](?:乃|是|便是|就是)([^，。！？]{2,12}?)(?:是)?也?|([^，。！？]{2,6})在此)[，。！？]"
)
_SELF_NAMED = re.compile(r"姓(.{1,2}?)，?名(.)")


@dataclass(frozen=True)
class Before:
    """The last quotation: who said it, to whom."""

    speaker: str = ""
    addressed: str = ""
    end: int = -1
    open: bool = False
    """Whether it is not closed, as where a speech goes on in the next paragraph."""


class Speakers:
    """Tells speakers in one book.

    `known` are nouns that often stand before a verb of speaking; `alone` is whether people go by
    their given names of one sign.
    """

    def __init__(self, book: Book, people: People, known: Collection[str], alone: bool) -> None:
        self.book = book
        self.people = people
        self.known = known
        self.alone = alone
        self._whole: dict[str, bool] = {}

    def before(self, lead: str, start: int, last: Before) -> tuple[str, bool]:
        """Who speaks after a lead, and whether its last clause says no more than that.

        The lead begins at `start` and its colon is left out. Nobody is the empty text.
        """
        found = clauses(lead)
        at, clause = found[-1]
        first = self._begins(clause)
        rest = clause[first:].rstrip()
        subject, tail = self._last(rest, start + at + first)
        pointed = clause[max(first - 1, 0) : first + 1]
        if not subject and _POINTED.fullmatch(pointed) and is_manner(unaddressed(rest[1:])):
            subject, tail = pointed, rest[1:]
        if subject is not None:
            return subject, bool(subject) and is_manner(unaddressed(tail))
        bare = is_manner(unaddressed(rest))
        answers = ANSWERS.match(rest) is not None
        if len(found) == 1 and bare:
            return last.addressed if answers and not AGAIN.match(clause) else last.speaker, True
        if not VERB.search(rest):
            return "", False
        if SEEN.match(clause):
            return "", bare
        subject = self._before_that(lead, start, found, answers)
        if subject is None:
            subject = last.speaker if self._goes_on(found, last, start) else ""
        return subject, bare

    def _goes_on(self, found: list[tuple[int, str]], last: Before, start: int) -> bool:
        """Whether a lead that names nobody tells what whoever spoke last does next."""
        clause = found[0][1].strip()
        if last.end != start or found[-1][0] > LONGEST_GOING_ON:
            return False
        return (GOES_ON.match(clause) or GOING_ON.match(clause)) is not None

    def _before_that(
        self, lead: str, start: int, found: list[tuple[int, str]], answers: bool
    ) -> str | None:
        """The subject of the clauses before the last one, the nearest first; `None` if none has."""
        end = found[-1][0]
        for at, clause in reversed(found[:-1]):
            if len(_SENTENCE_END.findall(lead, at, end)) > MOST_SENTENCES:
                return ""
            first = self._begins(clause)
            subject = self._earlier(clause[first:].rstrip(), start + at + first)
            if answers and ASKS.search(clause):
                return ""
            if subject is not None:
                return subject
            if SEEN.match(clause.strip()) or SCENE.match(clause):
                return ""
        return "" if answers else None

    def after(self, following: str, at: int) -> str:
        """Who is said to speak right after a quotation: `张三说。`"""
        found = re.match(r"[^，。！？：:“”\n]{1,16}(?=[，。！？])", following)
        if not found or not VERB.search(found[0]):
            return ""
        subject, tail = self._last(found[0], at)
        return subject if subject and is_manner(tail) else ""

    def revealed(self, following: str, at: int) -> str:
        """Who is seen to have spoken after a quotation: `视之，乃张飞也`."""
        found = _REVEALED.match(following)
        if not found:
            return ""
        named = _SELF_NAMED.search(found[1] + "，" + found[2])
        if named:
            return self._folded(named[1] + named[2], at)
        return self._within(found[1], at) or ""

    def self_named(self, said: str, at: int) -> str:
        """Who says their own name first: `吾乃常山赵子龙也`, `凌统在此`."""
        found = _OWN_NAME.match(said)
        return (self._within(found[1] or found[2], at) or "") if found else ""

    def addressed(self, clause: str, at: int) -> str:
        """Who is spoken to, where the clause names them."""
        for found in ADDRESSED.finditer(clause):
            name = self.people.name_at(clause, found.end())
            if name and is_manner(clause[found.end() + len(name) :]):
                return self.people.person(name, at) or ""
        return ""

    # --- the subject of one clause; "" is somebody who is not told, None is no subject -----------

    def _last(self, rest: str, at: int) -> tuple[str | None, str]:
        """The subject of the clause that leads a quotation, and what follows it."""
        name = self._name(rest, at)
        if name:
            return self._named(rest, name, at), rest[len(name) :]
        verb = VERB.search(rest)
        if not verb:
            return None, ""
        stem = rest[: verb.start()]
        if is_manner(stem):
            return None, ""
        for length in range(min(LONGEST_SUBJECT, len(stem)), 0, -1):
            head = stem[:length]
            if head in NOBODY and not is_manner(head) and is_manner(stem[length:]):
                return "", ""
        titled = self._titled(rest, at)
        if titled is not None:
            return titled, ""
        subject = self._described(stem) or self._known(rest)
        if not subject and (inside := self._known_inside(stem)):
            return self._folded(inside, at), ""
        if subject:
            return self._folded(subject, at), rest[len(subject) :]
        if SEVERAL.match(rest) or rest[0] in CLASSIFIERS:
            return "", ""
        if _PRONOUN.match(rest) or rest[0] in PRONOUNS or _UNKNOWN.fullmatch(rest):
            return "", ""
        return None, ""

    def _earlier(self, rest: str, at: int) -> str | None:
        """The subject of a clause before that one."""
        name = self._name(rest, at)
        if name:
            return self._named(rest, name, at)
        if _PRONOUN.match(rest):
            return ""
        appears = APPEARS.search(rest)
        if appears and (person := self._within(rest[appears.end() :], at)):
            return person
        subject = self._known(rest)
        if not subject and rest[:1] in PRONOUNS:
            return ""
        return self._folded(subject, at) if subject else None

    def _known(self, rest: str) -> str:
        """The noun of somebody that a clause begins with, read before a verb of speaking."""
        for length in range(LONGEST_SUBJECT, 1, -1):
            if rest[:length] in self.known:
                return rest[:length]
        return ""

    def _known_inside(self, stem: str) -> str:
        """The noun of somebody after a word or two of what they are: `败残蛮兵`."""
        for start in range(1, 5):
            if set(stem[:start]) & NOT_BEFORE:
                return ""
            if found := self._known(stem[start:]):
                return found
        return ""

    def _begins(self, clause: str) -> int:
        """Where the subject of a clause may begin; 后主 is a name, 后 alone leads on."""
        at = 0
        while not len(self.people.name_at(clause, at)) > 1 and (end := led_on(clause, at)) > at:
            at = end
        return at

    def _name(self, rest: str, at: int) -> str:
        """The name that a clause begins with; a single sign only where it is no other word."""
        name = self.people.name_at(rest)
        if len(name) > 1 or not rest:
            return name
        sign = rest[0]
        if sign == "云" and rest[-1] == "曰" and name and self._just_named(sign, at):
            return sign
        if is_manner(sign) or sign in NOBODY:
            return ""
        if not (name or self._given(sign, at)):
            return ""
        if is_manner(unaddressed(rest[1:])):
            return sign
        return sign if self._just_named(sign, at) and rest[:2] not in WORDS else ""

    def _just_named(self, given: str, at: int) -> bool:
        """Whether a full name that ends with `given` stands shortly before."""
        text, where = self.book.text, at
        while (where := text.rfind(given, max(0, at - JUST), where)) > 0:
            if text[where - 1] in SURNAMES:
                return True
        return False

    def _named(self, rest: str, name: str, at: int) -> str:
        after = rest[len(name) :]
        if shared := SHARED.match(after):
            other = after[shared.end() :]
            if shared[0] == "、" or self._name(other, at):
                return ""
        if owned := OWNED.match(after):
            whose = name + owned[0] if owned[0].startswith("的") and len(owned[0]) > 2 else ""
            return self._within(after[owned.end() :], at) or whose
        if len(name) == 1 and (given := self._given(name, at)):
            return given
        return self.people.person(name, at) or ""

    def _within(self, text: str, at: int) -> str | None:
        """The person whose name `text` ends with, after what they are: `常山赵子龙`."""
        text = text.rstrip("也来了者去出入 ，")
        for start in range(len(text)):
            name = self.people.name_at(text, start)
            if len(name) > 1 and start + len(name) == len(text):
                return self.people.person(name, at)
        return None

    def _titled(self, rest: str, at: int) -> str | None:
        """The person who is named after a title: `谋士郭图曰`; nobody where it is said to them."""
        for start in range(1, min(LONGEST_TITLE, len(rest))):
            name = self.people.name_at(rest, start)
            if len(name) < 2:
                continue
            if not is_manner(unaddressed(rest[start + len(name) :])):
                return None
            if rest[start - 1] in "、与和及":
                return ""
            if set(rest[:start]) & NOT_BEFORE:
                return None
            return self._named(rest[start:], name, at)
        return self._titled_newcomer(rest)

    def _titled_newcomer(self, rest: str) -> str | None:
        """Who is named after a title and is in no list: `大将杨柏谏曰`."""
        verb = VERB.search(rest)
        stem = rest[: verb.start()] if verb else ""
        for start in range(2, min(LONGEST_TITLE, len(stem) - 1)):
            if stem[start - 1] not in OFFICES or stem[start] not in SURNAMES:
                continue
            for length in (2, 3):
                name = stem[start : start + length]
                if len(name) == length and is_manner(stem[start + length :]) and self._often(name):
                    return None if set(stem[:start]) & NOT_BEFORE else name
        return None

    def _described(self, stem: str) -> str:
        """Who is called by no name: the 老人 of `老人笑曰`."""
        for length in range(2, min(LONGEST_SUBJECT, len(stem)) + 1):
            head = stem[:length]
            if not is_manner(stem[length:]) or is_manner(head):
                continue
            if SEVERAL.match(head) or head[0] in CLASSIFIERS:
                return ""
            if head[-2:] in TWO_PERSONS and not set(head[:-2]) & NO_PERSONS:
                return head
            if set(head) & NO_PERSONS or head[0] in "将上从会来" or head[0] in PRONOUNS:
                continue
            if head in self.known or head[-1] in PERSONS:
                return head
            if len(head) <= 3 and head[0] in SURNAMES and self._often(head):
                return head
        return ""

    def _given(self, given: str, at: int) -> str:
        """The person whose given name is `given`, whose full name stands last before `at`."""
        if not self.alone:
            return ""
        floor = max(0, at - RECENT)
        where, text = at, self.book.text
        while (where := text.rfind(given, floor, where)) > 0:
            for length in (2, 1):
                name = text[where - length : where + 1]
                if name in self.people.names or (length == 2 and name[:2] in COMPOUND):
                    return self._folded(name, at)
            new = (
                given not in self.people.names
                and given not in NO_PERSONS
                and text[where - 2] in STARTS
            )
            name = text[where - 1 : where + 1]
            if new and name[0] in SURNAMES and name not in PLACES and self._often(name):
                return name
        return ""

    def _often(self, name: str) -> bool:
        """Whether a name is read more than twice in the book, and is not a part of a longer one."""
        if name not in self._whole:
            text = self.book.text
            self._whole[name] = text.count(name) > 2 and is_whole(name, text)
        return self._whole[name]

    def _folded(self, name: str, at: int) -> str:
        return self.people.person(name, at) or name


def unaddressed(rest: str) -> str:
    """The rest of a clause without whom it is said to."""
    return ADDRESS.sub("", rest)


def is_whole(name: str, text: str) -> bool:
    """Whether a name does not always go on with one sign, as 吕枢 does with 密."""
    following: Counter[str] = Counter()
    at = -1
    while (at := text.find(name, at + 1)) >= 0 and following.total() < MOST_SEEN:
        following[text[at + len(name) : at + len(name) + 1]] += 1
    sign, most = following.most_common(1)[0]
    return most < 0.8 * following.total() or sign in _AFTER_NAMES
