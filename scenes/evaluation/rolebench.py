"""RoleBench: questions to roles and the answers of its authors' models, by ROUGE-L.

Wang et al. 2023 (RoleLLM) compare words; here characters are compared, as `overlap` says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from models.backend import Backend, Prompt, Sampling
from scenes.data.rolebench import Bench, candidates, read_bench
from scenes.evaluation.drawing import raw_lines
from scenes.evaluation.overlap import rouge_l


@dataclass(frozen=True)
class RoleBenchPrompt:
    """What a role is asked, as at the table, and answers to compare with."""

    prompt: Prompt
    answers: tuple[str, ...]


@dataclass(frozen=True)
class ScoredAnswers:
    """The ROUGE-L of each candidate for one question."""

    question: RoleBenchPrompt
    candidates: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class RoleBenchScores:
    """The means over all questions."""

    questions: int
    mean: float
    """ROUGE-L of a candidate."""
    best: float
    """That of the best candidate of each draw."""


def read_prompts(path: Path, most: int, seed: int) -> list[RoleBenchPrompt]:
    """At most `most` questions of a file of RoleBench, by chance. Raises `KnownError`."""
    bench = read_bench([path])
    answered = [one for one in bench.questions if one.answers]
    some = Random(seed).sample(answered, min(most, len(answered)))
    return [
        RoleBenchPrompt(Prompt(drawn["stable"], drawn["history"], drawn["cue"]), one.answers)
        for drawn, one in zip(candidates(Bench(some), {}), some, strict=True)
    ]


def answer(
    backend: Backend, adapter: str | None, questions: Sequence[RoleBenchPrompt], sampling: Sampling
) -> Iterator[ScoredAnswers | None]:
    """Let each role answer in turn; None for a question that is longer than the context."""
    for question in questions:
        if backend.count(question.prompt.text) + sampling.max_tokens >= backend.context:
            yield None
            continue
        drawn = raw_lines(backend, adapter, question.prompt, sampling)
        texts = tuple(raw.text.strip() for raw in drawn)
        yield ScoredAnswers(question, texts, tuple(rouge_l(one, question.answers) for one in texts))


def rolebench_scores(answered: Sequence[ScoredAnswers]) -> RoleBenchScores | None:
    """The means over all questions; None where there is none."""
    if not answered:
        return None
    count = len(answered)
    return RoleBenchScores(
        questions=count,
        mean=sum(sum(one.scores) / len(one.scores) for one in answered) / count,
        best=sum(max(one.scores) for one in answered) / count,
    )
