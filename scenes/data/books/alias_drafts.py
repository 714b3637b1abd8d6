"""Aliases that a book itself tells, as YAML for a person to look through before it is used."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from base.messages import _
from base.text import shown
from base.yaml_writer import yaml_text
from scenes.data.books.book import Book
from scenes.data.books.names import is_classical
from scenes.data.books.people import COMPOUND, SURNAMES, Aliases
from scenes.data.books.quotes import Extractor
from scenes.data.books.words import NO_PERSONS, PERSONS

OFTEN = 10
"""Times that two names must be read for where they stand to say something."""
FULL_OFTEN = 3
"""Times that a full name must begin a clause for its given name to be told."""
ALIKE = 0.8
"""Cosine of the counts by chapter from which on two names may be one person's."""
FEWEST_PARTS, PART = 8, 4000
"""Parts that a book must have for names to be alike by them; characters of one without chapters."""
_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])"
_SIGN = "[一-鿿]"
_NAME = rf"({_SURNAME}(?![名字姓一]){_SIGN}{{1,2}}?)"
_OTHER = rf"[“「\"]?({_SIGN}{{2,4}}?)[”」\"]?(?=[，。；、：！]|$)"
_FULL = re.compile(rf"姓({_SURNAME})，?名({_SIGN}{{1,2}}?)[，。；]?(?:表?字{_OTHER})")
_CALLED = re.compile(
    rf"{_NAME}(?:(?:[，者]表?|表)字|[，者]?(?:绰号|浑名|诨名|诨号|外号|人称|号为|号曰|小名|乳名|道号|法名|法号"
    rf"|别号|人都?唤(?:他)?做|自号)){_OTHER}"
)


def learned_aliases(book: Book, known: Aliases) -> Iterator[str]:
    """The lines of a YAML file of aliases, each with the evidence for it.

    Three kinds: names that are introduced (`姓刘名备，字玄德`), given names of full ones, and, as
    comments only, names that are read in the same chapters but hardly in one sentence.
    """
    counted = _names(book, known)
    people: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for person, other in _introduced(book.text):
        if not set(other) & NO_PERSONS and other != person and book.text.count(other) > 1:
            people[_shortest(person, book.text)].setdefault(other, _("introduced by this name"))
    for name in counted:
        if len(name) == 2 and (person := _with_surname(name, book.text)):
            people[person].setdefault(name, _("given name"))
    advice = _(
        "Candidates learned from {book}. Look through them, delete what is wrong, then use the "
        "file with --aliases. What follows each name says why it is here.",
        book=shown(book.name),
    )
    yield f"# {advice}\n"
    yield yaml_text({"title": book.name, "given_names": is_classical(book)})
    yield "people:\n" if people else "people: {}\n"
    for person, others in sorted(people.items(), key=lambda one: -book.text.count(one[0])):
        why = ", ".join(f"{name}: {how}" for name, how in others.items())
        yield f"  {person}: [{', '.join(others)}]  # {why}\n"
    yield from _alike(book, counted, {name for others in people.values() for name in others})


def _names(book: Book, known: Aliases) -> Counter[str]:
    """Who often speaks, by the names that the text has for them."""
    extractor = Extractor(book, Aliases("", {}, known.given_names))
    names = (name for name in extractor.names() if len(name) > 1)
    return Counter({name: book.text.count(name) for name in names})


def _introduced(text: str) -> Iterator[tuple[str, str]]:
    """A person and another name of theirs."""
    for full in _FULL.finditer(text):
        yield full[1] + full[2], full[3]
    for called in _CALLED.finditer(text):
        yield called[1], called[2]


def _with_surname(given: str, text: str) -> str:
    """The full name that a given name belongs to, where the book has one at all often."""
    sign = f"[{''.join(sorted(SURNAMES))}]"
    surnames = Counter(re.findall(rf"(?<=[，。；：、“\n　 ])({sign}){given}", text))
    if not surnames:
        return ""
    surname, count = surnames.most_common(1)[0]
    return surname + given if count >= FULL_OFTEN and count > 0.6 * surnames.total() else ""


def _shortest(person: str, text: str) -> str:
    """A name without a sign before it that is no surname: 陈群 of 史陈群."""
    shorter = person[1:]
    if len(person) == 3 and shorter[0] in SURNAMES and not person.startswith(COMPOUND):
        return shorter if text.count(shorter) > 2 * text.count(person) else person
    return person


def _alike(book: Book, counted: Counter[str], paired: set[str]) -> Iterator[str]:
    """Comments on pairs of names that are read in the same chapters, hardly in one sentence."""
    parts = _parts(book)
    if len(parts) < FEWEST_PARTS:
        return
    often = [name for name, count in counted.most_common(80) if count >= OFTEN]
    places = {name: _by_part(book, parts, name) for name in often}
    sentences = re.split("[。！？\n]", book.text)
    for index, one in enumerate(often):
        for other in often[index + 1 :]:
            if one in other or other in one or other in paired or other[-1] in PERSONS:
                continue
            alike = _cosine(places[one], places[other])
            if alike < ALIKE:
                continue
            together = sum(one in sentence and other in sentence for sentence in sentences)
            if together * 20 < min(counted[one], counted[other]):
                why = _(
                    "alike by chapter ({alike:.2f}), in one sentence {together}×",
                    alike=alike,
                    together=together,
                )
                yield f"# {one}, {other}: {why}\n"


def _parts(book: Book) -> list[tuple[int, int]]:
    """The chapters of a book, or equal pieces of one that has none, as start and end."""
    if len(book.chapters) >= FEWEST_PARTS:
        return [(chapter.start, chapter.end) for chapter in book.chapters]
    ends = range(PART, len(book.text) + 1, PART)
    return [(end - PART, end) for end in ends]


def _by_part(book: Book, parts: list[tuple[int, int]], name: str) -> Counter[int]:
    return Counter(
        {index: book.text.count(name, start, end) for index, (start, end) in enumerate(parts)}
    )


def _cosine(one: Counter[int], other: Counter[int]) -> float:
    product = sum(one[key] * other[key] for key in one)
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return product / lengths if lengths else 0.0
