"""Continues a prompt through any OpenAI-compatible server: vLLM, llama-server, Ollama, others."""

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event as Signal
from typing import Any, Self, cast

from base.errors import KnownError
from base.messages import _, series
from base.text import one_line
from models.backend import Delta, Progress, Prompt, Sampling, Scorer
from models.chat import CHAT_TOKENS, grammar_after_cue, messages
from models.server.adapters import ServerAdapters, find_adapters
from models.server.count import ServerCounting, estimate
from models.server.dialect import Mode, sent_stops
from models.server.draw import PATHS, Connection, ServerDraw
from models.server.endpoint import Endpoint, Patience
from models.server.listing import ServedModel, find_out
from models.server.manners import THOUGHT_TOKENS, manners_of
from models.server.scoring import scoring_of

__all__ = ["Server", "estimate"]

DEFAULT_CONTEXT = 4096


class Server:
    """One model of one server.

    What it does not take is learnt from its refusals: a field is left out, a draw is split into
    several requests side by side. Stop strings and the length are looked after here as well, so
    the text is right whatever the server makes of them.
    """

    def __init__(self, endpoint: Endpoint, found: ServedModel, mode: Mode, context: int) -> None:
        self.notices: list[str] = []
        self._endpoint = endpoint
        self._model = found.model
        self._mode: Mode = mode
        self._dialect = found.dialect
        self._context = context
        self._manners = manners_of(endpoint.shown, found.model)
        if self._manners.most is None:
            self._manners.most = found.most
        self._adapters = ServerAdapters()
        self._stop = Signal()
        self._counting = ServerCounting(endpoint, found.dialect, found.model)
        self._connection = Connection(
            endpoint, self.name, mode, self._manners, self._counting, self.notices
        )

    @classmethod
    def open(
        cls,
        url: str,
        model: str | None = None,
        *,
        mode: Mode = "completions",
        context: int | None = None,
        stated_context: int | None = None,
        api_key_env: str | None = None,
        dialect: str | None = None,
        patience: Patience | None = None,
        adapters: Mapping[str, str | Path | None] | None = None,
        optional: Collection[str] = (),
    ) -> Self:
        """Ask the server at `url` what it has, and take its only model, or the one named.

        The key comes from the environment: `api_key_env`, or PAOTUAN_API_KEY; OPENAI_API_KEY is
        sent to OpenAI alone. The context is the least of what the server says, `context`, and
        `stated_context`, which its address says; 4096 where nobody says anything. The server loads
        `adapters` where it allows, and has those without a path already; of those in `optional` one
        that it has not is left out with a notice, and the model plays without it. Raises
        `KnownError`.
        """
        endpoint = Endpoint(url, api_key_env, patience or Patience())
        if mode not in PATHS:
            raise KnownError(
                _(
                    "{address}: unknown mode {mode!r}; there are {modes}",
                    address=endpoint.shown,
                    mode=one_line(str(mode), 60),
                    modes=series(PATHS),
                )
            )
        found = find_out(endpoint, model, dialect)
        limits = [size for size in (found.context, context, stated_context) if size]
        opened = cls._kind(found, mode)(endpoint, found, mode, min(limits, default=DEFAULT_CONTEXT))
        opened._adapters = find_adapters(endpoint, found, adapters or {}, optional)
        for name, why in opened._adapters.left_out.items():
            opened.notices.append(
                _("adapter {name} is left out: {why}", name=one_line(name, 60), why=why)
            )
        return opened

    @classmethod
    def _kind(cls, found: ServedModel, mode: Mode) -> type[Self]:
        """The class of a server that can score, where this one can in this mode."""
        scores = mode == "completions" and found.dialect.scores and cls is Server
        return cast(type[Self], ScoringServer) if scores else cls

    @property
    def name(self) -> str:
        plain = Path(self._model).name if self._model.endswith(".gguf") else self._model
        return one_line(plain, 60) or "model"

    @property
    def context(self) -> int:
        """Tokens of prompt and candidate; what asks a chat model for the line is taken off."""
        known = min(self._context, self._manners.context or self._context)
        return max(1, known - CHAT_TOKENS) if self._mode == "chat" else known

    @property
    def exact_count(self) -> bool:
        """Whether `count` asks the model's own tokenizer; else it is an estimate."""
        return self._counting.exact

    @property
    def draws_several(self) -> bool:
        """Whether one request draws several candidates, as far as has been seen."""
        return self._manners.most is None or self._manners.most > 1

    def count(self, text: str) -> int:
        return self._counting.count(text)

    def counts(self, texts: Sequence[str]) -> list[int]:
        self._counting.prime(texts)
        return [self._counting.count(text) for text in texts]

    def prime(self, texts: Sequence[str]) -> None:
        """Count `texts` in few requests, so that `count` knows them."""
        self._counting.prime(texts)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        """Yield the candidates piece by piece, and a sign of life now and then while none comes.

        `adapter` is one that was opened, or a name under which the server offers the model with
        it. Tokens are the server's own figures where it gives them, else its pieces are counted.
        """
        self._stop = Signal()
        draw = ServerDraw(self._connection, prompt, sampling, self._body(prompt, sampling, adapter))
        yield from draw.draw(self._stop)

    def prefill(self, prompt: Prompt, adapter: str | None = None) -> Generator[Progress]:
        """Ask for one token where the server keeps what it has read; elsewhere do nothing."""
        if not self._dialect.keeps_prompts:
            return
        self._stop = Signal()
        sampling = Sampling(n=1, max_tokens=1)
        body = self._body(prompt, sampling, adapter) | {"max_tokens": 1}
        yield from ServerDraw(self._connection, prompt, sampling, body).read(self._stop)

    def close(self) -> None:
        """Stop a draw in progress."""
        self._stop.set()

    def _body(self, prompt: Prompt, sampling: Sampling, adapter: str | None) -> dict[str, Any]:
        """The request for one candidate, as the dialect puts it."""
        chat, thinks = self._mode == "chat", self._manners.thinks
        if chat and sampling.grammar:
            sampling = replace(sampling, grammar=grammar_after_cue(sampling.grammar, prompt.cue))
        body = self._dialect.body(sampling, self._mode, self._model, self._context)
        body |= self._adapters.request(self._model, adapter)
        body["stop"] = [] if thinks else sent_stops(sampling.stop, self._mode, prompt.cue)
        if thinks:
            free = self.context - self._counting.guess(prompt.text) - sampling.max_tokens
            body["max_tokens"] += max(0, min(THOUGHT_TOKENS, free))
        if sampling.logprobs:
            body["logprobs"] = True if chat else 1
        return body | ({"messages": messages(prompt)} if chat else {"prompt": prompt.text})


class ScoringServer(Server, Scorer):
    """A server that also tells how likely a text is after a prompt."""

    def __init__(self, endpoint: Endpoint, found: ServedModel, mode: Mode, context: int) -> None:
        super().__init__(endpoint, found, mode, context)
        scoring = scoring_of(endpoint, found)
        assert scoring is not None
        self._scoring = scoring

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after its prompt, in few requests."""
        fields = self._adapters.request(self._model, adapter)
        texts = [(prompt.text, reply) for prompt, reply in pairs]
        return self._scoring.score(texts, fields, self.context)
