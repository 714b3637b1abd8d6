"""Speakers of classical novels, told from the clauses that lead what is said: `孔明笑曰：“…”`."""

import re
from collections.abc import Iterator

from scenes.data.books.book import Book
from scenes.data.books.clause_subjects import ClauseSubjects
from scenes.data.books.names import (
    counted_names,
    is_classical,
    is_modern,
    known_nouns,
    with_learned,
)
from scenes.data.books.occurrences import Occurrences
from scenes.data.books.people import Aliases, BookPeople
from scenes.data.books.quotation_marks import Quotation, quotations
from scenes.data.books.quote import Kind, Quote
from scenes.data.books.speakers import Before, Speakers
from scenes.data.books.speech import COLON, THINKING, VERB, WRITING, clauses

LONGEST_LEAD = 240
FOLLOWING = 80
TALK = 120
"""Characters of narration within which a talk goes on."""
_BLANK = re.compile("[ 　]*$")
_CALLED = re.compile("(?:[道曰说]|[叫喝喊骂].{0,2}声|一声)[ 　]*$")
_ENDS = re.compile(r"[。！？!?…～~—；，,][”」』\"’]?$")


class ClassicalExtractor:
    """Finds the quotations of one book, whose text is in simplified signs."""

    def __init__(self, book: Book, aliases: Aliases) -> None:
        self.book = book
        self.text = book.text
        self.spans = list(quotations(book.text))
        counted = counted_names(book.text, self.spans)
        seen = Occurrences(book.text)
        self.people = BookPeople(book, with_learned(aliases, book, counted, seen))
        alone = aliases.given_names or is_classical(book)
        subjects = ClauseSubjects(book, self.people, known_nouns(counted, seen), alone, seen)
        self.speakers = Speakers(subjects, is_modern(book))

    def names(self) -> list[str]:
        """What people are called."""
        return list(self.people.names)

    def quotes(self) -> Iterator[Quote]:
        """The quotations in the order of the text."""
        last, end = Before(), 0
        for span in self.spans:
            start = max(end, self._floor(span.start))
            quote, to = self._quote(span, start, last)
            yield quote
            if quote.kind != "term":
                near = span.start - last.end < TALK
                other = last.speaker if quote.speaker != last.speaker else last.other
                last = Before(quote.speaker, to, span.end, other if near else "", not span.closed)
                end = span.end

    def _quote(self, span: Quotation, start: int, last: Before) -> tuple[Quote, str]:
        """A quotation, and who is spoken to."""
        lead = self.text[start : span.start]
        led = COLON.search(lead) or self._called(lead, span)
        parts = clauses(lead[: led.start()]) if led else []
        by_verb = led is not None and led[0][:1] not in ("，", ",", "；", ";")
        if led is None or not parts or not (by_verb or VERB.search(parts[-1][1])):
            return self._unled(span, start, last), ""
        at, clause = parts[-1]
        clause = clause.rstrip()
        if self._is_written(clause):
            return self._quoted(span, "writing", "", start), ""
        speaker, bare = self.speakers.before(lead[: led.start()], start, last)
        if not speaker:
            words = self.text[span.start + 1 : span.end]
            speaker = self.speakers.revealed(self._following(span), span.end)
            speaker = speaker or self.speakers.self_named(words, span.start)
        kind: Kind = "thought" if THINKING.search(clause) else "speech"
        to = self.speakers.addressed(clause, start + at)
        return self._quoted(span, kind, speaker, start, start + at if bare else None), to

    def _unled(self, span: Quotation, start: int, last: Before) -> Quote:
        """A quotation that no clause leads: a term, or words whose speaker comes after them."""
        if not self._stands_alone(span):
            return self._quoted(span, "term", "", start)
        speaker = self.speakers.after(self._following(span), span.end)
        if last.open and not self.text[start : span.start].strip():
            speaker = speaker or last.speaker
        return self._quoted(span, "speech", speaker, start)

    def _following(self, span: Quotation) -> str:
        return self.text[span.end : span.end + FOLLOWING]

    def _called(self, lead: str, span: Quotation) -> re.Match[str] | None:
        """The end of a lead without a colon, where a whole sentence follows: `喝一声“住手！”`."""
        whole = _ENDS.search(self.text[span.start + 1 : span.end])
        return _BLANK.search(lead) if whole and _CALLED.search(lead) else None

    def _quoted(
        self, span: Quotation, kind: Kind, speaker: str, start: int, bare: int | None = None
    ) -> Quote:
        words = self.text[span.start + 1 : span.end - (1 if span.closed else 0)].strip()
        bare = span.start if bare is None else bare
        return Quote(span.start, span.end, words, kind, speaker, (start, span.start), bare)

    def _is_written(self, clause: str) -> bool:
        """Whether what follows is written, not said; 刘表曰 is no letter."""
        if not WRITING.search(clause):
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
        words = self.text[span.start + 1 : span.end]
        before = self.text[span.start - 1 : span.start]
        return _ENDS.search(words) is not None and before in '\n 　。！？”」"…'

    def _floor(self, at: int) -> int:
        """How far back the narration before a quotation may reach."""
        return max(self.book.chapter_at(at).start, at - LONGEST_LEAD)
