"""Does knowledge help? Facts asked of a role, with what it knows in the prompt, and without.

Each fact has a true answer and false ones. What counts is how likely the model finds each of them
as the role's next line, and how many of the lines it draws hold the true one.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from base.declaration import Declaration, Name
from base.errors import KnownError
from base.folders import beside
from base.messages import _
from base.names import name_problem
from base.validation import check
from base.yaml_reader import read_file
from characters.knowledge import Knowledge, read_knowledge
from models.backend import Backend, Prompt, scorer
from scenes.embedding import embedder
from scenes.injection import KnowledgeInjector
from scenes.log import Entry
from scenes.note import Note
from scenes.prompt import build_prompt, history_budget
from scenes.scene import Role, Scene
from scenes.table.draw import draw_lines, drawn, line_sampling

BUNDLED = Path(__file__).parents[1] / "library" / "knowledge" / "libai.yaml"
REPLY = 24
"""Tokens of a drawn answer."""


class FactKeys(Declaration):
    """A question, its true answer and false ones."""

    ask: Name
    answer: Name
    others: Annotated[list[Name], Field(min_length=1, max_length=20)]


class FactsFile(Declaration):
    """Facts about a character of paotuan (跑团), to see whether knowledge helps."""

    title: str = ""
    role: Name
    """Who is asked."""
    profile: str = ""
    asker: Name = "来客"
    """Who asks."""
    knowledge: Name
    """The file that holds the answers: a lorebook, text, or a knowledge base."""
    facts: Annotated[list[FactKeys], Field(min_length=1, max_length=10_000)]


@dataclass(frozen=True)
class Facts:
    """A set of facts, and the table at which they are asked."""

    scene: Scene
    role: Role
    asker: str
    facts: tuple[FactKeys, ...]
    knowledge: Knowledge


@dataclass(frozen=True)
class FactAnswers:
    """How the model answers one question one way."""

    logprobs: tuple[float, ...]
    """Natural log-probabilities of the true answer, then of the others."""
    share: float | None
    """The part of the drawn lines that holds the true answer; unknown where none was drawn."""

    @property
    def margin(self) -> float:
        """How far the true answer is before the best other one; below 0 where it is behind."""
        return self.logprobs[0] - max(self.logprobs[1:])

    @property
    def probability(self) -> float:
        """The share of the true answer in the probability of all of them."""
        best = max(self.logprobs)
        parts = [math.exp(one - best) for one in self.logprobs]
        return parts[0] / sum(parts)


@dataclass(frozen=True)
class FactOutcome:
    """One fact, without knowledge and with it."""

    fact: FactKeys
    injected: tuple[Note, ...]
    """The knowledge that came up."""
    plain: FactAnswers
    informed: FactAnswers

    @property
    def holds_answer(self) -> bool:
        """Whether what was injected holds the answer."""
        return any(self.fact.answer in note.text for note in self.injected)


@dataclass(frozen=True)
class AnswerMeans:
    """The means over all facts of one way to ask."""

    accuracy: float
    """The part of the questions whose true answer is the likeliest."""
    margin: float
    probability: float
    share: float | None


def read_facts(path: Path) -> Facts:
    """The facts in a YAML file. Raises `KnownError` with a line for each problem."""
    try:
        document = read_file(path)
        keys = check(FactsFile, document)
        problems = [
            document.at((key,), problem)
            for key in ("role", "asker")
            if (problem := name_problem(getattr(keys, key)))
        ]
        file = beside(path.parent, keys.knowledge)
        if file is None:
            problems.append(document.at(("knowledge",), _("leads out of the folder of this file")))
        if problems or file is None:
            raise KnownError(*problems)
        knowledge = read_knowledge(file, embedder)
        if knowledge.problems:
            raise KnownError(*knowledge.problems)
    except KnownError as error:
        raise KnownError(*error.problems) from None
    role = Role(keys.role, profile=keys.profile)
    scene = Scene(path.stem, path, keys.title or keys.role, (role, Role(keys.asker)))
    return Facts(scene, role, keys.asker, tuple(keys.facts), knowledge)


def evaluate(backend: Backend, facts: Facts, n: int = 5, seed: int = 1) -> Iterator[FactOutcome]:
    """Each fact's outcome, `n` lines being drawn each way (none for 0).

    Raises `KnownError`, also for a backend that cannot score.
    """
    scorer(backend)
    for fact in facts.facts:
        history, notes = question_of(facts, fact, backend)
        yield FactOutcome(
            fact,
            tuple(notes),
            _answers(backend, facts, fact, history, n, seed),
            _answers(backend, facts, fact, [*history, *notes], n, seed),
        )


def question_of(facts: Facts, fact: FactKeys, backend: Backend) -> tuple[list[Entry], list[Note]]:
    """The question as a log, and the knowledge that it brings up."""
    budget = history_budget(facts.scene, backend.context, REPLY, backend.count)
    injector = KnowledgeInjector(facts.scene, budget, backend.count, facts.asker)
    history = [Entry("speech", fact.ask, facts.asker)]
    injector.add(history)
    return history, injector.notes_for(facts.role, facts.knowledge)


def answer_means(answers: Sequence[FactAnswers]) -> AnswerMeans:
    """The means of `answers`, of which there is at least one."""
    shares = [one.share for one in answers if one.share is not None]
    return AnswerMeans(
        accuracy=_mean([one.margin > 0 for one in answers]),
        margin=_mean([one.margin for one in answers]),
        probability=_mean([one.probability for one in answers]),
        share=_mean(shares) if shares else None,
    )


def _answers(
    backend: Backend, facts: Facts, fact: FactKeys, history: Sequence[Entry], n: int, seed: int
) -> FactAnswers:
    prompt = _prompt(backend, facts, history)
    replies = [f"{answer}\n" for answer in (fact.answer, *fact.others)]
    logprobs = tuple(scorer(backend).score(prompt, replies))
    return FactAnswers(logprobs, _share(backend, facts, fact, history, n, seed) if n else None)


def _prompt(backend: Backend, facts: Facts, history: Sequence[Entry]) -> Prompt:
    return build_prompt(facts.scene, history, facts.role, backend.context, REPLY, backend.count)


def _share(
    backend: Backend, facts: Facts, fact: FactKeys, history: Sequence[Entry], n: int, seed: int
) -> float:
    """The part of `n` drawn lines that holds the true answer, a place given up counting as one."""
    sampling: dict[str, Any] = {"n": n, "max_tokens": REPLY, "seed": seed}
    wanted = line_sampling(facts.scene, facts.role, sampling)
    with closing(draw_lines(backend, facts.scene, history, facts.role, wanted)) as updates:
        lines = drawn(updates)
    wanted_words = fact.answer.strip("《》")
    return sum(wanted_words in one.entry.text + one.entry.thought for one in lines) / n


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
