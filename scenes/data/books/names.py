"""Who is in a book, told from the book itself: names before verbs of speaking, and in lists."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from scenes.data.books.book import Book
from scenes.data.books.clause_subjects import LONGEST_SUBJECT
from scenes.data.books.occurrences import Occurrences
from scenes.data.books.people import COMPOUND, SURNAMES, Alias, Aliases, given_names
from scenes.data.books.prose.words import NO_NAME, STOP
from scenes.data.books.quotation_marks import Quotation
from scenes.data.books.speech import COLON, SEVERAL, VERB, WRITING, begins, clauses, is_manner
from scenes.data.books.words import (
    CLASSIFIERS,
    NO_PERSONS,
    NOBODY,
    PERSONS,
    PLACES,
    PRONOUNS,
    TWO_PERSONS,
)

OFTEN = 3
"""Times that a name must stand before a verb of speaking to be learned."""
READ_OFTEN = 8
"""The same where they have none, and speak more than once: 己生."""
UNNAMED = frozenset('他她我你们在上下不门暗意哟和劝更"—-…')
"""Signs that no such name has."""
GIVEN = frozenset("朝飞望迎召引扬集")
"""Signs that a name may have, though no description of a person does."""
MUCH = 12
"""Times from which on it is a name even where a sign of it mostly is a word: 继之."""
SEEN_OFTEN = 3
"""Times that somebody with a surname must be read to be known, where they speak but once."""
_LISTED = re.compile(
    rf"(?<=[、，。；：])((?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])[一-鿿]{{1,2}})(?=、)"
)
_ACTING = re.compile(
    rf"[\n　 。！？”]((?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURNAMES))}])[一-鿿]{{1,2}}?)"
    "(?=[说道问笑看走站点摇抬低转想听没忽轻冷皱叹愣怔推拿放把闻])"
)
_I_SAID = re.compile("[。！？”，\n　]我(?:忙|又|也|便|就|再|因|笑)?[问笑说]?道?[：，]“")
_AFTER = re.compile(r"[^，。！？：:“”「」\n]{2,16}(?=[，。！？])")


def counted_names(text: str, spans: Iterable[Quotation]) -> Counter[str]:
    """What stands before a verb of speaking, and how often."""
    counted: Counter[str] = Counter()
    for span in spans:
        lead = text[max(0, span.start - 40) : span.start]
        led = COLON.search(lead)
        parts = clauses(lead[: led.start()]) if led else []
        if parts and parts[-1][0] > 0 and (name := _before_verb(parts[-1][1].rstrip())):
            counted[name] += 1
        after = _AFTER.match(text, span.end)
        if after and (name := _before_verb(after[0])):
            counted[name] += 1
    return counted


def with_learned(
    aliases: Aliases, book: Book, counted: Counter[str], seen: Occurrences
) -> dict[str, tuple[Alias, ...]]:
    """The names of the aliases, and those that the book itself tells, each its own person's."""
    names = dict(aliases.names)
    acting = acting_names(book.text)
    seen.add([*acting, *(name for name, n in counted.items() if n > 1 or name[0] in SURNAMES)])
    for name in [name for name, n in counted.items() if _as_said(name, n, seen)]:
        del counted[name]
    learned = [name for name, count in counted.items() if count >= OFTEN and seen.is_whole(name)]
    modern = is_modern(book)
    acting = [
        name
        for name in acting
        if seen.is_whole(name)
        and (modern or not (name[-1] in NO_NAME or name[:-1] in counted or is_manner(name[-1])))
    ]
    for name in (*learned, *listed_names(book.text), *acting):
        if _is_name(name, counted.get(name, 0)) and not _holds(name, aliases):
            names.setdefault(name, (Alias(name),))
    if not aliases.names:
        _add_given(names, book)
    if is_first_person(book):
        names["我"] = (Alias("我"),)
    return names


def _as_said(name: str, count: int, seen: Occurrences) -> bool:
    """Whether a surname stands there with how something is said, which is read nowhere else."""
    return (
        len(name) == 2
        and name[1] not in "之云"
        and is_manner(name[1])
        and (count < OFTEN or seen.count(name) < 3 * count)
    )


def _add_given(names: dict[str, tuple[Alias, ...]], book: Book) -> None:
    """A given name of two signs means the one full name that it ends."""
    full = [name for name in names if len(name) == 3]
    bearers = Counter(given for name in full for given in given_names(name, alone=False))
    for name in full:
        for given in given_names(name, alone=False):
            if bearers[given] == 1 and book.text.count(given) > OFTEN and _is_name(given, 0):
                names[given] = (Alias(name),)


def is_first_person(book: Book) -> bool:
    """Whether whoever tells the book speaks in it as 我."""
    said = len(_I_SAID.findall(book.text))
    return said * 5000 > len(book.text)


def known_nouns(counted: Mapping[str, int], seen: Occurrences) -> set[str]:
    """What people are called who speak in a book, by name or by what they are."""
    return {
        name
        for name, count in counted.items()
        if _is_somebody(name, count, seen) and seen.is_whole(name)
    }


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
    stem = next((stem[:at] for at in range(2, len(stem) - 1) if is_manner(stem[at:])), stem)
    short = len(stem) == 2 and (stem[1] in "之云" or stem[0] in SURNAMES)
    named = short and verb is not None and verb[0] in ("道", "说道")
    while len(stem) > 1 and is_manner(stem[-1]) and not named:
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
    counted = Counter(match[1] for match in _LISTED.finditer(text))
    return [name for name, count in counted.items() if count > 1]


def acting_names(text: str) -> list[str]:
    """What begins with a surname, and a sentence, and does something, at least twice."""
    counted = Counter(match[1] for match in _ACTING.finditer(text))
    return [name for name, count in counted.items() if count > 1]


def _holds(name: str, aliases: Aliases) -> bool:
    """Whether a name of the aliases stands inside a longer piece of text."""
    return name not in aliases.names and any(
        name[start:end] in aliases.names
        for start in range(len(name))
        for end in range(start + 2, len(name) + 1)
    )


def _is_name(name: str, count: int) -> bool:
    """Whether what often stands before a verb of speaking, or in lists, may name one person."""
    odd = set(name) & NO_PERSONS
    given = odd <= GIVEN and name[0] not in NO_PERSONS and count >= OFTEN
    if odd and not given and not (odd == {"之"} and name[-1] == "之" and count >= MUCH):
        return False
    if name in PLACES or name[-1] == "太" or name in STOP:
        return False
    return not SEVERAL.match(name) and name[0] not in CLASSIFIERS


def _is_somebody(name: str, count: int, seen: Occurrences) -> bool:
    """Whether what stood before a verb of speaking is a person: by how it ends, or a surname."""
    if name in STOP:
        return False
    if name[-2:] in TWO_PERSONS and not set(name[:-2]) & NO_PERSONS and count > 1:
        return True
    if set(name) & NO_PERSONS or name[0] in "将上从会来" or name in PLACES:
        return False
    if SEVERAL.match(name) or name[0] in CLASSIFIERS or name[0] in PRONOUNS:
        return False
    if name[-1] in PERSONS:
        return count > 1
    surname = len(name) <= 3 and (name[0] in SURNAMES or name[:2] in COMPOUND)
    if surname:
        return count > 1 or seen.count(name) >= SEEN_OFTEN
    odd = set(name) & UNNAMED or name[0] == name[1] or is_manner(name[-1]) or len(name) > 3
    return not odd and count > 1 and seen.count(name) >= READ_OFTEN
