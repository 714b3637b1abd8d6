"""Who speaks, by a rule without a model: whoever was named last and has not just spoken. Pure."""

import re
from collections.abc import Sequence

from models.train.data import Example
from scenes.log import dump, parse

ASIDE = ("context", "comment")
"""Kinds of entries that nobody says or tells, such as the secret of the one who is to speak."""


def last_named(example: Example, candidates: Sequence[str]) -> str:
    """The candidate whose name stands last in the history; there are two or more, the most
    frequent first.

    Left out are whoever spoke last and those whom the reply names. Where nobody is left, it is the
    most frequent one who did not speak last.
    """
    entries = [entry for entry in parse(example.prompt.history) if entry.kind not in ASIDE]
    last = next((entry.speaker for entry in reversed(entries) if entry.speaker), "")
    names = re.compile("|".join(map(re.escape, sorted(candidates, key=len, reverse=True))))
    places = {found.group(): found.start() for found in names.finditer(dump(entries))}
    for name in (last, *names.findall(example.reply)):
        places.pop(name, None)
    if places:
        return max(places, key=places.__getitem__)
    return next(name for name in candidates if name != last)
