"""Templates filled with the values of their slots, in turns, so that each has a fair share.

Nothing grows with the number of ways to fill a template: that may be beyond all bounds.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import gcd, prod

from scenes.data.teacher.templates import SLOT, slots_of

FUTILE = 2_000
"""Ways in a row that give nothing new, after which a template has had its say."""


@dataclass(frozen=True)
class FilledQuestion:
    """A template with its values."""

    text: str
    template: int
    """Which of the templates, counted from 0."""
    values: tuple[str, ...]


def filled(
    templates: Sequence[str], slots: Mapping[str, Sequence[str]], seed: int
) -> Iterator[FilledQuestion]:
    """Each way to fill each template once, a template after the other in rounds.

    The seed orders the templates of a round and the ways of a template, in which the values of a
    slot come about equally often. Whoever runs out drops out; without values one is left out.
    Where two slots of a template would say the same, that way is left out.
    """
    rng = random.Random(seed)
    seen: set[int] = set()
    going = [
        _new_ways(number, template, slots, random.Random(f"{seed}{template}"), seen)
        for number, template in enumerate(templates)
    ]
    while going:
        rng.shuffle(going)
        left = []
        for ways in going:
            if (one := next(ways, None)) is not None:
                left.append(ways)
                yield one
        going = left


def available(templates: Sequence[str], slots: Mapping[str, Sequence[str]], most: int) -> int:
    """How many questions `filled` gives, as far as `most`."""
    return sum(1 for __ in islice(filled(templates, slots, 0), most))


def _new_ways(
    number: int,
    template: str,
    slots: Mapping[str, Sequence[str]],
    rng: random.Random,
    seen: set[int],
) -> Iterator[FilledQuestion]:
    """The ways of one template that no template had before."""
    names = slots_of(template)
    futile = 0
    for values in _ways([slots.get(name, ()) for name in names], rng):
        text = _with_values(template, dict(zip(names, values, strict=True)))
        if len(set(values)) < len(values) or hash(text) in seen:
            futile += 1
            if futile == FUTILE:
                return
            continue
        futile = 0
        seen.add(hash(text))
        yield FilledQuestion(text, number, values)


def _ways(lists: Sequence[Sequence[str]], rng: random.Random) -> Iterator[tuple[str, ...]]:
    """Every way to take one of each list, once: a walk around the ring of their numbers, by a step
    that shares no divisor with its length, so that nothing has to be remembered."""
    size = prod(map(len, lists))
    if not size:
        return
    step = 1
    while size > 2 and (step < 2 or gcd(step, size) != 1):
        step = rng.randrange(size // 3, size)
    at = rng.randrange(size)
    for __ in range(size):
        rest, chosen = at, []
        for values in reversed(lists):
            rest, place = divmod(rest, len(values))
            chosen.append(values[place])
        yield tuple(reversed(chosen))
        at = (at + step) % size


def _with_values(template: str, values: Mapping[str, str]) -> str:
    """What a value holds is no slot."""
    return SLOT.sub(lambda slot: values[slot[1]], template)
