"""Who is the subject of the clauses that lead a quotation, or that follow it."""

import re
from dataclasses import dataclass

from scenes.data.books.clause_subjects import ClauseSubjects
from scenes.data.books.speech import (
    ADDRESSED,
    AGAIN,
    ANSWERS,
    ASKS,
    COMMANDS,
    GOES_ON,
    GOING_ON,
    REPORTED,
    SCENE,
    SEEN,
    VERB,
    clauses,
    is_manner,
    unaddressed,
)

_SENTENCE_END = re.compile("[。！？!?\n]+")
LONGEST_GOING_ON = 60
"""Characters that whoever spoke may act without a name before they speak again."""
MOST_SENTENCES = 2
"""Ends of sentences between a quotation and the clause that names who speaks."""
_POINTED = re.compile("[那这][怪妖魔汉僧贼猴女]")
"""Somebody without a name, of one sign; 那 belongs to it."""
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
    other: str = ""
    """Who spoke before them in the same talk."""
    open: bool = False
    """Whether it is not closed, as where a speech goes on in the next paragraph."""


class Speakers:
    """Tells the speakers of one book."""

    def __init__(self, subjects: ClauseSubjects, turns: bool = False) -> None:
        self.subjects = subjects
        self.turns = turns
        """Whether each turn is a paragraph, so that nobody of an earlier one is its subject."""
        self.people = subjects.people

    def before(self, lead: str, start: int, last: Before) -> tuple[str, bool]:
        """Who speaks after a lead, and whether its last clause says no more than that.

        The lead begins at `start` and its colon is left out. Nobody is the empty text.
        """
        parts = clauses(lead)
        at, clause = parts[-1]
        first = self.subjects.begins(clause)
        rest = clause[first:].rstrip()
        subject, tail = self.subjects.last(rest, start + at + first)
        pointed = clause[max(first - 1, 0) : first + 1]
        if not subject and _POINTED.fullmatch(pointed) and is_manner(unaddressed(rest[1:])):
            subject, tail = pointed, rest[1:]
        if subject is not None:
            return subject, bool(subject) and is_manner(unaddressed(tail))
        bare = is_manner(unaddressed(rest))
        answers = ANSWERS.match(rest) is not None
        if len(parts) == 1 and bare:
            if answers and not AGAIN.match(clause):
                return last.addressed or last.other, True
            return last.speaker, True
        if REPORTED.match(clause) or not (VERB.search(rest) or COMMANDS.match(rest)):
            return self._doing(lead, start, parts), False
        if SEEN.match(clause):
            return "", bare
        subject = self._before_that(lead, start, parts, answers)
        if subject is None:
            subject = last.speaker if self._goes_on(parts, last, start) else ""
        return subject, bare

    def _doing(self, lead: str, start: int, parts: list[tuple[int, str]]) -> str:
        """Who acts in the sentence that leads words without a verb: `将惊堂木一拍：`."""
        at = parts[-1][0]
        for index in range(len(parts) - 1, max(len(parts) - 3, -1), -1):
            begun, clause = parts[index]
            if _SENTENCE_END.search(lead, begun, at) or SEEN.match(clause.strip()):
                return ""
            first = self.subjects.begins(clause)
            subject = self.subjects.earlier(clause[first:].rstrip(), start + begun + first)
            if subject is not None:
                return subject
        return ""

    def _goes_on(self, parts: list[tuple[int, str]], last: Before, start: int) -> bool:
        """Whether a lead that names nobody tells what whoever spoke last does next."""
        clause = parts[0][1].strip()
        if last.end != start or parts[-1][0] > LONGEST_GOING_ON:
            return False
        return (GOES_ON.match(clause) or GOING_ON.match(clause)) is not None

    def _before_that(
        self, lead: str, start: int, parts: list[tuple[int, str]], answers: bool
    ) -> str | None:
        """The subject of the clauses before the last one, the nearest first; `None` if none has."""
        end = parts[-1][0]
        addressed = self.addressed(parts[-1][1], start + end)
        listed = ""
        for index in range(len(parts) - 2, -1, -1):
            at, clause = parts[index]
            if len(_SENTENCE_END.findall(lead, at, end)) > MOST_SENTENCES:
                return ""
            if self.turns and "\n" in lead[at:end]:
                return ""
            rest = clause[self.subjects.begins(clause) :].rstrip()
            if self._is_name(rest):
                if listed:
                    return ""
                listed = rest
                continue
            subject = self.subjects.earlier(rest, start + at + self.subjects.begins(clause))
            if answers and ASKS.search(clause):
                return ""
            if subject and subject == addressed:
                return ""
            if subject is not None:
                several = index and self._is_name(parts[index - 1][1].strip())
                return "" if several else subject
            if SEEN.match(clause.strip()) or SCENE.match(clause):
                return ""
        if listed:
            return self.people.person(listed, start) or ""
        return "" if answers else None

    def _is_name(self, clause: str) -> bool:
        """Whether a clause is a name and nothing else, as in a list."""
        return len(clause) > 1 and self.people.name_at(clause) == clause

    def after(self, following: str, at: int) -> str:
        """Who is said to speak right after a quotation: `张三说。`"""
        match = re.match(r"[^，。！？：:“”\n]{1,16}(?=[，。！？])", following)
        if not match or not VERB.search(match[0]):
            return ""
        subject, tail = self.subjects.last(match[0], at)
        return subject if subject and is_manner(tail) else ""

    def revealed(self, following: str, at: int) -> str:
        """Who is seen to have spoken after a quotation: `视之，乃张飞也`."""
        match = _REVEALED.match(following)
        if not match:
            return ""
        named = _SELF_NAMED.search(match[1] + "，" + match[2])
        if named:
            return self.subjects.folded(named[1] + named[2], at)
        return self.subjects.within(match[1], at) or ""

    def self_named(self, words: str, at: int) -> str:
        """Who says their own name first: `吾乃常山赵子龙也`, `凌统在此`."""
        match = _OWN_NAME.match(words)
        return (self.subjects.within(match[1] or match[2], at) or "") if match else ""

    def addressed(self, clause: str, at: int) -> str:
        """Who is spoken to, where the clause names them."""
        for match in ADDRESSED.finditer(clause):
            name = self.people.name_at(clause, match.end())
            if name and is_manner(clause[match.end() + len(name) :]):
                return self.people.person(name, at) or ""
        return ""
