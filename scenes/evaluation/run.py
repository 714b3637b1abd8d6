"""One model after another through the same measures, on the same lines."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from base.messages import _, _n
from models.backend import Backend, Sampling, Scorer
from models.train.data import Example
from models.train.pairs import PreferencePair
from scenes.data.examples.rivals import SpeakerChoices
from scenes.evaluation import drawing, heldout, picks, rolebench
from scenes.evaluation.drawing import DrawnLines
from scenes.evaluation.heldout import ScoredLine, SpeakerQuestion
from scenes.evaluation.picks import Preference
from scenes.evaluation.rolebench import RoleBenchPrompt, ScoredAnswers

Tell = Callable[[str, int, int], None]
"""Is told what is being measured, how many are done, and of how many."""

T = TypeVar("T")


@dataclass(frozen=True)
class EvaluationPlan:
    """What is measured."""

    lines: Sequence[Example]
    """Held-out lines to score."""
    drawn: Sequence[Example]
    """Those for which candidates are drawn."""
    choices: SpeakerChoices
    sampling: Sampling
    """How candidates are drawn."""
    voices: Sequence[SpeakerQuestion] = ()
    """Held-out lines whose speaker is to be told by the voice alone."""
    pairs: Sequence[PreferencePair] = ()
    questions: Sequence[RoleBenchPrompt] = ()


@dataclass(frozen=True)
class ModelResults:
    """What one model gave, an item for each of the plan's; None where its context was too short."""

    name: str
    scored: list[ScoredLine | None] = field(default_factory=list)
    """Empty where the model cannot score."""
    voices: list[ScoredLine | None] = field(default_factory=list)
    """Of the lines without their history; empty there too."""
    drawings: list[DrawnLines | None] = field(default_factory=list)
    preferences: list[Preference | None] = field(default_factory=list)
    answered: list[ScoredAnswers | None] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def measure(
    backend: Backend,
    adapter: str | None,
    name: str,
    plan: EvaluationPlan,
    tell: Tell = lambda *__: None,
) -> ModelResults:
    """All measures of a plan. Raises `KnownError`."""
    results = ModelResults(name)
    if isinstance(backend, Scorer):
        lines, voices, pairs = plan.lines, plan.voices, plan.pairs
        asked = (SpeakerQuestion(one, plan.choices.candidates(one)) for one in lines)
        scored = heldout.score(backend, adapter, asked)
        results.scored.extend(_counted(scored, _("lines scored"), len(lines), tell))
        heard = heldout.score(backend, adapter, voices)
        results.voices.extend(_counted(heard, _("voices scored"), len(voices), tell))
        preferred = picks.prefer(backend, adapter, pairs)
        results.preferences.extend(_counted(preferred, _("pairs scored"), len(pairs), tell))
    elif plan.lines or plan.pairs:
        results.notices.append(
            _(
                "{name}: this kind of model cannot tell how likely a text is; only what it draws "
                "is measured",
                name=name,
            )
        )
    drawings = drawing.draw(backend, adapter, plan.drawn, plan.sampling)
    results.drawings.extend(_counted(drawings, _("prompts drawn"), len(plan.drawn), tell))
    answered = rolebench.answer(backend, adapter, plan.questions, plan.sampling)
    results.answered.extend(_counted(answered, _("questions asked"), len(plan.questions), tell))
    results.notices.extend(_too_long(results, backend.context))
    results.notices.extend(dict.fromkeys(backend.notices))
    backend.notices.clear()
    return results


def _too_long(results: ModelResults, context: int) -> Iterator[str]:
    """Says what was left out since the model's context was too short for it."""
    measured: tuple[tuple[list[Any], str], ...] = (
        (results.scored, _("lines")),
        (results.voices, _("lines without their history")),
        (results.preferences, _("pairs")),
        (results.drawings, _("prompts")),
        (results.answered, _("questions")),
    )
    for items, what in measured:
        if missing := sum(one is None for one in items):
            yield _n(
                "{name}: {n} of {all} {what} is longer than its context of {context} tokens and is "
                "left out",
                "{name}: {n} of {all} {what} are longer than its context of {context} tokens and "
                "are left out",
                missing,
                name=results.name,
                all=len(items),
                what=what,
                context=context,
            )


def _counted(items: Iterable[T], what: str, count: int, tell: Tell) -> Iterable[T]:
    for done, item in enumerate(items, 1):
        tell(what, done, count)
        yield item
