"""How likely a model finds held-out lines, and whether it knows by them who speaks.

A line's likelihood under the cue of its speaker gives the perplexity. Under the cues of others it
tells who, of those at the table, the model would expect to say this.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from models.backend import Backend, Prompt, scorer
from models.train.data import Example
from scenes.data.examples.rivals import SpeakerChoices, cue_of
from scenes.evaluation.last_named import last_named

MARGIN = 8
"""Tokens kept free for what joining the parts may add."""


@dataclass(frozen=True)
class SpeakerQuestion:
    """A held-out line, and who may be taken for its speaker."""

    example: Example
    candidates: tuple[str, ...]
    """The true speaker first; empty where the line has none."""


@dataclass(frozen=True)
class ScoredLine:
    """One held-out line."""

    example: Example
    tokens: int
    """Tokens of the reply."""
    logprobs: tuple[float, ...]
    """Of the reply under the cue of each candidate, the true speaker's first."""
    candidates: tuple[str, ...]
    """Empty where nobody else could be asked for."""

    @property
    def logprob(self) -> float:
        """Under the true speaker's cue, the natural logarithm."""
        return self.logprobs[0]

    @property
    def guess(self) -> str:
        """The candidate under whose cue the reply is likeliest."""
        return self.candidates[max(range(len(self.logprobs)), key=self.logprobs.__getitem__)]

    @property
    def is_right(self) -> bool:
        return self.guess == self.candidates[0]


@dataclass(frozen=True)
class Likelihood:
    """The means over all held-out lines."""

    lines: int
    tokens: int
    characters: int
    nll: float
    """Negative log-likelihood of all replies together, in nats."""

    @property
    def perplexity(self) -> float:
        """A token; only models of one tokenizer compare."""
        return math.exp(min(self.nll / max(self.tokens, 1), 700.0))

    @property
    def by_character(self) -> float:
        """Perplexity a character, which compares across tokenizers."""
        return math.exp(min(self.nll / max(self.characters, 1), 700.0))


@dataclass(frozen=True)
class Guesses:
    """How often the true speaker is the likeliest of the candidates."""

    lines: int
    right: int
    chance: float
    """What guessing blindly among the candidates would get."""

    @property
    def accuracy(self) -> float:
        return self.right / self.lines


@dataclass(frozen=True)
class SpeakerGuesses(Guesses):
    """Who speaks, beside what is got without a model."""

    most_frequent: float
    """What always naming the most frequent of the candidates would get."""
    by_rule: float
    """What always naming the one who was named last would get."""


def chosen(examples: Sequence[Example], limit: int | None, seed: int) -> list[Example]:
    """At most `limit` examples by chance, in their order, in which they share most."""
    if limit is None or len(examples) <= limit:
        return list(examples)
    picked = sorted(Random(seed).sample(range(len(examples)), limit))
    return [examples[i] for i in picked]


def score(
    backend: Backend, adapter: str | None, questions: Iterable[SpeakerQuestion]
) -> Iterator[ScoredLine | None]:
    """Score each line in turn; None for one that is longer than the context.

    Raises `KnownError`, also for a backend that cannot score.
    """
    scores = scorer(backend)
    for question in questions:
        example, names = question.example, question.candidates
        prompts = [_with_cue(example.prompt, name) for name in names] or [example.prompt]
        prompts[0] = example.prompt
        tokens = reply_tokens(backend, example.reply)
        before = backend.count(example.prompt.stable + example.prompt.history)
        longest = before + max(backend.count(prompt.cue) for prompt in prompts)
        if longest + tokens + MARGIN > backend.context:
            yield None
            continue
        logprobs = scores.score_pairs([(prompt, example.reply) for prompt in prompts], adapter)
        yield ScoredLine(example, tokens, tuple(logprobs), names if len(names) > 1 else ())


def reply_tokens(backend: Backend, reply: str) -> int:
    """Tokens of a reply as it stands in a line, not as the beginning of a text."""
    return max(1, backend.count(f"\n{reply}") - backend.count("\n"))


def likelihood(scored: Sequence[ScoredLine]) -> Likelihood:
    """All replies under their true cues; the newline that ends one is a token and a character."""
    return Likelihood(
        lines=len(scored),
        tokens=sum(one.tokens for one in scored),
        characters=sum(len(one.example.reply) for one in scored),
        nll=-sum(one.logprob for one in scored),
    )


def guesses(scored: Sequence[ScoredLine]) -> Guesses | None:
    """Those of all lines that somebody else could have said; None where there is none."""
    guessed = [one for one in scored if one.candidates]
    if not guessed:
        return None
    return Guesses(
        lines=len(guessed),
        right=sum(one.is_right for one in guessed),
        chance=sum(1 / len(one.candidates) for one in guessed) / len(guessed),
    )


def speaker_guesses(scored: Sequence[ScoredLine], choices: SpeakerChoices) -> SpeakerGuesses | None:
    """The same beside what the most frequent candidate and the rule would get."""
    own = guesses(scored)
    if own is None:
        return None
    frequent = by_rule = 0
    for one in scored:
        if one.candidates:
            true, ranked = one.candidates[0], choices.by_frequency(one.candidates)
            frequent += ranked[0] == true
            by_rule += last_named(one.example, ranked) == true
    return SpeakerGuesses(
        own.lines, own.right, own.chance, frequent / own.lines, by_rule / own.lines
    )


def by_speaker(scored: Sequence[ScoredLine]) -> dict[str, tuple[int, int]]:
    """Lines guessed right and lines asked of each true speaker, the most frequent first."""
    lines: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in scored:
        if one.candidates:
            lines[one.candidates[0]] += 1
            right[one.candidates[0]] += one.is_right
    return {name: (right[name], count) for name, count in lines.most_common()}


def _with_cue(prompt: Prompt, name: str) -> Prompt:
    return replace(prompt, cue=cue_of(name) or prompt.cue)
