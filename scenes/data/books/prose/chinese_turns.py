"""What tells who takes a turn of Chinese prose, beside whose turns are near it."""

from collections.abc import Callable, Container, Mapping, Sequence

from scenes.data.books.prose.evidence import SOMEBODY, Turn

_STEPS = ((-1, "before"), (1, "behind"), (-2, "before that"), (2, "behind that"))


def signs(
    who: str,
    group: Sequence[Turn],
    before: Sequence[Turn],
    behind: Sequence[str],
    named_in: Callable[[Turn], Container[str]],
    asker: float,
) -> dict[str, float]:
    """What speaks for and against somebody.

    `group` are the turns of one speaker, `before` those before them, `behind` who acts in the
    narration that follows; `named_in` tells whom words name, and `asker` how likely it is that
    whoever may take the turn said what is before it.
    """
    flags = {
        "acts behind": bool(behind) and behind[0] == who,
        "acts behind alone": set(behind) == {who},
        "names self": any(who in named_in(turn) for turn in group),
        "named by before": any(who in named_in(turn) for turn in before),
    }
    found = {name: 1.0 for name, true in flags.items() if true}
    if before and before[-1].asks and asker:
        found["asked"] = asker
    return found


def voices(groups: Sequence[Sequence[Turn]], index: int) -> Mapping[str, float]:
    """What speaks for nobody who is known: a voice without a name takes turns near by."""
    found = {}
    for step, name in _STEPS:
        if 0 <= index + step < len(groups):
            other = groups[index + step][0]
            if other.who == SOMEBODY and not other.speaker:
                found[f"nobody {name}"] = 1.0
    return found
