"""RoleBench: questions to roles and the answers of its authors' models, by ROUGE-L.

Wang et al. 2023 (RoleLLM) compare words; here characters are compared, as `overlap` says.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.backend import Backend, Sampling
from scenes.errors import SceneError
from scenes.evaluation.drawing import raw_lines
from scenes.evaluation.overlap import rouge_l
from scenes.log import LONGEST_NAME, Entry
from scenes.prompt import build_prompt
from scenes.scene import Role, Scene

ASKER = "来客"
"""Who asks."""
LONGEST = 1 << 20
"""Characters of a line; a longer one is no question."""


@dataclass(frozen=True)
class Question:
    """What a role is asked, and answers to compare with."""

    role: str
    ask: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """The ROUGE-L of each candidate for one question."""

    question: Question
    candidates: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Answering:
    """The means over all questions."""

    questions: int
    mean: float
    """ROUGE-L of a candidate."""
    best: float
    """That of the best candidate of each draw."""


def read_questions(path: Path) -> list[Question]:
    """RoleBench's `{"role", "question", "generated"}`, one a line. Raises `SceneError`."""
    try:
        with path.open(encoding="utf-8") as file:
            found = [
                _question(line, f"{path}:{number}")
                for number, line in enumerate(file, 1)
                if line.strip()
            ]
    except UnicodeDecodeError as error:
        raise SceneError(f"{path}: not UTF-8; write it as UTF-8") from error
    except OSError as error:
        raise SceneError(f"{path}: not readable ({error.strerror}); check the path") from error
    if not found:
        raise SceneError(f"{path}: empty, expected RoleBench's questions, one a line")
    return found


def answer(
    backend: Backend, adapter: str | None, questions: Sequence[Question], sampling: Sampling
) -> Iterator[Answered]:
    """Let each role answer in turn, as at the table. Raises `SceneError` and `ModelError`."""
    for question in questions:
        role = Role(question.role)
        scene = Scene("rolebench", Path("rolebench"), question.role, (role, Role(ASKER)))
        history = [Entry("speech", question.ask, ASKER)]
        prompt = build_prompt(
            scene, history, role, backend.context, sampling.max_tokens, backend.count
        )
        drawn = raw_lines(backend, adapter, prompt, replace(sampling, stop=("\n",)))
        texts = tuple(raw.text.strip() for raw in drawn)
        scores = tuple(rouge_l(text, question.answers) for text in texts)
        yield Answered(question, texts, scores)


def answering(answered: Sequence[Answered]) -> Answering | None:
    """The means over all questions; None where there is none."""
    if not answered:
        return None
    count = len(answered)
    return Answering(
        questions=count,
        mean=sum(sum(one.scores) / len(one.scores) for one in answered) / count,
        best=sum(max(one.scores) for one in answered) / count,
    )


def _question(line: str, where: str) -> Question:
    try:
        value: Any = json.loads(line) if len(line) <= LONGEST else None
    except (ValueError, RecursionError) as error:
        raise SceneError(f"{where}: no JSON, expected role, question and generated") from error
    value = value if isinstance(value, dict) else {}
    role, ask, answers = (value.get(key) for key in ("role", "question", "generated"))
    told = isinstance(role, str) and isinstance(ask, str) and isinstance(answers, list)
    if not told or not answers or not all(isinstance(one, str) for one in answers):
        raise SceneError(f"{where}: expected role, question and generated (a list of answers)")
    if not 0 < len(role) <= LONGEST_NAME or not ask.strip():
        raise SceneError(f"{where}: role or question is empty or too long")
    return Question(role, ask.strip(), tuple(answers))
