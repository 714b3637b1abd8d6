"""The figures of one model or two side by side, made of what `run` measured. Pure.

Models are compared on the lines that each of them could take.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

from scenes.data.examples.rivals import SpeakerChoices
from scenes.evaluation.drawing import DrawnHabits, DrawnLines, as_said, habits
from scenes.evaluation.heldout import Likelihood, ScoredLine, SpeakerGuesses, guessing, likelihood
from scenes.evaluation.picks import Agreement, agreement
from scenes.evaluation.rolebench import RoleBenchScores, rolebench_scores
from scenes.evaluation.run import ModelResults

Better = Literal["lower", "higher", ""]
Style = Literal["share", "number", "score", "count"]
RESAMPLES = 1000
"""Times that lines are drawn anew, with replacement, for an interval."""

T = TypeVar("T")


@dataclass(frozen=True)
class FigureRow:
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
class Comparison:
    """All figures of one evaluation."""

    names: tuple[str, ...]
    figures: tuple[FigureRow, ...]
    changes: tuple[Change, ...]
    scored: tuple[list[ScoredLine], ...]
    """The lines that every model scored, by model."""
    drawings: tuple[list[DrawnLines], ...]
    notices: tuple[str, ...]


def compare(results: Sequence[ModelResults], choices: SpeakerChoices, seed: int = 1) -> Comparison:
    """The figures of the models in their order; the second is what the first is held against."""
    scored = _common([one.scored for one in results])
    drawings = _common([one.drawings for one in results])
    rows = [
        *_likely([likelihood(one) if one else None for one in scored]),
        *_guessed([guessing(one, choices) for one in scored]),
        *_drawn([habits(one, choices.speakers) for one in drawings], _said(drawings, choices)),
        *_answers([rolebench_scores(one) for one in _common([one.answered for one in results])]),
        *_picked(_agreements(results)),
    ]
    return Comparison(
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


def _common(lists: Sequence[Sequence[T | None]]) -> list[list[T]]:
    """The items at the places where none of the lists has a gap; empty lists stay so."""
    there = [items for items in lists if items]
    kept = [i for i, row in enumerate(zip(*there, strict=True)) if None not in row]
    return [[one for i in kept if items and (one := items[i]) is not None] for items in lists]


def _likely(found: Sequence[Likelihood | None]) -> Iterator[FigureRow]:
    def row(key: str, label: str, style: Style, of: Callable[[Likelihood], float]) -> FigureRow:
        better: Better = "" if style == "count" else "lower"
        return FigureRow(key, label, style, better, _each(found, of))

    yield row("lines", "held-out lines", "count", lambda one: one.lines)
    yield row("tokens", "tokens of their replies", "count", lambda one: one.tokens)
    yield row("perplexity", "perplexity a token", "number", lambda one: one.perplexity)
    yield row("perplexity_character", "perplexity a character", "number", lambda o: o.by_character)


def _guessed(found: Sequence[SpeakerGuesses | None]) -> Iterator[FigureRow]:
    def row(
        key: str, label: str, better: Better, of: Callable[[SpeakerGuesses], float]
    ) -> FigureRow:
        return FigureRow(key, label, "share", better, _each(found, of))

    lines = _each(found, lambda one: one.lines)
    yield FigureRow("speaker_lines", "lines to guess the speaker of", "count", "", lines)
    yield row("speaker_accuracy", "who speaks, right", "higher", lambda one: one.accuracy)
    yield row("speaker_chance", "  by chance", "", lambda one: one.chance)
    yield row("speaker_frequent", "  the most frequent always", "", lambda one: one.most_frequent)


def _drawn(found: Sequence[DrawnHabits | None], said: DrawnHabits | None) -> Iterator[FigureRow]:
    def row(
        key: str,
        label: str,
        style: Style,
        better: Better,
        of: Callable[[DrawnHabits], float | None],
    ) -> FigureRow:
        return FigureRow(key, label, style, better, _each(found, of), of(said) if said else None)

    candidates = _each(found, lambda one: one.candidates)
    yield FigureRow("candidates", "candidates drawn", "count", "", candidates)
    yield row("well_formed", "well-formed lines", "share", "higher", lambda one: one.well_formed)
    unfinished = _each(found, lambda one: one.unfinished)
    yield FigureRow("unfinished", "cut off at the most tokens", "share", "lower", unfinished)
    yield row("names_another", "names another", "share", "", lambda one: one.names_another)
    yield row(
        "speaks_for_another", "speaks for another", "share", "lower", lambda o: o.speaks_for_another
    )
    different = _each(found, lambda one: one.distinct_1)
    yield FigureRow("distinct_1", "distinct-1", "score", "higher", different)
    different = _each(found, lambda one: one.distinct_2)
    yield FigureRow("distinct_2", "distinct-2", "score", "higher", different)
    alike = _each(found, lambda one: one.self_bleu)
    yield FigureRow("self_bleu", "self-BLEU", "score", "lower", alike)
    common = _each(found, lambda one: one.rouge_l)
    yield FigureRow("rouge_l", "ROUGE-L with the line said", "score", "higher", common)
    yield row("length", "characters a line", "number", "", lambda one: one.length)


def _answers(found: Sequence[RoleBenchScores | None]) -> Iterator[FigureRow]:
    asked = _each(found, lambda one: one.questions)
    yield FigureRow("rolebench_questions", "RoleBench questions", "count", "", asked)
    mean, best = _each(found, lambda one: one.mean), _each(found, lambda one: one.best)
    yield FigureRow("rolebench_rouge_l", "RoleBench ROUGE-L", "score", "higher", mean)
    yield FigureRow("rolebench_best", "  of the best candidate", "score", "higher", best)


def _picked(found: Sequence[Agreement | None]) -> Iterator[FigureRow]:
    def row(key: str, label: str, of: Callable[[Agreement], float | None]) -> FigureRow:
        return FigureRow(key, label, "share", "higher", _each(found, of))

    yield FigureRow("pairs", "pairs of picks", "count", "", _each(found, lambda one: one.pairs))
    yield row("picks_likelier", "the pick is likelier", lambda one: one.likelier)
    yield row("picks_likelier_token", "  a token", lambda one: one.likelier_by_token)
    yield row("picks_rewarded", "  more than with the other model", lambda one: one.rewarded)


def _agreements(results: Sequence[ModelResults]) -> list[Agreement | None]:
    """The first model's reward is told against the second."""
    reference = results[1].preferences if len(results) > 1 else None
    first = agreement(results[0].preferences, reference or None)
    return [first, *(agreement(one.preferences, None) for one in results[1:])]


def _said(drawings: Sequence[Sequence[DrawnLines]], choices: SpeakerChoices) -> DrawnHabits | None:
    some: Sequence[DrawnLines] = next((one for one in drawings if one), ())
    return habits(as_said(some), choices.speakers)


def _each(found: Iterable[T | None], of: Callable[[T], float | None]) -> tuple[float | None, ...]:
    return tuple(None if one is None else of(one) for one in found)


def _changes(scored: Sequence[Sequence[ScoredLine]], seed: int) -> Iterator[Change]:
    ours, theirs = scored
    lines = list(zip(ours, theirs, strict=True))

    def perplexity(of: Sequence[tuple[ScoredLine, ScoredLine]]) -> float:
        """The change of the perplexity a character."""
        characters = sum(len(one.example.reply) for one, _ in of)
        gained = sum(one.logprob - other.logprob for one, other in of)
        return math.exp(min(-gained / characters, 700.0)) - 1

    def accuracy(of: Sequence[tuple[ScoredLine, ScoredLine]]) -> float:
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
    lines: Sequence[tuple[ScoredLine, ScoredLine]],
) -> Callable[[Sequence[tuple[ScoredLine, ScoredLine]]], float] | None:
    """How the perplexity a token changes, where both models count the same tokens."""
    if any(one.tokens != other.tokens for one, other in lines):
        return None

    def change(of: Sequence[tuple[ScoredLine, ScoredLine]]) -> float:
        gained = sum(one.logprob - other.logprob for one, other in of)
        return math.exp(min(-gained / sum(one.tokens for one, _ in of), 700.0)) - 1

    return change


def _change(
    key: str,
    label: str,
    lines: Sequence[tuple[ScoredLine, ScoredLine]],
    of: Callable[[Sequence[tuple[ScoredLine, ScoredLine]]], float],
    seed: int,
) -> Change:
    chance = Random(seed)
    found = sorted(of(chance.choices(lines, k=len(lines))) for _ in range(RESAMPLES))
    low, high = found[round(RESAMPLES * 0.025)], found[round(RESAMPLES * 0.975) - 1]
    return Change(key, label, of(lines), low, high)
