"""What speaks for and against somebody whom he or she may mean beside a quotation."""

import math
from collections.abc import Container, Mapping, Sequence

from scenes.data.books.prose.evidence import Mentioned, Turn

LEAST = 0.45
"""Least probability that a pronoun means somebody for them to be taken."""
NOBODY = "he nobody"
"""The weight of somebody who is not among those named."""
SHORT = 6.0
"""Logarithm of the characters within which somebody was just named."""


def candidates(
    turn: Turn,
    earlier: Sequence[Turn],
    mentions: Sequence[Mentioned],
    fits: Mapping[str, bool],
    roles: Container[str] = (),
    named: Container[str] = (),
) -> list[tuple[str, dict[str, float]]]:
    """Whom a pronoun beside a turn may mean, each with what speaks for and against them.

    `mentions` are those before the turn, in order; `fits` tells who may be meant at all, and
    whether their gender is known; `roles` are those who have no name, `named` whom the words name.
    """
    last = earlier[-1] if earlier else None
    said = [
        Mentioned(one.end, one.speaker, True, one.paragraph)
        for one in earlier
        if one.speaker in fits
    ]
    seen = sorted([*(one for one in mentions if one.who in fits), *said], key=lambda one: one.at)
    order = list(dict.fromkeys(one.who for one in reversed(seen)))
    acting = [one for one in mentions if one.subject and one.who in fits]
    here = [one.who for one in acting if one.paragraph == turn.paragraph]
    before = [one.who for one in acting if one.paragraph == turn.paragraph - 1]
    found = []
    for who in order:
        own = [one for one in seen if one.who == who]
        features = {
            f"he rank {min(order.index(who), 3)}": 1.0,
            "he told": float(fits[who]),
            "he subject": float(own[-1].subject),
            "he near": max(0.0, SHORT - math.log1p(turn.start - own[-1].at)) / SHORT,
            "he often": min(5, len(own)) / 5,
        }
        flags = {
            "he here": who in here,
            "he here last": bool(here) and here[-1] == who,
            "he before": who in before,
            "he before last": bool(before) and before[-1] == who,
            "he before first": bool(before) and before[0] == who,
            "he before alone": set(before) == {who},
            "he here alone": set(here) == {who},
            "he called": who in turn.called,
            "he role": who in roles,
            "he named": who in named,
            "he only": len(order) == 1,
        }
        if last is not None:
            apart = turn.paragraph - last.paragraph
            flags |= {
                "he spoke": last.speaker == who and apart == 1,
                "he spoke, told between": last.speaker == who and apart > 1,
                "he spoke here": last.speaker == who and apart == 0,
                "he was called": who in last.called,
                "he was spoken to": last.to == who,
            }
        if len(earlier) > 1:
            flags["he spoke before that"] = earlier[-2].speaker == who
        features |= {name: 1.0 for name, true in flags.items() if true}
        found.append((who, features))
    return found
