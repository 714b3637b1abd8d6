"""Which names of an English text are one person's: Mr. Darcy and Darcy, Tom and Tom Sawyer."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from scenes.data.books.prose import english_words as w

DOMINANT = 3
"""How many times as often as all others somebody is named whom a name means that they share."""
OFTEN = 10
"""Times from which on a form of a name is used often."""
TITLES = w.TITLES_M | w.TITLES_F | w.TITLES


@dataclass
class Person:
    """Somebody, by the forms of their name that were found."""

    forms: Counter[str] = field(default_factory=Counter)
    gender: str = ""
    married: bool = False

    @property
    def count(self) -> int:
        return sum(self.forms.values())


def bare(name: str) -> list[str]:
    """The words of a name without titles and initials."""
    parts = [part for part in name.split() if part not in TITLES and not part.endswith(".")]
    return parts or name.split()[-1:]


def title_gender(name: str) -> str:
    """`m`, `f`, or nothing: what the title of a name tells."""
    for part in name.split():
        if part in w.TITLES_F:
            return "f"
        if part in w.TITLES_M:
            return "m"
    return ""


def name_gender(name: str) -> str:
    """`m`, `f`, or nothing: what the title of a name tells, or else the given name."""
    first = bare(name)[0]
    given = "f" if first in w.GIVEN_F else "m" if first in w.GIVEN_M else ""
    return title_gender(name) or given


def people(counts: Mapping[str, int]) -> list[Person]:
    """The people that names belong to. `counts` tells how often each name occurs."""
    found: list[Person] = []
    by_first: defaultdict[str, list[Person]] = defaultdict(list)
    by_last: defaultdict[str, list[Person]] = defaultdict(list)
    ranked = sorted(counts, key=lambda name: -counts[name])
    for name in (each for each in ranked if len(bare(each)) > 1):
        _into(name, counts, _same(name, by_last), found, by_first, by_last)
    for name in (each for each in ranked if len(bare(each)) == 1 and len(each.split()) > 1):
        person = _titled(name, by_first, by_last)
        if person is not None and _apart(name, person, counts):
            person = None
        _into(name, counts, person, found, by_first, by_last)
    for name in (each for each in ranked if len(each.split()) == 1):
        _into(name, counts, _single(name, by_first, by_last), found, by_first, by_last)
    return found


def _into(
    name: str,
    counts: Mapping[str, int],
    person: Person | None,
    found: list[Person],
    by_first: defaultdict[str, list[Person]],
    by_last: defaultdict[str, list[Person]],
) -> None:
    """Count a name as the person's whose it is, or as somebody's who is new."""
    if person is None:
        person = Person()
        found.append(person)
        parts = bare(name)
        if len(parts) > 1 and " of " not in name:
            by_first[parts[0]].append(person)
        if len(name.split()) > 1 and " of " not in name:
            by_last[parts[-1]].append(person)
    person.forms[name] += counts[name]
    person.gender = person.gender or name_gender(name)
    person.married = person.married or name.startswith("Mrs")


def _fits(name: str, person: Person) -> bool:
    gender = name_gender(name)
    return not gender or not person.gender or gender == person.gender


def _likeliest(fits: list[Person]) -> Person | None:
    """The one whom a name means that several bear: whoever is named far more often."""
    if not fits:
        return None
    best = max(fits, key=lambda one: one.count)
    others = sum(one.count for one in fits if one is not best)
    return best if best.count >= DOMINANT * others else None


def _apart(name: str, person: Person, counts: Mapping[str, int]) -> bool:
    """Whether a title and surname are used as often as somebody's given name: of their kin."""
    given = sum(counts.get(bare(form)[0], 0) for form in person.forms if len(bare(form)) > 1)
    fewer, more = sorted((given, counts[name]))
    return bare(name)[0] not in w.GIVEN_F | w.GIVEN_M and fewer >= OFTEN and fewer * 7 > more


def _same(name: str, by_last: Mapping[str, list[Person]]) -> Person | None:
    """Whose full name it is, with or without a title, or with a short form of the given name."""
    first, last = _given(name), bare(name)[-1]
    fits = (one for one in by_last.get(last, ()) if _fits(name, one))
    return next(
        (one for one in fits if any(_given(form) == first for form in one.forms)),
        None,
    )


def _given(name: str) -> str:
    return w.SHORT.get(bare(name)[0], bare(name)[0])


def _titled(
    name: str, by_first: Mapping[str, list[Person]], by_last: Mapping[str, list[Person]]
) -> Person | None:
    """Who is called by a title and a surname, or a title and a given name."""
    word, title = bare(name)[0], title_gender(name)
    for known in (by_last, by_first):
        fits = [
            one
            for one in known.get(word, ())
            if _fits(name, one) and (title != "f" or one.married == name.startswith("Mrs"))
        ]
        if best := _likeliest(fits):
            return best
    return None


def _single(
    name: str, by_first: Mapping[str, list[Person]], by_last: Mapping[str, list[Person]]
) -> Person | None:
    """Who is called by one word: the one of that given name, else the man of that surname."""
    first = [one for one in by_first.get(name, ()) if _fits(name, one)]
    last = [one for one in by_last.get(name, ()) if _fits(name, one)]
    men = [one for one in last if one.gender != "f"] or last
    if first and (not last or name in w.GIVEN_F | w.GIVEN_M):
        return _likeliest(first)
    return max(men, key=lambda one: one.count, default=None)
