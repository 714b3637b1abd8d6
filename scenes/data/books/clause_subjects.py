"""Who is the subject of a clause: by name, by title, by a noun of theirs, or newly seen."""

import re
from collections.abc import Collection

from scenes.data.books.book import Book
from scenes.data.books.occurrences import Occurrences
from scenes.data.books.people import COMPOUND, SURNAMES, BookPeople
from scenes.data.books.prose.words import STOP
from scenes.data.books.speech import (
    APPEARS,
    NOT_BEFORE,
    OWNED,
    SEVERAL,
    SHARED,
    VERB,
    is_manner,
    led_on,
    unaddressed,
)
from scenes.data.books.words import (
    CLASSIFIERS,
    LEADERS,
    NO_PERSONS,
    NOBODY,
    OFFICES,
    PERSONS,
    PLACES,
    PRONOUNS,
    STARTS,
    TWO_PERSONS,
    WORDS,
)

LONGEST_SUBJECT = 6
LONGEST_TITLE = 10
JUST = 400
"""Characters within which a full name stands for its given name to be taken where it is short."""
JOINING = "于和与同"
"""Surnames that are read more often as words before a name."""
SENTENCES = frozenset("。！？”\n　 ")
FEW_PAGES = 20_000
RECENT = 4000
"""Characters within which a full name was read for its given name to be known."""
_PRONOUN = re.compile(
    "倒?大家|一彪|一军|一队|一支|一骑|为首|有几个|几个|那几个|有的|人(?=[报回说来叫道])|一人|其人|那人|此人|这人|有人|二人|两人|三人|众人|众|二将|两将|两个|三个|他|她|它|我|一将|一个"
)
_HEARS = re.compile("([一-鿿]{2,3}?)(?:闻听|听了|听说|听罢|闻言|听毕|听见)")
"""Somebody hears, who then mostly answers."""
_WHO_DOES = re.compile("(?:那个?)?((?:姓[一-鿿]|[卖挡管赶开掌跑摆抬撑烧算唱][一-鿿]{1,3})的)")
"""Somebody by what they do: 卖汤圆的."""
_WIFE = re.compile(f"[{''.join(sorted(SURNAMES))}][一-鿿]?氏")
_PERCEIVES = re.compile("(阿[一-鿿]|[一-鿿]{2,3}?)(?:听|见|看|因见|闻)")
"""Somebody who is read often perceives something."""
_UNKNOWN = re.compile("[^，。]{1,4}[答对应](?:应|言)?[曰道说云]")
"""Somebody not known by name answers, so nobody of an earlier clause does."""


class ClauseSubjects:
    """Tells the subjects of clauses in one book.

    `known` are nouns that often stand before a verb of speaking; `alone` is whether people go by
    their given names of one sign. A subject of the empty text is somebody who is not told.
    """

    def __init__(
        self, book: Book, people: BookPeople, known: Collection[str], alone: bool, seen: Occurrences
    ) -> None:
        self.book = book
        self.people = people
        self.known = known
        self.alone = alone
        self._occurrences = seen

    def last(self, rest: str, at: int) -> tuple[str | None, str]:
        """The subject of the clause that leads a quotation, and what follows it."""
        name = self.name(rest, at)
        if name:
            return self.named(rest, name, at), rest[len(name) :]
        verb = VERB.search(rest)
        if not verb:
            return None, ""
        stem = unaddressed(rest[: verb.start()] + "曰")[:-1]
        if is_manner(stem):
            return None, ""
        for length in range(min(LONGEST_SUBJECT, len(stem)), 0, -1):
            head = stem[:length]
            if head in NOBODY and not is_manner(head) and is_manner(stem[length:]):
                return "", ""
        if (does := _WHO_DOES.match(stem)) and is_manner(stem[does.end() :]):
            return does[1], rest[does.end() :]
        titled = self._titled(rest, at)
        if titled is not None:
            return titled, ""
        subject = self._described(stem) or self._known(rest)
        if not subject and (inside := self._known_inside(stem)):
            return self.folded(inside, at), ""
        if subject:
            return self.folded(subject, at), rest[len(subject) :]
        if SEVERAL.match(rest) or rest[0] in CLASSIFIERS:
            return "", ""
        if _PRONOUN.match(rest) or rest[0] in PRONOUNS or _UNKNOWN.fullmatch(rest):
            return "", ""
        return None, ""

    def earlier(self, rest: str, at: int) -> str | None:
        """The subject of a clause before that one."""
        if self.book.text[at - 1 : at] == "被":
            return None
        name = self.name(rest, at)
        if name:
            return self.named(rest, name, at)
        if _PRONOUN.match(rest):
            return ""
        if (heard := _HEARS.match(rest)) and self._hears(heard[1]):
            return self.folded(heard[1], at)
        if wife := _WIFE.match(rest):
            return self.folded(wife[0], at)
        if (sees := _PERCEIVES.match(rest)) and self._perceives(sees[1]):
            return self.folded(sees[1], at)
        appears = APPEARS.search(rest)
        if appears and (person := self._seen(rest[appears.end() :], at)):
            return person
        subject = self._known(rest)
        if not subject and rest[:1] in PRONOUNS:
            return ""
        return self.folded(subject, at) if subject else None

    def _hears(self, noun: str) -> bool:
        """Whether who hears something is somebody, by a surname or by how it ends."""
        if set(noun[1:]) & NO_PERSONS or noun[0] in PRONOUNS or noun in NOBODY:
            return False
        return noun[0] in SURNAMES or noun in TWO_PERSONS or noun[-1] in "氏婆爷嫂宗帝"

    def _perceives(self, noun: str) -> bool:
        """Whether it is the name of somebody, who is read often, that stands before 听 or 见."""
        if set(noun[1:]) & NO_PERSONS or noun in NOBODY or noun in STOP or noun in PLACES:
            return False
        person = noun[0] in SURNAMES or noun[0] == "阿" or noun[-1] in "宗帝"
        return (person or noun in TWO_PERSONS) and self._often(noun)

    def _seen(self, rest: str, at: int) -> str | None:
        """Who is seen now: their name begins or ends what follows `原来是`."""
        name = self.people.name_at(rest.removeprefix("那"))
        return self.people.person(name, at) if len(name) > 1 else self.within(rest, at)

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
            if noun := self._known(stem[start:]):
                return noun
        return ""

    def begins(self, clause: str) -> int:
        """Where the subject of a clause may begin; 后主 is a name, 后 alone leads on."""
        at = 0
        while not len(self.people.name_at(clause, at)) > 1 and (end := led_on(clause, at)) > at:
            at = end
        return at

    def name(self, rest: str, at: int) -> str:
        """The name that a clause begins with; a single sign only where it is no other word."""
        name = self.people.name_at(rest)
        if len(name) > 1 or not rest:
            return name
        sign = rest[0]
        if sign == "我" and name:
            return "" if rest[1:2] in ("们", "的", "家") else sign
        if sign == "云" and rest[-1] == "曰" and name and self._just_named(sign, at):
            return sign
        if is_manner(sign) or sign in NOBODY:
            return ""
        if not (name or self._given(sign, at)):
            return ""
        if is_manner(unaddressed(rest[1:])):
            return sign
        known = name and self._just_named(sign, at) and rest[:2] not in WORDS
        return sign if known else ""

    def _just_named(self, given: str, at: int) -> bool:
        """Whether a full name that ends with `given` stands shortly before."""
        text, where = self.book.text, at
        while (where := text.rfind(given, max(0, at - JUST), where)) > 0:
            if text[where - 1] in SURNAMES:
                return True
        return False

    def named(self, rest: str, name: str, at: int) -> str:
        after = rest[len(name) :]
        if shared := SHARED.match(after):
            other = after[shared.end() :]
            if shared[0] == "、" or self.name(other, at):
                return ""
        if owned := OWNED.match(after):
            whose = name + owned[0] if owned[0].startswith("的") and len(owned[0]) > 2 else ""
            return self.within(after[owned.end() :], at) or whose
        if _WHO_DOES.fullmatch(name + after[:1]) and is_manner(after[1:]):
            return name + "的"
        if after.startswith("的") and not after.startswith("的声音"):
            return ""
        if len(name) == 1 and (given := self._given(name, at)):
            return given
        return self.people.person(name, at) or ""

    def within(self, text: str, at: int) -> str | None:
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
            return self.named(rest[start:], name, at)
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
            return self._given_lately(given, at)
        floor = max(0, at - RECENT)
        where, text = at, self.book.text
        while (where := text.rfind(given, floor, where)) > 0:
            for length in (2, 1):
                name = text[where - length : where + 1]
                if name in self.people.names or (length == 2 and name[:2] in COMPOUND):
                    return self.folded(name, at)
            new = (
                (given not in self.people.names or self._newcomer(where, at))
                and given not in NO_PERSONS
                and (
                    text[where - 2] in STARTS
                    or text[where - 3 : where - 1] in LEADERS
                    or text[where + 1] == "也"
                )
            )
            name = text[where - 1 : where + 1]
            if new and name[0] in SURNAMES and name not in PLACES and self._often(name):
                return name
        return ""

    def _given_lately(self, given: str, at: int) -> str:
        """The person of that given name with whose full name a sentence began just before."""
        if given in NO_PERSONS or given + "道" in TWO_PERSONS:
            return ""
        text, where = self.book.text, at
        while (where := text.rfind(given, max(0, at - JUST), where)) > 1:
            name = text[where - 1 : where + 1]
            begins = text[where - 2] in SENTENCES
            if begins and name[0] in SURNAMES and name not in STOP and name not in PLACES:
                return self.folded(name, at)
        return ""

    def _newcomer(self, where: int, at: int) -> bool:
        """Whether a given name that somebody else has too may be that of a new full name."""
        return at - where < JUST and self.book.text[where - 1] not in JOINING

    def _often(self, name: str) -> bool:
        """Whether a name is read more than twice in a book, and is not a part of a longer one.

        In a few pages once is enough.
        """
        if len(self.book.text) < FEW_PAGES:
            return self._occurrences.count(name) > 0
        return self._occurrences.count(name) > 2 and self._occurrences.is_whole(name)

    def folded(self, name: str, at: int) -> str:
        return self.people.person(name, at) or name
