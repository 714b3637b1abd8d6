"""Continues a prompt through any OpenAI-compatible server: vLLM, llama-server, Ollama, others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Signal
from typing import Any, Self, cast

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.backend import Delta, Prompt, Sampling
from models.chat import CHAT_TOKENS, grammar_after_cue, messages
from models.server.adapters import Adapters, find_adapters
from models.server.count import Counting, estimate
from models.server.dialect import DIALECTS, Mode, sent_stops
from models.server.endpoint import Endpoint, Patience
from models.server.event import Event
from models.server.failure import Refused, other_mode
from models.server.listing import Found, find_out, offered
from models.server.manners import THOUGHT_TOKENS, manners_of
from models.server.rows import Row
from models.server.scoring import scoring_of
from models.stream_from_thread import pieces

__all__ = ["Server", "estimate", "offered"]

PATHS: dict[Mode, str] = {"completions": "/completions", "chat": "/chat/completions"}
DEFAULT_CONTEXT = 4096
REFUSALS = 16
"""Fields that a request is mended by before it is given up."""
SURPLUS = 200
"""Pieces of text in a row, for candidates that have ended, after which no other is waited for."""
USAGE_WAIT = 0.5
"""Seconds in which a server may tell the tokens of a prompt after all candidates have ended."""

Put = Callable[[Delta], None]


class Server:
    """One model of one server.

    What it does not take is learnt from its refusals: a field is left out, a draw is split into
    several requests side by side. Stop strings and the length are looked after here as well, so
    the text is right whatever the server makes of them.
    """

    def __init__(self, endpoint: Endpoint, found: Found, mode: Mode, context: int) -> None:
        self.notices: list[str] = []
        self._endpoint = endpoint
        self._model = found.model
        self._mode: Mode = mode
        self._dialect = found.dialect
        self._context = context
        self._manners = manners_of(endpoint.shown, found.model)
        if self._manners.most is None:
            self._manners.most = found.most
        self._adapters = Adapters()
        self._stop = Signal()
        self._counting = Counting(endpoint, found.dialect, found.model)

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
        adapters: Mapping[str, str | Path] | None = None,
        optional: Collection[str] = (),
    ) -> Self:
        """Ask the server at `url` what it has, and take its only model, or the one named.

        The key comes from the environment: `api_key_env`, or PAOTUAN_API_KEY; OPENAI_API_KEY is
        sent to OpenAI alone. The context is the least of what the server says, `context`, and
        `stated_context`, which its address says; 4096 where nobody says anything. The server loads
        `adapters` where it allows; of those in `optional` one that it has not is left out with a
        notice, and the model plays without it. Raises `KnownError`.
        """
        endpoint = Endpoint(url, api_key_env, patience or Patience())
        if mode not in PATHS:
            raise KnownError(
                _(
                    "{shown}: unknown mode {mode!r}; there are {PATHS}",
                    shown=endpoint.shown,
                    mode=one_line(str(mode), 60),
                    PATHS=" and ".join(PATHS),
                )
            )
        if dialect is not None and dialect not in DIALECTS:
            raise KnownError(
                _(
                    "{shown}: unknown dialect {dialect!r}; there are {DIALECTS}",
                    shown=endpoint.shown,
                    dialect=one_line(dialect, 60),
                    DIALECTS=", ".join(DIALECTS),
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
    def _kind(cls, found: Found, mode: Mode) -> type[Self]:
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
    ) -> Generator[Delta]:
        """Yield the candidates piece by piece; an empty piece now and then while none comes.

        `adapter` is one that was opened, or a name under which the server offers the model with
        it. Tokens are the server's own figures where it gives them, else its pieces are counted.
        """
        self._stop = Signal()
        draw = _Draw(
            [self._row(sampling, prompt) for __ in range(sampling.n)],
            prompt,
            self._body(prompt, sampling, adapter),
        )

        def work(put: Put, stop: Signal) -> None:
            self._run(draw, put, stop)

        stream = pieces(work, self._stop)
        try:
            for delta in stream:
                if delta is not None:
                    yield delta
                elif open_rows := [at for at, row in enumerate(draw.rows) if not row.ended]:
                    yield Delta(open_rows[0])
        finally:
            stream.close()
        if not all(row.ended for row in draw.rows):
            raise KnownError(_("{name}: the draw was stopped before its end", name=self.name))

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

    def _row(self, sampling: Sampling, prompt: Prompt) -> Row:
        """A candidate; of one that may think first nothing is shown before it has."""
        return Row(sampling, prompt.cue, self._mode == "chat" or self._manners.thinks)

    def _run(self, draw: "_Draw", put: Put, stop: Signal) -> None:
        """Make the requests of a draw in an event loop of this thread, until done or `stop`."""

        async def until_stopped() -> None:
            work = asyncio.create_task(self._rounds(draw, put))
            while not work.done():
                if stop.is_set():
                    work.cancel()
                await asyncio.wait([work], timeout=0.05)
            with suppress(asyncio.CancelledError):
                work.result()

        asyncio.run(until_stopped())

    async def _rounds(self, draw: "_Draw", put: Put) -> None:
        """Draw all rows; those that a request for several left out, one by one."""
        await self._side_by_side(draw, range(len(draw.rows)), put)
        missing = [at for at, row in enumerate(draw.rows) if not row.begun]
        if missing and len(missing) < len(draw.rows):
            self._manners.most = 1
            for at in missing:
                draw.rows[at] = self._row(draw.rows[at].sampling, draw.prompt)
            await self._side_by_side(draw, missing, put)
        if any(not row.ended for row in draw.rows):
            raise KnownError(
                _("{shown}: the answer broke off; try again", shown=self._endpoint.shown)
            )
        if any(row.broken for row in draw.rows):
            self._note_thoughts(draw)
        if any(row.finish == "thought" for row in draw.rows):
            self._manners.thinks = True

    async def _side_by_side(self, draw: "_Draw", rows: Sequence[int], put: Put) -> None:
        """Draw `rows` in requests of as many as the server takes in one."""
        size = self._manners.most or len(rows)
        try:
            async with asyncio.TaskGroup() as group:
                for first in range(0, len(rows), size):
                    group.create_task(self._mended(draw, rows[first : first + size], put))
        except* KnownError as errors:
            raise errors.exceptions[0] from None

    async def _mended(self, draw: "_Draw", rows: Sequence[int], put: Put) -> None:
        """Draw `rows` in one request, mended as long as the server names what it does not take."""
        for __ in range(REFUSALS):
            body = dict(draw.body) | ({"n": len(rows)} if len(rows) > 1 else {})
            if "seed" in body:
                body["seed"] += rows[0]
            fitted = self._manners.fitted(body)
            try:
                return await self._request(draw, rows, fitted, put)
            except Refused as refused:
                if other := other_mode(self._mode, refused.status, refused.body):
                    raise KnownError(f"{refused}; {other}") from None
                lines = self._manners.learn(fitted, refused.status, refused.body)
                if not lines or any(draw.rows[at].begun for at in rows):
                    raise
            for line in lines:
                self.notices += self._manners.tell(f"{self.name}: {line}")
            if len(rows) > (self._manners.most or len(rows)):
                return await self._side_by_side(draw, rows, put)
        raise KnownError(
            _("{shown}: refuses each request for another reason", shown=self._endpoint.shown)
        )

    async def _request(
        self, draw: "_Draw", rows: Sequence[int], body: dict[str, Any], put: Put
    ) -> None:
        """Draw `rows` with the request `body`, as far as the server draws them."""
        latest, surplus = Event(), 0
        events = self._endpoint.events(PATHS[self._mode], body)
        try:
            async for event in events:
                latest = event
                needed = self._take(draw, rows, event, put)
                ended = [draw.rows[at].ended for at in rows]
                surplus = 0 if needed else surplus + (event.says and any(ended))
                if all(ended) or surplus > SURPLUS:
                    break
            if all(draw.rows[at].finished for at in rows):
                latest = await self._usage(draw, latest, events)
        finally:
            for at in draw.held & set(rows):
                self._put(draw, at, "", latest, put)
            await _aclose(events)
        for at in rows:
            row = draw.rows[at]
            if latest.done and row.begun and not row.ended and (row.pieces or row.thought):
                self._put(draw, at, row.end(cut=not row.pieces), latest, put)
            elif row.begun and not row.ended:
                raise KnownError(
                    _("{shown}: the answer broke off; try again", shown=self._endpoint.shown)
                )

    def _take(self, draw: "_Draw", rows: Sequence[int], event: Event, put: Put) -> bool:
        """Give each candidate what an event has of it; whether it was for one still open."""
        taken = False
        for choice in event.choices:
            if choice.index >= len(rows):
                continue
            at = rows[choice.index]
            row = draw.rows[at]
            if row.ended:
                row.finished = row.finished or bool(choice.finish)
                continue
            shown, taken = row.take(choice), True
            last = all(draw.rows[each].finished for each in rows)
            if last and "stream_options" in draw.body and event.cached_tokens is None:
                draw.held.add(at)
                put(Delta(at, shown))
            else:
                self._put(draw, at, shown, event, put)
        return taken

    def _put(self, draw: "_Draw", at: int, shown: str, event: Event, put: Put) -> None:
        row = draw.rows[at]
        if shown:
            put(Delta(at, shown))
        if row.ended:
            guessed = self._counting.guess(draw.prompt.text)
            put(Delta(at, end=row.cost(event, len(draw.rows) == 1, guessed)))

    async def _usage(self, draw: "_Draw", latest: Event, events: AsyncIterator[Event]) -> Event:
        """What the server tells of the whole answer, behind it; estimates are corrected by it."""
        if "stream_options" not in draw.body and self._counting.exact:
            return latest
        following = latest
        with suppress(TimeoutError):
            async with asyncio.timeout(USAGE_WAIT):
                while not following.done and following.cached_tokens is None:
                    following = await anext(events, Event(done=True))
                    latest = latest if following.prompt_tokens is None else following
        if latest.prompt_tokens:
            self._counting.learn(draw.prompt.text, latest.prompt_tokens)
        return latest

    def _note_thoughts(self, draw: "_Draw") -> None:
        """Tell that a model thought instead of answering; it gets more room the next time."""
        room = draw.body["max_tokens"]
        self.notices += self._manners.tell(
            f"{self.name}: it thinks before it answers, and that took all of its {room} tokens; "
            f"it is given {THOUGHT_TOKENS} more from now on, and is slower for it; "
            "a model that does not think, or a server that switches it off, answers at once"
        )
        self._manners.thinks = True


class ScoringServer(Server):
    """A server that also tells how likely a text is after a prompt."""

    def __init__(self, endpoint: Endpoint, found: Found, mode: Mode, context: int) -> None:
        super().__init__(endpoint, found, mode, context)
        scoring = scoring_of(endpoint, found)
        assert scoring is not None
        self._scoring = scoring

    def score(
        self, prompt: Prompt, replies: Sequence[str], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after the prompt."""
        return self.score_pairs([(prompt, reply) for reply in replies], adapter)

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after its prompt, in few requests."""
        fields = self._adapters.request(self._model, adapter)
        texts = [(prompt.text, reply) for prompt, reply in pairs]
        return self._scoring.score(texts, fields, self.context)


@dataclass(frozen=True)
class _Draw:
    """The candidates of one draw, and the request for one of them."""

    rows: list[Row]
    prompt: Prompt
    body: dict[str, Any]
    held: set[int] = field(default_factory=set)
    """Candidates whose end is told when the server has told what the draw cost."""


async def _aclose(events: AsyncIterator[Any]) -> None:
    if (close := getattr(events, "aclose", None)) is not None:
        await close()
