"""How turns follow one another in a talk, and the weights by which they are given."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from scenes.data.books.prose.evidence import Turn


def between(one: Sequence[Turn], other: Sequence[Turn]) -> int:
    """How many paragraphs lie from where the earlier of two ends to where the later begins."""
    first, last = (one, other) if one[0].start < other[0].start else (other, one)
    return last[0].paragraph - first[-1].paragraph


def likeliest(chances: Mapping[str, float], least: float) -> str:
    """Who is likeliest; nobody where that is less than `least`."""
    who = max(chances, key=lambda one: (chances[one], one), default="")
    return who if chances.get(who, 0.0) >= least else ""


@cache
def turn_weights(chinese: bool = False) -> Mapping[str, float]:
    """The weights that `tests/corpora/train_turns.py` learned from labelled text."""
    name = "chinese_turn_weights.json" if chinese else "turn_weights.json"
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    weights: dict[str, float] = json.loads(text)
    return weights


def exchanges(turns: Sequence[Turn], gap: int = 2) -> list[list[Turn]]:
    """The turns that follow one another within `gap` paragraphs each."""
    found: list[list[Turn]] = []
    for turn in turns:
        if found and turn.paragraph - found[-1][-1].paragraph <= gap:
            found[-1].append(turn)
        else:
            found.append([turn])
    return found


def paragraphs(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns of each speaker in a row: of one paragraph, unless another speaks in it, and of
    those in which the same words go on."""
    found: list[list[Turn]] = []
    for turn in turns:
        last = found[-1][-1] if found else None
        together = last is not None and (
            turn.goes_on
            or (
                last.paragraph == turn.paragraph
                and (turn.same or (turn.speaker == last.speaker and not turn.other))
            )
        )
        if together:
            found[-1].append(turn)
        else:
            found.append([turn])
    return found
