"""One model after another through the same measures, on the same lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from base.messages import _
from models.backend import Backend, Sampling, Scorer
from models.train.data import Example
from models.train.pairs import Pair
from scenes.data.examples.rivals import SpeakerChoices
from scenes.evaluation import drawing, heldout, picks, rolebench
from scenes.evaluation.drawing import DrawnLines
from scenes.evaluation.heldout import ScoredLine
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
    pairs: Sequence[Pair] = ()
    questions: Sequence[RoleBenchPrompt] = ()


@dataclass(frozen=True)
class ModelResults:
    """What one model gave, an item for each of the plan's; None where its context was too short."""

    name: str
    scored: list[ScoredLine | None] = field(default_factory=list)
    """Empty where the model cannot score."""
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
    """All measures of a plan. Raises `KnownError` and `KnownError`."""
    found = ModelResults(name)
    if isinstance(backend, Scorer):
        lines, pairs = plan.lines, plan.pairs
        scored = heldout.score(backend, adapter, lines, plan.choices)
        found.scored.extend(_told(scored, "lines scored", len(lines), tell))
        preferred = picks.prefer(backend, adapter, pairs)
        found.preferences.extend(_told(preferred, "pairs scored", len(pairs), tell))
    elif plan.lines or plan.pairs:
        found.notices.append(
            _(
                "{name}: this kind of model cannot tell how likely a text is; only what it "
                "draws is measured",
                name=name,
            )
        )
    drawings = drawing.draw(backend, adapter, plan.drawn, plan.sampling)
    found.drawings.extend(_told(drawings, "prompts drawn", len(plan.drawn), tell))
    answered = rolebench.answer(backend, adapter, plan.questions, plan.sampling)
    found.answered.extend(_told(answered, "questions asked", len(plan.questions), tell))
    measured: tuple[tuple[list[Any], str], ...] = (
        (found.scored, "lines"),
        (found.preferences, "pairs"),
        (found.drawings, "prompts"),
        (found.answered, "questions"),
    )
    for items, what in measured:
        if left_out := sum(one is None for one in items):
            found.notices.append(
                _(
                    "{name}: {left_out} of {items} {what} are longer than its context of "
                    "{context} tokens and left out",
                    name=name,
                    left_out=left_out,
                    items=len(items),
                    what=what,
                    context=backend.context,
                )
            )
    found.notices.extend(dict.fromkeys(backend.notices))
    backend.notices.clear()
    return found


def _told(items: Iterable[T], what: str, count: int, tell: Tell) -> Iterable[T]:
    for done, item in enumerate(items, 1):
        tell(what, done, count)
        yield item
