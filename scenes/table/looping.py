"""Where a text that grows begins to go round in a circle: what it has said comes again. Pure."""

import re
from itertools import pairwise

LONGEST_PERIOD = 80
"""Characters of what is said again and again."""
LEAST_REPEATED = 24
"""Characters that have to be such repetitions."""
LEAST_TIMES = 4
LEAST_UNITS = 40
"""Han characters and words from which on a text is looked at for a circle that is not exact."""
LOOPED = 0.6
"""The share of its pairs that have been said before, of a text that is in such a circle."""
_UNIT = re.compile(r"[A-Za-z0-9']+|[^\W_]")
_TRAILING = " \t,，、;；:：—-~"


def before_loop(text: str) -> str | None:
    """What of a text stands before it begins to repeat itself; `None` where it does not."""
    cut = _exact(text)
    if cut is None:
        cut = _nearly(text)
    return None if cut is None else text[:cut].rstrip(_TRAILING)


def _exact(text: str) -> int | None:
    """The end of what the text ends with again and again, where it was said first."""
    for period in range(1, min(LONGEST_PERIOD, len(text) // LEAST_TIMES) + 1):
        part = text[-period:]
        if not any(map(str.isalnum, part)):
            continue
        times = 1
        while text.endswith(part * (times + 1)):
            times += 1
        if times >= LEAST_TIMES and times * period >= LEAST_REPEATED:
            return len(text) - (times - 1) * period
    return None


def _nearly(text: str) -> int | None:
    """Where the first words come again, of a text most of whose words have been said in it."""
    units = list(_UNIT.finditer(text))
    if len(units) < LEAST_UNITS:
        return None
    seen, again = set[tuple[str, str]](), list[int]()
    for at, pair in enumerate(pairwise(unit[0] for unit in units)):
        if pair in seen:
            again.append(at)
        seen.add(pair)
    if len(again) < LOOPED * len(units):
        return None
    return units[again[0]].start()
