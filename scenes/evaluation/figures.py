"""The figures of one model or two side by side, made of what `run` measured. Pure.

Models are compared on the lines that each of them could take.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

from scenes.data.examples.rivals import Voter
from scenes.evaluation.drawing import Drawing, Habits, as_said, habits
from scenes.evaluation.heldout import Guessing, Likelihood, Scored, guessing, likelihood
from scenes.evaluation.picks import Agreement, agreement
from scenes.evaluation.rolebench import Answering, answering
from scenes.evaluation.run import Results

Better = Literal["lower", "higher", ""]
Style = Literal["share", "number", "score", "count"]
RESAMPLES = 1000
"""Times that lines are drawn anew, with replacement, for an interval."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    key: str
    label: str
    style: Style
    better: Better
    values: tuple[float | None, ...]
    """Of each model, in their order."""
    said: float | None = None
    """Of the lines that were really said, where that makes sense."""


@dataclass(frozen=True)
class Change:
    """How the first model differs from the second on the same lines, with a 95 % interval.

    The interval is the paired bootstrap's (Koehn 2004): lines drawn anew with replacement.
    """

    key: str
    label: str
    value: float
    """As a share of 1: of the perplexity, or of the lines guessed right."""
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """All figures of one evaluation."""

    names: tuple[str, ...]
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]
    scored: tuple[list[Scored], ...]
    """The lines that every model scored, by model."""
    drawings: tuple[list[Drawing], ...]
    notices: tuple[str, ...]


def compare(results: Sequence[Results], voters: Voter, seed: int = 1) -> Compared:
    """The figures of the models in their order; the second is what the first is held against."""
    scored = _common([one.scored for one in results])
    drawings = _common([one.drawings for one in results])
    rows = [
        *_likely([likelihood(one) if one else None for one in scored]),
        *_guessed([guessing(one, voters) for one in scored]),
        *_drawn([habits(one, voters.speakers) for one in drawings], _said(drawings, voters)),
        *_answers([answering(one) for one in _common([one.answered for one in results])]),
        *_picked(_agreements(results)),
    ]
    return Compared(
        names=tuple(one.name for one in results),
        figures=tuple(row for row in rows if any(value is not None for value in row.values)),
        changes=tuple(_changes(scored, seed)) if len(scored) == 2 and all(scored) else (),
        scored=tuple(scored),
        drawings=tuple(drawings),
        notices=tuple(dict.fromkeys(line for one in results for line in one.notices)),
    )


def wilson(right: float, lines: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, share = 1.959964, right / lines
    middle = share + z * z / (2 * lines)
    reach = z * math.sqrt(share * (1 - share) / lines + z * z / (4 * lines * lines))
    scale = 1 + z * z / lines
    return (middle - reach) / scale, (middle + reach) / scale


def _common(lists: Sequence[Sequence[Item | None]]) -> list[list[Item]]:
    """The items at the places where none of the lists has a gap; empty lists stay so."""
    there = [items for items in lists if items]
    kept = [i for i, row in enumerate(zip(*there, strict=True)) if None not in row]
    return [[one for i in kept if items and (one := items[i]) is not None] for items in lists]


def _likely(found: Sequence[Likelihood | None]) -> Iterator[Figure]:
    def row(key: str, label: str, style: Style, of: Callable[[Likelihood], float]) -> Figure:
        better: Better = "" if style == "count" else "lower"
        return Figure(key, label, style, better, _each(found, of))

    yield row("lines", "held-out lines", "count", lambda one: one.lines)
    yield row("tokens", "tokens of their replies", "count", lambda one: one.tokens)
    yield row("perplexity", "perplexity a token", "number", lambda one: one.perplexity)
    yield row("perplexity_character", "perplexity a character", "number", lambda o: o.by_character)


def _guessed(found: Sequence[Guessing | None]) -> Iterator[Figure]:
    def row(key: str, label: str, better: Better, of: Callable[[Guessing], float]) -> Figure:
        return Figure(key, label, "share", better, _each(found, of))

    lines = _each(found, lambda one: one.lines)
    yield Figure("speaker_lines", "lines to guess the speaker of", "count", "", lines)
    yield row("speaker_accuracy", "who speaks, right", "higher", lambda one: one.accuracy)
    yield row("speaker_chance", "  by chance", "", lambda one: one.chance)
    yield row("speaker_frequent", "  the most frequent always", "", lambda one: one.most_frequent)


def _drawn(found: Sequence[Habits | None], said: Habits | None) -> Iterator[Figure]:
    def row(
        key: str, label: str, style: Style, better: Better, of: Callable[[Habits], float | None]
    ) -> Figure:
        return Figure(key, label, style, better, _each(found, of), of(said) if said else None)

    candidates = _each(found, lambda one: one.candidates)
    yield Figure("candidates", "candidates drawn", "count", "", candidates)
    yield row("well_formed", "well-formed lines", "share", "higher", lambda one: one.well_formed)
    unfinished = _each(found, lambda one: one.unfinished)
    yield Figure("unfinished", "cut off at the most tokens", "share", "lower", unfinished)
    yield row("names_another", "names another", "share", "", lambda one: one.names_another)
    yield row(
        "speaks_for_another", "speaks for another", "share", "lower", lambda o: o.speaks_for_another
    )
    different = _each(found, lambda one: one.distinct_1)
    yield Figure("distinct_1", "distinct-1", "score", "higher", different)
    different = _each(found, lambda one: one.distinct_2)
    yield Figure("distinct_2", "distinct-2", "score", "higher", different)
    alike = _each(found, lambda one: one.self_bleu)
    yield Figure("self_bleu", "self-BLEU", "score", "lower", alike)
    common = _each(found, lambda one: one.rouge_l)
    yield Figure("rouge_l", "ROUGE-L with the line said", "score", "higher", common)
    yield row("length", "characters a line", "number", "", lambda one: one.length)


def _answers(found: Sequence[Answering | None]) -> Iterator[Figure]:
    asked = _each(found, lambda one: one.questions)
    yield Figure("rolebench_questions", "RoleBench questions", "count", "", asked)
    mean, best = _each(found, lambda one: one.mean), _each(found, lambda one: one.best)
    yield Figure("rolebench_rouge_l", "RoleBench ROUGE-L", "score", "higher", mean)
    yield Figure("rolebench_best", "  of the best candidate", "score", "higher", best)


def _picked(found: Sequence[Agreement | None]) -> Iterator[Figure]:
    def row(key: str, label: str, of: Callable[[Agreement], float | None]) -> Figure:
        return Figure(key, label, "share", "higher", _each(found, of))

    yield Figure("pairs", "pairs of picks", "count", "", _each(found, lambda one: one.pairs))
    yield row("picks_likelier", "the pick is likelier", lambda one: one.likelier)
    yield row("picks_likelier_token", "  a token", lambda one: one.likelier_by_token)
    yield row("picks_rewarded", "  more than with the other model", lambda one: one.rewarded)


def _agreements(results: Sequence[Results]) -> list[Agreement | None]:
    """The first model's reward is told against the second."""
    reference = results[1].preferences if len(results) > 1 else None
    first = agreement(results[0].preferences, reference or None)
    return [first, *(agreement(one.preferences, None) for one in results[1:])]


def _said(drawings: Sequence[Sequence[Drawing]], voters: Voter) -> Habits | None:
    some: Sequence[Drawing] = next((one for one in drawings if one), ())
    return habits(as_said(some), voters.speakers)


def _each(
    found: Iterable[Item | None], of: Callable[[Item], float | None]
) -> tuple[float | None, ...]:
    return tuple(None if one is None else of(one) for one in found)


def _changes(scored: Sequence[Sequence[Scored]], seed: int) -> Iterator[Change]:
    ours, theirs = scored
    lines = list(zip(ours, theirs, strict=True))

    def perplexity(of: Sequence[tuple[Scored, Scored]]) -> float:
        """The change of the perplexity a character."""
        characters = sum(len(one.example.reply) for one, _ in of)
        gained = sum(one.logprob - other.logprob for one, other in of)
        return math.exp(min(-gained / characters, 700.0)) - 1

    def accuracy(of: Sequence[tuple[Scored, Scored]]) -> float:
        return sum(one.is_right - other.is_right for one, other in of) / len(of)

    by_token = _same_tokens(lines)
    label = "perplexity a character"
    yield _change("perplexity_character", label, lines, perplexity, seed)
    if by_token:
        yield _change("perplexity", "perplexity a token", lines, by_token, seed)
    guessed = [pair for pair in lines if pair[0].candidates]
    if guessed:
        yield _change("speaker_accuracy", "who speaks, right", guessed, accuracy, seed)


def _same_tokens(
    lines: Sequence[tuple[Scored, Scored]],
) -> Callable[[Sequence[tuple[Scored, Scored]]], float] | None:
    """How the perplexity a token changes, where both models count the same tokens."""
    if any(one.tokens != other.tokens for one, other in lines):
        return None

    def change(of: Sequence[tuple[Scored, Scored]]) -> float:
        gained = sum(one.logprob - other.logprob for one, other in of)
        return math.exp(min(-gained / sum(one.tokens for one, _ in of), 700.0)) - 1

    return change


def _change(
    key: str,
    label: str,
    lines: Sequence[tuple[Scored, Scored]],
    of: Callable[[Sequence[tuple[Scored, Scored]]], float],
    seed: int,
) -> Change:
    chance = Random(seed)
    found = sorted(of(chance.choices(lines, k=len(lines))) for _ in range(RESAMPLES))
    low, high = found[round(RESAMPLES * 0.025)], found[round(RESAMPLES * 0.975) - 1]
    return Change(key, label, of(lines), low, high)
