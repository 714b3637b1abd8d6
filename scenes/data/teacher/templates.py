"""Templates of questions with slots, and the questions that values make of them, drawn by a seed.

Nothing grows with the number of ways to fill them: that may be beyond all bounds.
"""

import random
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import prod
from pathlib import Path

from pydantic import Field
from rapidfuzz import fuzz, process

from base.declaration import Declaration
from base.errors import KnownError
from base.folders import why_no_file
from base.messages import _
from base.validation import check
from base.yaml_reader import read as read_yaml
from scenes.data.records import read_records

LARGEST = 1_000_000
"""Bytes of a file of templates."""
MOST = 100_000
"""Questions that are looked at; where values make more, so many are drawn."""
ALIKE = 90
"""Of 100, how like another a question is that is left out."""
SLOT = re.compile(r"\{(\w+)\}")
_FOREIGN_SLOT = re.compile(r"\{(\w+)\}|\[(\w+)\]")


class Templates(Declaration):
    """A file of templates; `ask` says of a slot what the teacher is to list."""

    templates: list[str] = Field(default_factory=list)
    slots: dict[str, list[str]] = Field(default_factory=dict)
    ask: dict[str, str] = Field(default_factory=dict)


def read_templates(path: Path) -> Templates:
    """Templates in YAML, or CamelBell's seed tasks in JSON Lines. Raises `KnownError`."""
    if path.suffix == ".jsonl":
        return _seed_tasks(path)
    if why := why_no_file(path):
        raise KnownError(_("{path}: {why}, expected a file of templates", path=path, why=why))
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise KnownError(
            _(
                "{path}: larger than {most} MB, which no file of templates may be; is it the right "
                "file?",
                path=path,
                most=LARGEST // 1_000_000,
            )
        )
    return check(Templates, read_yaml(raw, str(path)))


def _seed_tasks(path: Path) -> Templates:
    templates = []
    for where, record in read_records(path):
        try:
            words = record["instances"][0]["input"] or record["instruction"]
            templates.append(_FOREIGN_SLOT.sub(lambda slot: f"{{{slot[1] or slot[2]}}}", words))
        except (KeyError, IndexError, TypeError):
            raise KnownError(
                _("{where}: expected instruction and instances", where=where)
            ) from None
    return Templates(templates=templates)


def slots_of(template: str) -> list[str]:
    """The names of its slots, each once."""
    return list(dict.fromkeys(SLOT.findall(template)))


def filled(
    templates: Sequence[str], slots: Mapping[str, Sequence[str]], seed: int, most: int = MOST
) -> Iterator[str]:
    """The templates with the values of their slots, shuffled; without values one is left out.

    All there are, or about `most` of them: then no template has more than its share while
    another has to go without.
    """
    sizes = [prod(len(slots.get(name, ())) for name in slots_of(one)) for one in templates]
    rng = random.Random(seed)
    if sum(sizes) <= most:
        order = list(range(sum(sizes)))
    else:
        order = _drawn(sizes, max(most, len(sizes)), rng)
    rng.shuffle(order)
    ends = list(accumulate(sizes))
    for number in order:
        at = bisect_right(ends, number)
        yield _with_values(templates[at], slots, number - (ends[at] - sizes[at]))


def _drawn(sizes: Sequence[int], most: int, rng: random.Random) -> list[int]:
    """Numbers of questions: all of the small templates, as many of each of the large ones."""
    numbers: list[int] = []
    starts = [0, *accumulate(sizes)]
    by_size = sorted(range(len(sizes)), key=sizes.__getitem__)
    for done, at in enumerate(by_size):
        share = min(sizes[at], (most - len(numbers)) // (len(sizes) - done))
        numbers.extend(starts[at] + number for number in _sample(sizes[at], share, rng))
    return numbers


def _sample(size: int, count: int, rng: random.Random) -> list[int]:
    """`count` different numbers below `size`, which may be larger than any sequence."""
    if size <= 4 * count:
        return rng.sample(range(size), count)
    chosen: dict[int, None] = {}
    while len(chosen) < count:
        chosen[rng.randrange(size)] = None
    return list(chosen)


def _with_values(template: str, slots: Mapping[str, Sequence[str]], number: int) -> str:
    """The way of that number to fill a template; what a value holds is no slot."""
    chosen = {}
    for name in reversed(slots_of(template)):
        number, at = divmod(number, len(slots[name]))
        chosen[name] = slots[name][at]
    return SLOT.sub(lambda slot: chosen[slot[1]], template)


def distinct(questions: Iterable[str], n: int | None = None) -> list[str]:
    """The first `n` questions, or all, without those much like one before."""
    unlike: list[str] = []
    for one in questions:
        if len(unlike) == n:
            break
        if process.extractOne(one, unlike, scorer=fuzz.ratio, score_cutoff=ALIKE) is None:
            unlike.append(one)
    return unlike
