"""Continues a prompt through any OpenAI-compatible server: vLLM, llama-server, Ollama, others."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any, Literal, Self

from rapidfuzz import process

from models.backend import Delta, End, Finish, Prompt, Sampling
from models.background import pieces
from models.chat import EchoFilter, messages
from models.dialect import DIALECTS, Dialect, by_owner
from models.endpoint import Endpoint, Patience
from models.errors import ModelError
from models.stops import StopScanner

Mode = Literal["completions", "chat"]
PATHS: dict[Mode, str] = {"completions": "/completions", "chat": "/chat/completions"}
DEFAULT_CONTEXT = 4096
WORD = re.compile(r"[A-Za-z0-9]+| +")


class Server:
    """One model of one server.

    Where the server does not honour `n`, which is seen at the first draw and kept in mind, the
    other candidates are requested side by side. Stop strings are sent and looked for here as
    well, so the text is right whatever the server makes of them.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        mode: Mode,
        dialect: Dialect,
        context: int,
        exact: bool,
    ) -> None:
        self.notices: list[str] = []
        self._left_out: set[str] = set()
        self._endpoint = endpoint
        self._model = model
        self._mode = mode
        self._dialect = dialect
        self._context = context
        self._exact = exact
        self._honours_n = dialect.honours_n
        self._stop = Event()
        self._count = lru_cache(maxsize=8192)(self._tokenize if exact else estimate)

    @classmethod
    def open(
        cls,
        url: str,
        model: str | None = None,
        *,
        mode: Mode = "completions",
        context: int | None = None,
        api_key_env: str | None = None,
        dialect: str | None = None,
        patience: Patience | None = None,
        optional: Collection[str] = (),
    ) -> Self:
        """Ask the server at `url` what it has, and take its only model, or the one named.

        The key comes from the environment: `api_key_env`, or PAOTUAN_API_KEY; OPENAI_API_KEY is
        sent to OpenAI alone. `context` is what the server says, or 4096. Of the adapters
        in `optional` those that the server does not list are left out with a notice, and the
        model plays without them. Raises `ModelError`.
        """
        if mode not in PATHS:
            raise ModelError(f"{url}: unknown mode {mode!r}; there are {' and '.join(PATHS)}")
        if dialect is not None and dialect not in DIALECTS:
            raise ModelError(f"{url}: unknown dialect {dialect!r}; there are {', '.join(DIALECTS)}")
        endpoint = Endpoint(url, api_key_env, patience or Patience())
        entries = _listed(endpoint, model)
        entry = _choose(endpoint, model, entries)
        spoken = DIALECTS[dialect] if dialect else by_owner(entry.get("owned_by"))
        found = _context(endpoint, entry, spoken)
        limits = [size for size in (found, context) if size]
        exact = spoken.can_tokenize and _tokens(endpoint, spoken, entry["id"], "好") is not None
        opened = cls(
            endpoint, entry["id"], mode, spoken, min(limits, default=DEFAULT_CONTEXT), exact
        )
        for name in optional if entries is not None else ():
            if name not in (entries or ()):
                opened._left_out.add(name)
                opened.notices.append(
                    f"adapter {name} is left out: {endpoint.shown} offers no model of that name"
                )
        return opened

    @property
    def name(self) -> str:
        return Path(self._model).name if self._model.endswith(".gguf") else self._model

    @property
    def context(self) -> int:
        return self._context

    @property
    def exact_count(self) -> bool:
        """Whether `count` asks the model's own tokenizer; else it is `estimate`."""
        return self._exact

    def count(self, text: str) -> int:
        return self._count(text)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        """Yield the candidates piece by piece; an empty piece now and then while none comes.

        `adapter` is the name under which the server offers the model with it, as vLLM does.
        Tokens are the server's own figures where it gives them, else its pieces are counted.
        """
        self._stop = Event()
        draw = _Draw(
            [_Row(sampling, prompt.cue, self._mode) for _ in range(sampling.n)],
            self._body(prompt, sampling, adapter),
            self.count(prompt.text),
        )

        def work(put: Callable[[Delta], None], stop: Event) -> None:
            self._run(draw, put, stop)

        stream = pieces(work, self._stop)
        try:
            for delta in stream:
                waiting = Delta(next((at for at, row in enumerate(draw.rows) if not row.ended), 0))
                yield delta or waiting
        finally:
            stream.close()
        if not all(row.ended for row in draw.rows):
            raise ModelError(f"{self._model}: the draw was stopped before its end")

    def close(self) -> None:
        """Stop a draw in progress and the connection."""
        self._stop.set()
        self._endpoint.close()

    def _body(self, prompt: Prompt, sampling: Sampling, adapter: str | None) -> dict[str, Any]:
        model = adapter if adapter and adapter not in self._left_out else self._model
        body = self._dialect.body(sampling) | {"model": model}
        if sampling.logprobs:
            body["logprobs"] = 1 if self._mode == "completions" else True
        if self._mode == "completions":
            return body | {"prompt": prompt.text}
        return body | {"messages": messages(prompt)}

    def _run(self, draw: "_Draw", put: Callable[[Delta], None], stop: Event) -> None:
        """Make the requests of a draw in an event loop of this thread, until done or `stop`."""

        async def until_stopped() -> None:
            work = asyncio.create_task(self._draw(draw, put))
            while not work.done():
                if stop.is_set():
                    work.cancel()
                await asyncio.wait([work], timeout=0.05)
            with suppress(asyncio.CancelledError):
                work.result()

        asyncio.run(until_stopped())

    async def _draw(self, draw: "_Draw", put: Callable[[Delta], None]) -> None:
        n = len(draw.rows)
        first = n if self._honours_n is not False else 1
        if first == n > 1:
            seen = await self._request(draw, range(n), put)
            if self._honours_n is None and seen:
                self._honours_n = seen != {0}
            missing = [at for at in range(n) if at not in seen]
            if missing and 0 not in seen:
                raise ModelError(f"{self._endpoint.shown}: answered with no candidate at all")
        else:
            missing = list(range(n))
        try:
            async with asyncio.TaskGroup() as group:
                for at in missing:
                    group.create_task(self._request(draw, range(at, at + 1), put))
        except* ModelError as errors:
            raise errors.exceptions[0] from None

    async def _request(self, draw: "_Draw", rows: range, put: Callable[[Delta], None]) -> set[int]:
        """Draw `rows` in one request; return those of them that the server drew."""
        body = dict(draw.body)
        if len(rows) > 1:
            body["n"] = len(rows)
        if "seed" in body:
            body["seed"] += rows.start
        seen: set[int] = set()
        events = self._endpoint.events(PATHS[self._mode], body)
        try:
            async for event in events:
                for at, delta in _choices(draw, rows, event):
                    seen.add(at)
                    if delta is not None:
                        put(delta._replace(candidate=at))
                if all(draw.rows[at].ended for at in rows):
                    break
        finally:
            await _aclose(events)
        if any(not draw.rows[at].ended for at in (seen or {rows.start})):
            raise ModelError(f"{self._endpoint.shown}: the answer broke off; try again")
        return seen

    def _tokenize(self, text: str) -> int:
        tokens = _tokens(self._endpoint, self._dialect, self._model, text)
        if tokens is None:
            raise ModelError(f"{self._endpoint.shown}: no longer counts tokens; is it running?")
        return tokens


@dataclass
class _Row:
    """One candidate on its way."""

    sampling: Sampling
    cue: str
    mode: Mode
    ended: bool = False
    tokens: int = 0
    logprob: float | None = None
    scanner: StopScanner = field(init=False)
    echo: EchoFilter | None = field(init=False)

    def __post_init__(self) -> None:
        self.scanner = StopScanner(self.sampling.stop)
        self.echo = EchoFilter(self.cue) if self.mode == "chat" else None

    def push(self, text: str) -> str:
        return self.scanner.push(self.echo.push(text) if self.echo else text)

    def flush(self) -> str:
        rest = self.scanner.push(self.echo.flush()) if self.echo else ""
        return rest + self.scanner.flush()


@dataclass(frozen=True)
class _Draw:
    """The candidates of one draw, the request for them, and the prompt's length in tokens."""

    rows: Sequence[_Row]
    body: dict[str, Any]
    prompt_tokens: int


def _choices(draw: _Draw, rows: range, event: dict[str, Any]) -> Iterator[tuple[int, Delta | None]]:
    """What an event appends to which candidate; `None` where it only names the candidate."""
    choices = event.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        index = choice.get("index", 0) if isinstance(choice, dict) else -1
        if index not in range(len(rows)) or draw.rows[rows[index]].ended:
            continue
        at = rows[index]
        row = draw.rows[at]
        yield at, None
        text = _text(choice)
        row.tokens += bool(text)
        _add_logprob(row, choice.get("logprobs"))
        if shown := row.push(text):
            yield at, Delta(at, shown)
        reason = choice.get("finish_reason")
        if reason or row.scanner.stopped:
            if rest := row.flush():
                yield at, Delta(at, rest)
            cut = reason == "length" and not row.scanner.stopped
            row.ended = True
            yield at, Delta(at, end=_end(draw, row, event, "length" if cut else "stop"))


def _text(choice: dict[str, Any]) -> str:
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else choice.get("text")
    return text if isinstance(text, str) else ""


def _add_logprob(row: _Row, found: object) -> None:
    """Add what a chunk says of its tokens: a list of entries, or OpenAI's older parallel lists."""
    if not row.sampling.logprobs or not isinstance(found, dict):
        return
    entries = found.get("content") or []
    values = [entry.get("logprob") for entry in entries] or found.get("token_logprobs") or []
    row.logprob = sum((float(v) for v in values if v is not None), row.logprob or 0.0)


def _end(draw: _Draw, row: _Row, event: dict[str, Any], finish: Finish) -> End:
    usage = event.get("usage") or {}
    cached = (event.get("timings") or {}).get("cache_n")
    if cached is None:
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    alone = len(draw.rows) == 1 or "timings" in event
    return End(
        finish=finish,
        tokens=(usage.get("completion_tokens") if alone else None) or row.tokens,
        prompt_tokens=usage.get("prompt_tokens") or draw.prompt_tokens,
        cached_tokens=cached or 0,
        logprob=row.logprob,
    )


def estimate(text: str) -> int:
    """A guess on the safe side: a token a character, but for Latin words, a token for three."""
    words = WORD.findall(text)
    return len(text) - sum(map(len, words)) + sum(-(-len(word.strip()) // 3) for word in words)


Entries = dict[str, dict[str, Any]]
"""What a server has, by name."""


def offered(endpoint: Endpoint, model: str | None) -> dict[str, Any]:
    """The server's entry for its only model, or for the one named. Raises `ModelError`."""
    return _choose(endpoint, model, _listed(endpoint, model))


def _listed(endpoint: Endpoint, model: str | None) -> Entries | None:
    """What the server lists; `None` where it lists nothing, and `model` is named."""
    answer = endpoint.get("/models")
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code in (404, 405, 501) and model and kind != "text/html":
        return None
    if not answer.is_success or kind == "text/html":
        raise ModelError(endpoint.refusal(answer.status_code, kind, answer.content[:4096]))
    return _entries(endpoint, answer.content)


def _choose(endpoint: Endpoint, model: str | None, entries: Entries | None) -> dict[str, Any]:
    """The server's entry for `model`, or for its only model."""
    if entries is None:
        return {"id": model}
    if model in entries:
        return entries[model]
    if model is None and len(entries) == 1:
        return next(iter(entries.values()))
    if model is None:
        some = ", ".join(list(entries)[:5]) or "none"
        raise ModelError(
            f"{endpoint.shown}: it has {len(entries)} models ({some}); say which: URL#model"
        )
    near = ", ".join(match[0] for match in process.extract(model, list(entries), limit=3))
    raise ModelError(f"{endpoint.shown}: it has no model {model!r}; nearest: {near or 'none'}")


def _entries(endpoint: Endpoint, body: bytes) -> Entries:
    try:
        data = json.loads(body)["data"]
        return {entry["id"]: entry for entry in data or ()}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelError(
            f"{endpoint.shown}: /models did not answer with a list; is it an OpenAI-compatible API?"
        ) from None


def _context(endpoint: Endpoint, entry: dict[str, Any], dialect: Dialect) -> int | None:
    """Tokens that the server takes for prompt and candidate together, where it says so."""
    if isinstance(size := entry.get("max_model_len"), int):
        return size
    if dialect.name != "llama-server":
        return None
    answer = endpoint.get("/props", of_root=True)
    with suppress(ValueError, KeyError, TypeError):
        return int(answer.json()["default_generation_settings"]["n_ctx"])
    size = (entry.get("meta") or {}).get("n_ctx_train")
    return size if isinstance(size, int) else None


def _tokens(endpoint: Endpoint, dialect: Dialect, model: str, text: str) -> int | None:
    """Tokens of `text` by the server's `/tokenize`; `None` where it does not say."""
    if dialect.name == "llama-server":
        body: dict[str, Any] = {"content": text, "add_special": False}
    else:
        body = {"model": model, "prompt": text, "add_special_tokens": False}
    answer = endpoint.post("/tokenize", body, of_root=True)
    with suppress(ValueError, KeyError, TypeError):
        found = answer.json()
        return int(found["count"]) if "count" in found else len(found["tokens"])
    return None


async def _aclose(events: AsyncIterator[Any]) -> None:
    if (close := getattr(events, "aclose", None)) is not None:
        await close()
