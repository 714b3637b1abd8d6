"""Who says what in a book: quotations with their speakers, told from the clauses around them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scenes.corpora.books import Book
from scenes.corpora.marks import Quotation, quotations
from scenes.corpora.people import COMPOUND, SURNAMES, Alias, Aliases, People
from scenes.corpora.speakers import Before, Speakers
from scenes.corpora.speech import SEVERAL, THINKING, VERB, WRITING, begins, clauses, is_manner
from scenes.corpora.subjects import LONGEST_SUBJECT, Subjects, is_whole
from scenes.corpora.words import (
    CLASSIFIERS,
    NO_PERSONS,
    NOBODY,
    PERSONS,
    PLACES,
    PRONOUNS,
    TWO_PERSONS,
)

Kind = Literal["speech", "thought", "writing", "term"]
LONGEST_LEAD = 240
FOLLOWING = 80
OFTEN = 3
"""Times that a name must stand before a verb of speaking to be learned."""
SEEN_OFTEN = 3
"""Times that somebody with a surname must be read to be known, where they speak but once."""
_COLON = re.compile(r"[：:∶；][ 　\n]*$|[，,][ 　\n]*$")
_LISTED = re.compile(
    rf"(?<=[、，。；：])((?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])[一-鿿]{{1,2}})(?=、)"
)
_ACTING = re.compile(
    rf"(?<=[\n　 。！？”])((?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])[一-鿿]{{1,2}}?)"
    "(?=[说道问笑看走站点摇抬低转想听没忽轻冷皱叹愣怔推拿放把])"
)
_AFTER = re.compile(r"[^，。！？：:“”「」\n]{2,16}(?=[，。！？])")
_CALLED = re.compile("(?:[道曰说]|[叫喝喊骂].{0,2}声|一声)[ 　]*$")
_ENDS = re.compile(r"[。！？!?…～~—；，,][”」』\"’]?$")


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
    """Where the clause begins that says no more than who speaks; `start` where there is none."""


class Extractor:
    """Finds the quotations of one book."""

    def __init__(self, book: Book, aliases: Aliases) -> None:
        self.book = book
        self.text = book.text
        self.spans = list(quotations(book.text))
        counted = self._counted()
        names = dict(aliases.names)
        learned = [
            name for name, count in counted.items() if count >= OFTEN and is_whole(name, book.text)
        ]
        acting = acting_names(book.text) if is_modern(book) else []
        for name in (*learned, *listed_names(book.text), *acting):
            if _is_name(name) and not _holds(name, aliases):
                names.setdefault(name, (Alias(name),))
        known = {
            name
            for name, count in counted.items()
            if _is_somebody(name, count, book) and is_whole(name, book.text)
        }
        self.people = People(book, names)
        alone = aliases.given_names or is_classical(book)
        self.speakers = Speakers(Subjects(book, self.people, known, alone), is_modern(book))

    def quotes(self) -> Iterator[Quote]:
        """The quotations in the order of the text."""
        last, end = Before(), 0
        for span in self.spans:
            start = max(end, self._floor(span.start))
            quote, to = self._quote(span, start, last)
            yield quote
            if quote.kind != "term":
                last, end = Before(quote.speaker, to, span.end, not span.closed), span.end

    def _quote(self, span: Quotation, start: int, last: Before) -> tuple[Quote, str]:
        lead = self.text[start : span.start]
        led = _COLON.search(lead) or self._called(lead, span)
        body = lead[: led.start()] if led else ""
        found = clauses(body)
        if (
            led is None
            or not found
            or (led[0][:1] in ("，", ",", "；", ";") and not VERB.search(found[-1][1]))
        ):
            if not self._stands_alone(span):
                return self._made(span, "term", "", start), ""
            following = self.text[span.end : span.end + FOLLOWING]
            speaker = self.speakers.after(following, span.end)
            if last.open and not lead.strip():
                speaker = speaker or last.speaker
            return self._made(span, "speech", speaker, start), ""
        at, clause = found[-1]
        clause = clause.rstrip()
        if self._is_written(clause):
            return self._made(span, "writing", "", start), ""
        speaker, bare = self.speakers.before(body, start, last)
        if not speaker:
            following = self.text[span.end : span.end + FOLLOWING]
            said = self.text[span.start + 1 : span.end]
            speaker = self.speakers.revealed(following, span.end)
            speaker = speaker or self.speakers.self_named(said, span.start)
        kind: Kind = "thought" if THINKING.search(clause) else "speech"
        to = self.speakers.addressed(clause, start + at)
        return self._made(span, kind, speaker, start, start + at if bare else None), to

    def _called(self, lead: str, span: Quotation) -> re.Match[str] | None:
        """The end of a lead without a colon, where a whole sentence follows: `喝一声“住手！”`."""
        whole = _ENDS.search(self.text[span.start + 1 : span.end])
        return re.compile("[ 　]*$").search(lead) if whole and _CALLED.search(lead) else None

    def _made(
        self, span: Quotation, kind: Kind, speaker: str, start: int, bare: int | None = None
    ) -> Quote:
        said = self.text[span.start + 1 : span.end - (1 if span.closed else 0)].strip()
        bare = span.start if bare is None else bare
        return Quote(span.start, span.end, said, kind, speaker, (start, span.start), bare)

    def _is_written(self, clause: str) -> bool:
        """Whether what follows is written, not said; 刘表曰 is no letter."""
        found = WRITING.search(clause)
        if not found:
            return False
        verb = VERB.search(clause)
        stem = clause[: verb.start()] if verb else clause
        if "诗" in stem:
            return True
        return not any(
            self.people.name_at(stem[-length:]) == stem[-length:] for length in (1, 2, 3)
        )

    def _stands_alone(self, span: Quotation) -> bool:
        """Whether what nothing leads is a sentence of its own rather than a term in one."""
        said = self.text[span.start + 1 : span.end]
        before = self.text[span.start - 1 : span.start]
        return _ENDS.search(said) is not None and before in '\n 　。！？”」"…'

    def _floor(self, at: int) -> int:
        """How far back the narration before a quotation may reach."""
        return max(self.book.chapter_at(at).start, at - LONGEST_LEAD)

    def _counted(self) -> Counter[str]:
        """What stands before a verb of speaking, and how often."""
        counted: Counter[str] = Counter()
        for span in self.spans:
            lead = self.text[max(0, span.start - 40) : span.start]
            led = _COLON.search(lead)
            found = clauses(lead[: led.start()]) if led else []
            if found and found[-1][0] > 0 and (name := _before_verb(found[-1][1].rstrip())):
                counted[name] += 1
            after = _AFTER.match(self.text, span.end)
            if after and (name := _before_verb(after[0])):
                counted[name] += 1
        return counted


def _before_verb(clause: str) -> str:
    """What a clause has before its verb of speaking and how it is said; nothing if nobody."""
    if WRITING.search(clause):
        return ""
    rest = clause[begins(clause) :]
    verb = VERB.search(rest)
    stem = rest[: verb.start()] if verb else ""
    end = len(stem)
    while end > 2 and not is_manner(stem[2:end]):
        end -= 1
    if end > 2 and is_manner(stem[end:]):
        stem = stem[:end]
    while len(stem) > 1 and is_manner(stem[-1]):
        stem = stem[:-1]
    nobody = stem in NOBODY or is_manner(stem) or stem[:1] in PRONOUNS
    return "" if nobody or not 1 < len(stem) <= LONGEST_SUBJECT else stem


def is_classical(book: Book) -> bool:
    """Whether people mostly 曰, so that they go by given names of one sign."""
    return book.text.count("曰：") > book.text.count("道：") + book.text.count("说：")


def is_modern(book: Book) -> bool:
    """Whether there is a 她, which no book had before 1920."""
    return book.text.count("她") * 5000 > len(book.text)


def listed_names(text: str) -> list[str]:
    """What begins with a surname and stands in lists of people, at least twice: `吕旷、吕翔`."""
    counted = Counter(found[1] for found in _LISTED.finditer(text))
    return [name for name, count in counted.items() if count > 1]


def acting_names(text: str) -> list[str]:
    """What begins with a surname, and a sentence, and does something, at least twice."""
    counted = Counter(found[1] for found in _ACTING.finditer(text))
    return [name for name, count in counted.items() if count > 1 and is_whole(name, text)]


def _holds(name: str, aliases: Aliases) -> bool:
    """Whether a name of the aliases stands inside a longer piece of text."""
    return name not in aliases.names and any(
        name[start:end] in aliases.names
        for start in range(len(name))
        for end in range(start + 2, len(name) + 1)
    )


def _is_name(name: str) -> bool:
    """Whether what often stands before a verb of speaking, or in lists, may name one person."""
    if set(name) & NO_PERSONS or name in PLACES or name[-1] == "太":
        return False
    return not SEVERAL.match(name) and name[0] not in CLASSIFIERS


def _is_somebody(name: str, count: int, book: Book) -> bool:
    """Whether what stood before a verb of speaking is a person: by how it ends, or a surname."""
    if name[-2:] in TWO_PERSONS and not set(name[:-2]) & NO_PERSONS and count > 1:
        return True
    if set(name) & NO_PERSONS or name[0] in "将上从会来" or name in PLACES:
        return False
    if SEVERAL.match(name) or name[0] in CLASSIFIERS or name[0] in PRONOUNS:
        return False
    if name[-1] in PERSONS:
        return count > 1
    surname = len(name) <= 3 and name[0] in SURNAMES
    return surname and (count > 1 or book.text.count(name) >= SEEN_OFTEN)
