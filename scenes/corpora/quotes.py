"""Who says what in a book: quotations with their speakers, told from the clauses around them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from scenes.corpora.books import Book
from scenes.corpora.marks import Quotation, quotations
from scenes.corpora.people import COMPOUND, SURNAMES, Alias, Aliases, People
from scenes.corpora.speech import (
    ADDRESS,
    ADDRESSED,
    NO_PERSONS,
    NOBODY,
    PERSONS,
    THINKING,
    TWO_PERSONS,
    VERB,
    WRITING,
    begins,
    clauses,
    is_manner,
)

Kind = Literal["speech", "thought", "writing", "term"]
LONGEST_LEAD = 240
LONGEST_SUBJECT = 5
_COLON = re.compile(r"[：:∶][ 　\n]*$|[，,；;][ 　\n]*$")
_ENDS = re.compile(r"[。！？!?…～~—；，,][”」』\"’]?$")
_AGAIN = re.compile(
    r"(?:又|复|再|因又|遂又|随又|乃又)(?:问|说|言|叫|笑|骂|叹)?(?:曰|道|问|说|云|叫)"
)


@dataclass(frozen=True)
class Quote:
    """A quotation of a book. Positions count characters of `Book.text`."""

    start: int
    end: int
    text: str
    """What is said, without its outer marks."""
    kind: Kind
    speaker: str
    """The canonical name; empty where the text does not tell, or the extractor cannot."""
    lead: tuple[int, int]
    """The narration before it."""
    bare: int
    """Where the clause begins that says no more than who speaks; `lead[1]` where there is none."""


class Extractor:
    """Finds the quotations of one book."""

    def __init__(self, book: Book, aliases: Aliases) -> None:
        self.book = book
        self.text = book.text
        self.spans = list(quotations(book.text))
        names = dict(aliases.names)
        for name in self._learned(names):
            names[name] = (Alias(name),)
        self.people = People(book, names)

    def quotes(self) -> Iterator[Quote]:
        """The quotations in the order of the text."""
        before: Quote | None = None
        addressed = ""
        end = 0
        for span in self.spans:
            start = max(end, self._floor(span.start))
            quote, addressed = self._quote(span, start, before, addressed)
            yield quote
            if quote.kind != "term":
                before, end = quote, span.end

    # --- one quotation -----------------------------------------------------------------------

    def _quote(
        self, span: Quotation, start: int, before: Quote | None, addressed: str
    ) -> tuple[Quote, str]:
        said = self.text[span.start + 1 : span.end - (1 if span.closed else 0)].strip()
        lead = self.text[start : span.start]
        led = _COLON.search(lead)
        if led is None or not lead.strip(" 　\n"):
            if not self._stands_alone(span):
                return Quote(
                    span.start, span.end, said, "term", "", (start, span.start), span.start
                ), addressed
            speaker = self._after(span)
            return Quote(
                span.start, span.end, said, "speech", speaker, (start, span.start), span.start
            ), ""
        body = lead[: led.start()]
        found = clauses(body)
        if not found or (lead[led.start()] in "，,；;" and not VERB.search(found[-1][1])):
            kind: Kind = "speech" if found and self._stands_alone(span) else "term"
            return Quote(span.start, span.end, said, kind, "", (start, span.start), span.start), ""
        at, clause = found[-1]
        clause = clause.rstrip()
        if WRITING.search(clause):
            return Quote(
                span.start, span.end, said, "writing", "", (start, span.start), span.start
            ), ""
        thinking = THINKING.search(clause) is not None
        speaker, bare = self._subject(found, start, before, addressed)
        to = self._addressed(clause, start + at)
        if not speaker:
            speaker = self._revealed(span)
        kind = "thought" if thinking else "speech"
        return Quote(
            span.start,
            span.end,
            said,
            kind,
            speaker,
            (start, span.start),
            start + at if bare else span.start,
        ), to

    def _subject(
        self, found: list[tuple[int, str]], start: int, before: Quote | None, addressed: str
    ) -> tuple[str, bool]:
        """Who speaks, and whether the last clause says no more than that."""
        at, clause = found[-1]
        first = begins(clause)
        rest = clause[first:]
        name = self.people.name_at(rest)
        if name:
            while name and len(name) == 1 and not self._alone(rest, name):
                name = ""
        if (
            name
            and re.match("[、与和及同]", rest[len(name) :])
            and self.people.name_at(rest, len(name) + 1)
        ):
            return "", False
        if name and (person := self.people.person(name, start + at)):
            return person, is_manner(self._unaddressed(rest[len(name) :]))
        subject = self._described(rest)
        if subject == "-":
            return "", False
        if not subject and rest and self._alone(rest, rest[0]) and not is_manner(rest[0]):
            given = self._given(rest[0], start + at)
            if given:
                return given, is_manner(self._unaddressed(rest[1:]))
        if subject:
            person = self.people.person(subject, start + at) or subject
            return person, is_manner(self._unaddressed(rest[len(subject) :]))
        bare = is_manner(self._unaddressed(rest))
        if bare and len(found) == 1 and before and before.speaker and _AGAIN.match(clause.strip()):
            return before.speaker, True
        if re.match(r"(?:忙|急|笑|对|应)?[答对](?:应|言)?(?:曰|道|说|云)", rest):
            return (addressed if len(found) == 1 else ""), bare
        for at, earlier in reversed(found[:-1]):
            rest = earlier[begins(earlier) :]
            name = self.people.name_at(rest)
            if name and (len(name) > 1 or self._alone(rest, name)):
                return self.people.person(name, start + at) or "", bare
        return "", bare

    def _alone(self, rest: str, name: str) -> bool:
        """Whether a name of one character stands as a name, not as part of a word."""
        after = rest[len(name) :]
        return is_manner(after) or is_manner(self._unaddressed(after))

    def _described(self, rest: str) -> str:
        """Who is called by no known name before a verb: 老人曰; `-` for somebody unnamed."""
        verb = VERB.search(rest)
        if not verb:
            return ""
        stem = rest[: verb.start()]
        if is_manner(stem):
            return ""
        for length in range(min(LONGEST_SUBJECT, len(stem)), 0, -1):
            head, tail = stem[:length], stem[length:]
            if is_manner(tail) and head in NOBODY and not is_manner(head):
                return "-"
        for length in range(1, min(LONGEST_SUBJECT, len(stem)) + 1):
            head, tail = stem[:length], stem[length:]
            if is_manner(tail) and not is_manner(head) and self._is_somebody(head):
                return head
        return ""

    def _is_somebody(self, head: str) -> bool:
        if len(head) == 1:
            return False
        if head[-1] in PERSONS or head[-2:] in TWO_PERSONS:
            return not set(head) & NO_PERSONS and head[0] not in "将上从会来"
        return len(head) <= 3 and head[0] in SURNAMES and self._counted[head] >= 2

    def _given(self, subject: str, at: int) -> str:
        """The full name whose given name is `subject`, the one that stands last before `at`."""
        if len(subject) > 2:
            return ""
        floor = max(self.book.chapter_at(at).start, at - 4000)
        where = at
        while (where := self.text.rfind(subject, floor, where)) > 0:
            for compound in COMPOUND:
                if self.text.endswith(compound, 0, where):
                    return self._folded(compound + subject, at)
            if self.text[where - 1] in SURNAMES:
                return self._folded(self.text[where - 1] + subject, at)
        return ""

    def _folded(self, name: str, at: int) -> str:
        return self.people.person(name, at) or name

    def _unaddressed(self, rest: str) -> str:
        """`rest` without whom it is said to."""
        return ADDRESS.sub("", rest)

    def _addressed(self, clause: str, at: int) -> str:
        found = ADDRESSED.search(clause)
        if not found:
            return ""
        name = self.people.name_at(found[1])
        return (self.people.person(name, at) or "") if name == found[1] else ""

    def _revealed(self, span: Quotation) -> str:
        """Who is seen to have spoken: `视之，乃张飞也` after the quotation."""
        after = self.text[span.end : span.end + 60]
        found = re.match(
            r"[^“”。]{0,14}视之，[^“”。]{0,12}?(?:乃|却是|是|见是)(?:[^“”。，]{0,12}?)([^“”。，]{1,4})也?[。，；]",
            after,
        )
        if not found:
            return ""
        name = self.people.name_at(found[1].removesuffix("也"))
        return (self.people.person(name, span.end) or "") if name else ""

    def _after(self, span: Quotation) -> str:
        """Who speaks where it is said after the words: `“…”张三说。`"""
        after = re.match(
            r"[^，。！？：:“”\n]{1,16}(?=[，。！？])", self.text[span.end : span.end + 20]
        )
        if not after or not VERB.search(after[0]):
            return ""
        rest = after[0]
        name = self.people.name_at(rest)
        if name and is_manner(rest[len(name) :]):
            return self.people.person(name, span.end) or ""
        return ""

    def _stands_alone(self, span: Quotation) -> bool:
        """Whether what nothing leads is a sentence of its own rather than a term in one."""
        said = self.text[span.start + 1 : span.end]
        before = self.text[span.start - 1 : span.start]
        return _ENDS.search(said) is not None and before in '\n 　。！？”」"…'

    def _floor(self, at: int) -> int:
        """How far back the narration before a quotation may reach."""
        return max(self.book.chapter_at(at).start, at - LONGEST_LEAD)

    # --- names told from the text itself ------------------------------------------------------

    @cached_property
    def _subjects(self) -> set[str]:
        return {name for name, count in self._counted.items() if count >= 1}

    @cached_property
    def _counted(self) -> Counter[str]:
        """What stands before a verb of speaking, and how often."""
        counted: Counter[str] = Counter()
        for span in self.spans:
            lead = self.text[max(0, span.start - 40) : span.start]
            led = _COLON.search(lead)
            found = clauses(lead[: led.start()]) if led else []
            if not found or found[-1][0] == 0:
                continue
            clause = found[-1][1].rstrip()
            rest = clause[begins(clause) :]
            verb = VERB.search(rest)
            stem = rest[: verb.start()] if verb else ""
            while stem and len(stem) > 1 and is_manner(stem[-1]):
                stem = stem[:-1]
            if 1 <= len(stem) <= LONGEST_SUBJECT and stem not in NOBODY and not is_manner(stem):
                counted[stem] += 1
        return counted

    def _learned(self, known: dict[str, tuple[Alias, ...]]) -> list[str]:
        return [
            name
            for name, count in self._counted.items()
            if count >= 3 and name not in known and len(name) > 1 and not set(name) & NO_PERSONS
        ]
