"""The one interface that every source of text satisfies, and the values that cross it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, NamedTuple, Protocol, cast, runtime_checkable

from base.errors import KnownError
from base.extras import not_installed
from base.messages import _
from models.quiet import keep_quiet

Finish = Literal["stop", "length", "thought"]


@dataclass(frozen=True)
class Prompt:
    """A text to continue, in parts, free of any model's markup.

    Joined in order the parts are the whole text; a part that is not empty ends with a newline,
    but for the cue, after which the model writes.
    """

    stable: str
    """What does not change during a session: scene, profiles, voices."""
    history: str
    """What has been said and told, a line each, the oldest already trimmed."""
    cue: str
    """The beginning of the line to write, such as `夏娜：`."""

    @property
    def text(self) -> str:
        return self.stable + self.history + self.cue


@dataclass(frozen=True)
class Sampling:
    """How candidates are drawn. Names are those of the field; each says its neutral value."""

    n: int = 5
    """Candidates that are shown first."""
    draw: int = 0
    """Candidates drawn, of which the best `n` are shown first; 0 is as many as are worth their time
    with the model, `n` or less is `n`. A backend draws `n`."""
    temperature: float = 0.95
    """Divides the logits; 1 is neutral, 0 always takes the likeliest token."""
    top_p: float = 0.8
    """Nucleus: the likeliest tokens that together reach this probability; 1 is neutral."""
    top_k: int = 0
    """The `k` likeliest tokens; 0 is neutral."""
    min_p: float = 0.0
    """Drops tokens below this share of the likeliest one's probability; 0 is neutral."""
    typical_p: float = 1.0
    """Locally typical sampling (Meister et al. 2022); 1 is neutral."""
    repetition_penalty: float = 1.0
    """Divides the logits of tokens already seen (Keskar et al. 2019); 1 is neutral."""
    dry_multiplier: float = 0.0
    """Strength of DRY, which penalises what would prolong a repetition; 0 is neutral."""
    dry_base: float = 1.75
    """Growth of the DRY penalty a token; without effect while `dry_multiplier` is 0."""
    dry_allowed_length: int = 2
    """Length of a repetition that DRY lets pass; without effect while `dry_multiplier` is 0."""
    dry_breakers: tuple[str, ...] = ()
    """Strings across which DRY sees no repetition, such as `：` and the roles' names."""
    xtc_probability: float = 0.0
    """Chance at each token of XTC, which excludes the top choices; 0 is neutral."""
    xtc_threshold: float = 0.1
    """Tokens above this probability are top choices for XTC; above 0.5 is neutral."""
    max_tokens: int = 96
    """Longest candidate, in tokens."""
    seed: int | None = None
    """Makes a draw repeatable on one machine; `None` draws afresh each time."""
    stop: tuple[str, ...] = ()
    """Strings that end a candidate and are not part of it; none is neutral."""
    cues: tuple[str, ...] = ()
    """What begins another's line, and ends a candidate at its start, or behind the end of a
    sentence; inside one it is text."""
    grammar: str | None = None
    """A GBNF grammar that a candidate and its closing newline satisfy; a backend that cannot
    constrain ignores it, so the reader of the candidates checks them all the same."""
    logprobs: bool = False
    """Whether `End.logprob` is wanted; it may cost time."""


AT_THE_TABLE = {"dry_multiplier": 0.8}
"""What lines are drawn with that nothing else is, unless a scene or a person says otherwise; a
backend that knows no DRY draws without."""


@dataclass(frozen=True)
class End:
    """How a candidate ended, and what it cost."""

    finish: Finish
    """`stop`: by itself or at a stop string; `length`: at `max_tokens`; `thought`: what was
    shown turned out to be a thought before the line."""
    tokens: int
    """Tokens of this candidate."""
    prompt_tokens: int
    """Tokens of the prompt it continues."""
    cached_tokens: int
    """Tokens of the prompt that were not computed again."""
    logprob: float | None = None
    """Sum of the natural log-probabilities of its tokens, where asked for and known."""


class Progress(NamedTuple):
    """A sign of life: how much of the prompt has been read; the work can be stopped here."""

    done: int
    """Tokens of the prompt that have been read, those among them that were cached."""
    total: int
    """Tokens of the prompt; an estimate where the model's own tokenizer is out of reach."""


class Delta(NamedTuple):
    """What to append to a candidate, counted from zero, or how it ended: a text or an end."""

    candidate: int
    text: str = ""
    end: End | None = None


class Backend(Protocol):
    """Anything that can continue a prompt. Used by one thread at a time, but for `close`."""

    notices: list[str]
    """What a person should know of the last draws, a line each; who shows them empties it."""

    @property
    def name(self) -> str:
        """What a person calls this model."""
        ...

    @property
    def context(self) -> int:
        """Most tokens that prompt and candidate may have together."""
        ...

    def count(self, text: str) -> int:
        """Tokens of `text` in this model's own tokenizer."""
        ...

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        """Yield the candidates piece by piece. Closing the generator stops the work.

        A `Progress` comes now and then while no text does, so that it can be closed then too.
        Every candidate closes with one `Delta` that has an `end`. Raises `KnownError`.
        """
        ...

    def prefill(self, prompt: Prompt, adapter: str | None = None) -> Generator[Progress]:
        """Read the whole prompt, so that a `generate` which begins alike reads only the rest.

        Nothing is drawn. Closing the generator stops the work and keeps what was read. A backend
        that keeps nothing between requests yields nothing. Raises `KnownError`.
        """
        ...

    def close(self) -> None:
        """Free what the model holds; the backend is not used afterwards."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """A backend that can also say how likely a given text is; not every one can."""

    def score(
        self, prompt: Prompt, replies: Sequence[str], adapter: str | None = None
    ) -> list[float]:
        """The natural log-probability of each reply as what follows the prompt, to its own end.

        It is that of the model itself, before any sampling. A reply that is to be a whole line
        ends with its newline. Raises `KnownError`.
        """
        return self.score_pairs([(prompt, reply) for reply in replies], adapter)

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The same for replies that each have a prompt of their own, such as another cue.

        Prompts that begin alike cost least where they are asked together, or one after another.
        """
        ...


def scorer(backend: Backend) -> Scorer:
    """`backend` as one that scores. Raises `KnownError` where it cannot."""
    if not isinstance(backend, Scorer):
        raise KnownError(
            _(
                "{model}: it cannot tell how likely a text is; GGUF files, folders with weights, "
                "and vLLM and llama-server without ?mode=chat can",
                model=backend.name,
            )
        )
    return backend


@runtime_checkable
class Reciter(Protocol):
    """A backend that says again and again what it was given to say, and so may repeat itself."""

    recites: Literal[True]


@runtime_checkable
class Counter(Protocol):
    """A backend that counts many texts faster than one after another."""

    def counts(self, texts: Sequence[str]) -> list[int]:
        """What `Backend.count` says of each text. Raises `KnownError`."""
        ...


@runtime_checkable
class Primed(Protocol):
    """A backend where a count costs a question, and many are asked in one."""

    def prime(self, texts: Sequence[str]) -> None:
        """Count `texts` in few questions, so that `Backend.count` knows them.

        Raises `KnownError`.
        """
        ...


BACKENDS = {
    "llamacpp": "models.llamacpp.backend:LlamaCpp",
    "local": "models.local:Local",
    "scripted": "models.scripted:Scripted",
    "server": "models.server.backend:Server",
}
"""Backends by name, as `module:Class`; a class has `open(**options)`."""

EXTRAS = {"llamacpp": "starter", "local": "local"}
"""The extra of this package that brings what a backend imports."""


def open_backend(name: str, /, **options: object) -> Backend:
    """Import the backend `name` only now, since some cost seconds to import, and open it.

    Raises `KnownError` where what it needs is not installed, or it cannot be opened.
    """
    keep_quiet()
    module, __, attribute = BACKENDS[name].partition(":")
    try:
        backend = getattr(import_module(module), attribute)
    except ImportError as error:
        extra = EXTRAS.get(name)
        if extra is None or error.name is None:
            raise
        raise KnownError(
            _("backend {name}: {hint}", name=name, hint=not_installed(error.name, extra))
        ) from error
    return cast(Backend, backend.open(**options))
