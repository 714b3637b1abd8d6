"""The figures of one model or two side by side, made of what `run` measured. Pure.

Models are compared on the lines that each of them could take.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, Literal, TypeVar

from base.messages import N_
from scenes.data.examples.rivals import SpeakerChoices
from scenes.evaluation.drawing import DrawnHabits, DrawnLines, as_said, habits
from scenes.evaluation.heldout import (
    Guesses,
    Likelihood,
    ScoredLine,
    SpeakerGuesses,
    guesses,
    likelihood,
    speaker_guesses,
)
from scenes.evaluation.picks import Agreement, agreement
from scenes.evaluation.rolebench import RoleBenchScores, rolebench_scores
from scenes.evaluation.run import ModelResults

Better = Literal["lower", "higher", ""]
Style = Literal["share", "number", "score", "count"]
LinePair = tuple[ScoredLine, ScoredLine]
"""What two models gave for the same line."""
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
class ModelComparison:
    """All figures of one evaluation."""

    names: tuple[str, ...]
    figures: tuple[FigureRow, ...]
    changes: tuple[Change, ...]
    scored: tuple[list[ScoredLine], ...]
    """The lines that every model scored, by model."""
    drawings: tuple[list[DrawnLines], ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class FigureSpec(Generic[T]):
    """A row of the table, and how its value is taken from what was measured."""

    key: str
    label: str
    style: Style
    better: Better
    value: Callable[[T], float | None]

    def row(self, measured: Sequence[T | None], said: T | None = None) -> FigureRow:
        values = tuple(None if one is None else self.value(one) for one in measured)
        really_said = None if said is None or self.key in NOT_OF_SAID else self.value(said)
        return FigureRow(self.key, self.label, self.style, self.better, values, really_said)


def _of_kinds(name: str) -> Callable[[DrawnHabits], float | None]:
    return lambda one: None if one.kinds is None else float(getattr(one.kinds, name))


NOT_OF_SAID = ("candidates", "unfinished", "distinct_1", "distinct_2", "self_bleu", "rouge_l")
"""Figures of what is drawn that make no sense of the lines that were really said."""

LIKELIHOOD: Sequence[FigureSpec[Likelihood]] = (
    FigureSpec("lines", N_("held-out lines"), "count", "", lambda one: one.lines),
    FigureSpec("tokens", N_("tokens of their replies"), "count", "", lambda one: one.tokens),
    FigureSpec(
        "perplexity", N_("perplexity per token"), "number", "lower", lambda one: one.perplexity
    ),
    FigureSpec(
        "perplexity_character",
        N_("perplexity per character"),
        "number",
        "lower",
        lambda one: one.by_character,
    ),
)
SPEAKERS: Sequence[FigureSpec[SpeakerGuesses]] = (
    FigureSpec(
        "speaker_lines", N_("lines to guess the speaker of"), "count", "", lambda one: one.lines
    ),
    FigureSpec(
        "speaker_accuracy", N_("who speaks, right"), "share", "higher", lambda one: one.accuracy
    ),
    FigureSpec("speaker_chance", N_("  by chance"), "share", "", lambda one: one.chance),
    FigureSpec(
        "speaker_frequent",
        N_("  always naming the most frequent"),
        "share",
        "",
        lambda one: one.most_frequent,
    ),
    FigureSpec(
        "speaker_rule",
        N_("  by a rule without a model"),
        "share",
        "",
        lambda one: one.by_rule,
    ),
)
VOICES: Sequence[FigureSpec[Guesses]] = (
    FigureSpec(
        "voice_lines", N_("lines to guess the voice of"), "count", "", lambda one: one.lines
    ),
    FigureSpec(
        "voice_accuracy",
        N_("whose voice, without history or names"),
        "share",
        "higher",
        lambda one: one.accuracy,
    ),
    FigureSpec("voice_chance", N_("  by chance"), "share", "", lambda one: one.chance),
)
DRAWN: Sequence[FigureSpec[DrawnHabits]] = (
    FigureSpec("candidates", N_("candidates drawn"), "count", "", lambda one: one.candidates),
    FigureSpec(
        "well_formed", N_("well-formed lines"), "share", "higher", lambda one: one.well_formed
    ),
    FigureSpec(
        "unfinished", N_("cut off at the token limit"), "share", "lower", lambda one: one.unfinished
    ),
    FigureSpec("names_another", N_("names another"), "share", "", lambda one: one.names_another),
    FigureSpec(
        "speaks_for_another",
        N_("speaks for another"),
        "share",
        "lower",
        lambda one: one.speaks_for_another,
    ),
    FigureSpec("distinct_1", N_("distinct-1"), "score", "higher", lambda one: one.distinct_1),
    FigureSpec("distinct_2", N_("distinct-2"), "score", "higher", lambda one: one.distinct_2),
    FigureSpec("self_bleu", N_("self-BLEU"), "score", "lower", lambda one: one.self_bleu),
    FigureSpec(
        "rouge_l", N_("ROUGE-L with the line said"), "score", "higher", lambda one: one.rouge_l
    ),
    FigureSpec("length", N_("characters per line"), "number", "", lambda one: one.length),
    FigureSpec("actions", N_("actions"), "share", "", _of_kinds("action")),
    FigureSpec("thoughts", N_("thoughts"), "share", "", _of_kinds("thought")),
    FigureSpec(
        "speech_with_thought",
        N_("speech with a thought"),
        "share",
        "",
        _of_kinds("speech_with_thought"),
    ),
    FigureSpec("emotions", N_("with an emotion"), "share", "", _of_kinds("emotion")),
    FigureSpec(
        "commonest_emotion",
        N_("  of these the most frequent"),
        "share",
        "",
        _of_kinds("commonest_emotion"),
    ),
)
ROLEBENCH: Sequence[FigureSpec[RoleBenchScores]] = (
    FigureSpec(
        "rolebench_questions", N_("RoleBench questions"), "count", "", lambda one: one.questions
    ),
    FigureSpec(
        "rolebench_rouge_l", N_("RoleBench ROUGE-L"), "score", "higher", lambda one: one.mean
    ),
    FigureSpec(
        "rolebench_best", N_("  of the best candidate"), "score", "higher", lambda one: one.best
    ),
)
PICKS: Sequence[FigureSpec[Agreement]] = (
    FigureSpec("pairs", N_("pairs of picks"), "count", "", lambda one: one.pairs),
    FigureSpec(
        "picks_likelier", N_("the pick is likelier"), "share", "higher", lambda one: one.likelier
    ),
    FigureSpec(
        "picks_likelier_token",
        N_("  per token"),
        "share",
        "higher",
        lambda one: one.likelier_by_token,
    ),
    FigureSpec(
        "picks_rewarded",
        N_("  by a wider margin than the other model's"),
        "share",
        "higher",
        lambda one: one.rewarded,
    ),
)


def compare(
    results: Sequence[ModelResults], choices: SpeakerChoices, seed: int = 1
) -> ModelComparison:
    """The figures of the models in their order; the second is what the first is held against."""
    scored = _common([one.scored for one in results])
    voices = _common([one.voices for one in results])
    drawings = _common([one.drawings for one in results])
    said = _said(drawings, choices)
    rows = [
        *_rows(LIKELIHOOD, [likelihood(one) if one else None for one in scored]),
        *_rows(SPEAKERS, [speaker_guesses(one, choices) for one in scored]),
        *_rows(VOICES, [guesses(one) for one in voices]),
        *_rows(DRAWN, [habits(one, choices.speakers) for one in drawings], said),
        *_rows(ROLEBENCH, [rolebench_scores(o) for o in _common([o.answered for o in results])]),
        *_rows(PICKS, _agreements(results)),
    ]
    return ModelComparison(
        names=tuple(one.name for one in results),
        figures=tuple(row for row in rows if any(value is not None for value in row.values)),
        changes=tuple(_changes(scored, voices, seed)),
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
    measured = [items for items in lists if items]
    shared = [i for i, row in enumerate(zip(*measured, strict=True)) if None not in row]
    return [[one for i in shared if items and (one := items[i]) is not None] for items in lists]


def _rows(
    specs: Iterable[FigureSpec[T]], measured: Sequence[T | None], said: T | None = None
) -> Iterator[FigureRow]:
    for spec in specs:
        yield spec.row(measured, said)


def _agreements(results: Sequence[ModelResults]) -> list[Agreement | None]:
    """The first model's reward is that against the second."""
    reference = results[1].preferences if len(results) > 1 else None
    first = agreement(results[0].preferences, reference or None)
    return [first, *(agreement(one.preferences, None) for one in results[1:])]


def _said(drawings: Sequence[Sequence[DrawnLines]], choices: SpeakerChoices) -> DrawnHabits | None:
    some: Sequence[DrawnLines] = next((one for one in drawings if one), ())
    return habits(as_said(some), choices.speakers)


def _changes(
    scored: Sequence[Sequence[ScoredLine]], voices: Sequence[Sequence[ScoredLine]], seed: int
) -> Iterator[Change]:
    lines, heard = _side_by_side(scored), _side_by_side(voices)

    def perplexity(of: Sequence[LinePair]) -> float:
        """The change of the perplexity a character."""
        characters = sum(len(one.example.reply) for one, _ in of)
        gained = sum(one.logprob - other.logprob for one, other in of)
        return math.exp(min(-gained / characters, 700.0)) - 1

    def accuracy(of: Sequence[LinePair]) -> float:
        return sum(one.is_right - other.is_right for one, other in of) / len(of)

    measures = (
        ("perplexity_character", N_("perplexity per character"), lines, perplexity),
        ("perplexity", N_("perplexity per token"), lines, _same_tokens(lines)),
        ("speaker_accuracy", N_("who speaks, right"), _guessed(lines), accuracy),
        ("voice_accuracy", N_("whose voice, without history or names"), heard, accuracy),
    )
    for key, label, pairs, change in measures:
        if pairs and change:
            yield _change(key, label, pairs, change, seed)


def _side_by_side(scored: Sequence[Sequence[ScoredLine]]) -> list[LinePair]:
    """The same lines of two models; none where there is one, or where one of them has none."""
    if len(scored) != 2 or not all(scored):
        return []
    ours, theirs = scored
    return list(zip(ours, theirs, strict=True))


def _guessed(lines: Sequence[LinePair]) -> list[LinePair]:
    """Those that somebody else could have said."""
    return [pair for pair in lines if pair[0].candidates]


def _same_tokens(lines: Sequence[LinePair]) -> Callable[[Sequence[LinePair]], float] | None:
    """How the perplexity a token changes, where both models count the same tokens."""
    if any(one.tokens != other.tokens for one, other in lines):
        return None

    def change(of: Sequence[LinePair]) -> float:
        gained = sum(one.logprob - other.logprob for one, other in of)
        return math.exp(min(-gained / sum(one.tokens for one, _ in of), 700.0)) - 1

    return change


def _change(
    key: str,
    label: str,
    lines: Sequence[LinePair],
    of: Callable[[Sequence[LinePair]], float],
    seed: int,
) -> Change:
    chance = Random(seed)
    values = sorted(of(chance.choices(lines, k=len(lines))) for _ in range(RESAMPLES))
    low, high = values[round(RESAMPLES * 0.025)], values[round(RESAMPLES * 0.975) - 1]
    return Change(key, label, of(lines), low, high)
