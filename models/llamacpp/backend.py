"""Continues a prompt with any GGUF model in this process, through llama.cpp (`xllamacpp`).

One prefill is shared by the candidates of a draw, and what two prompts have in common is not
computed again on the next draw.
"""

import secrets
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from threading import Event
from typing import Any, Self

import xllamacpp

from base.errors import KnownError
from base.messages import N_, _, series
from base.text import one_line
from models.backend import Delta, Progress, Prompt, Sampling, Scorer
from models.chat import CHAT_TOKENS
from models.gguf.header import read_header
from models.llamacpp.client import LlamaServerClient, Scales
from models.llamacpp.http import HttpPoster
from models.llamacpp.options import (
    ROW_TOKENS,
    ROWS,
    SEQUENCES,
    fitting_adapters,
    fitting_context,
    fitting_mode,
    params_of,
    serve,
    window_of,
)
from models.llamacpp.prompts import Prompts
from models.llamacpp.requests import Chunk, message, request
from models.llamacpp.rows import LlamaCppRows
from models.llamacpp.sequences import Sequences
from models.llamacpp.tokens import Tokens, behind
from models.stream_from_thread import stream_from_thread
from models.template import Mode


class LlamaCpp(Scorer):
    """A GGUF model with its GGUF LoRA adapters.

    In `chat` mode the model is asked through its own template, with the cue as the beginning of
    its answer. Adapters are trained on logs as they stand, so what one of them draws or scores is
    continued raw.

    A draw with a `seed` computes its whole prompt anew: with a cached prefix the arithmetic is
    grouped differently and the same seed need not give the same text. A rare candidate
    holds U+FFFD, where the model itself wrote a byte that begins no character.
    """

    own_adapter: str | None = None
    """With which lines are drawn of roles that name none, where it was opened for that."""

    def __init__(
        self,
        server: xllamacpp.Server,
        key: str,
        name: str,
        window: int,
        adapters: tuple[str, ...],
        mode: Mode,
    ) -> None:
        """`window`: tokens that prompt and candidate may have with all that frames them."""
        self.notices: list[str] = []
        self._server: xllamacpp.Server | None = server
        self._name = name
        self._window = window
        self._mode = mode
        self._adapters = adapters
        self._left_out: frozenset[str] = frozenset()
        self._stop = Event()
        self._poster = HttpPoster(server.listening_address, key, name)
        self._tokens = Tokens(self._poster)
        self._prompts = Prompts(self._poster, self._tokens)
        self._scoring = LlamaServerClient(self._poster)
        self._sequences = Sequences(SEQUENCES, window + ROWS * ROW_TOKENS)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        name: str | None = None,
        context: int | None = None,
        threads: int | None = None,
        gpu_layers: int | None = None,
        adapters: Mapping[str, str | Path] | None = None,
        optional: Collection[str] = (),
        mode: Mode | None = None,
    ) -> Self:
        """Load the model at `path`, with `context` tokens (4096, or all it was trained on).

        `mode` is `chat` by default where the file is named as a model that answers and has a chat
        template, else `raw`; see `models.gguf.header.GgufHeader.form`.

        `threads` and `gpu_layers` are llama.cpp's own choice by default. `adapters` are GGUF LoRA
        files by name, or folders with one; of those in `optional` one that cannot be used is left
        out with a notice, and the model plays without it. Raises `KnownError` for a file that is
        missing, damaged, or of another base.
        """
        header = read_header(Path(path))
        if header.is_adapter:
            raise KnownError(
                _("{path}: this is an adapter; name the model that it belongs to", path=path)
            )
        files, notices = fitting_adapters(header, adapters or {}, optional)
        context = fitting_context(header, context)
        mode, unsure = fitting_mode(header, mode)
        window = window_of(header, context) if mode == "chat" else context
        key = secrets.token_hex(16)
        params = params_of(header.path, window, key, tuple(files.values()))
        if threads is not None:
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        if gpu_layers is not None:
            params.n_gpu_layers = gpu_layers
        server = serve(header, params, mode, context)
        opened = cls(server, key, name or header.path.stem, window, tuple(files), mode)
        opened.notices += [*notices.values(), *unsure]
        opened._left_out = frozenset(notices)
        opened._check()
        return opened

    @property
    def name(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return max(1, self._window - CHAT_TOKENS) if self._mode == "chat" else self._window

    def count(self, text: str) -> int:
        """Tokens of `text`, without the one that begins every prompt."""
        return self._tokens.count(text)

    def counts(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, asked for in few requests."""
        return self._tokens.counts(texts)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        """Yield the candidates piece by piece, and how far the prompt is read."""
        scales, chat = self._scales(adapter), self._chats(adapter)
        ids = self._prompts.ids(prompt, chat=chat)
        longest = min(sampling.max_tokens, self._room(len(ids)))
        body = request(sampling, self._window, chat) | {"prompt": ids, "max_tokens": longest}
        body["lora"] = scales
        cells = self._window + ROWS * ROW_TOKENS
        together = max(1, min(ROWS, (cells - len(ids)) // longest))
        for first in range(0, sampling.n, together):
            body["n"] = min(together, sampling.n - first)
            if sampling.seed is not None:
                body["seed"] = sampling.seed + first
            rows = LlamaCppRows(body["n"], sampling, len(ids), prompt.cue if chat else None)
            for piece in self._round(body, rows):
                if isinstance(piece, Delta):
                    piece = piece._replace(candidate=first + piece.candidate)
                yield piece

    def prefill(self, prompt: Prompt, adapter: str | None = None) -> Generator[Progress]:
        """Read the prompt into the cache; llama.cpp keeps what it has read when it is stopped."""
        scales, chat = self._scales(adapter), self._chats(adapter)
        ids = self._prompts.ids(prompt, chat=chat)
        self._room(len(ids))
        nothing = Sampling(n=1, max_tokens=0)
        body = request(nothing, self._window) | {"prompt": ids, "n": 1, "max_tokens": 0}
        body["lora"] = scales
        for piece in self._round(body, LlamaCppRows(1, nothing, len(ids))):
            if isinstance(piece, Progress):
                yield piece

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after its prompt, one after another."""
        scales, chat = self._scales(adapter), self._chats(adapter)
        ids_of = lru_cache(maxsize=1)(partial(self._prompts.ids, chat=chat))
        scores = []
        for prompt, reply in pairs:
            before, together = ids_of(prompt), self._prompts.ids(prompt, reply, chat=chat)
            after = behind(before, together, lambda: self._tokens.ids([reply])[0])  # noqa: B023
            self._room(len(before) + len(after) - 1)
            scores.append(self._scoring.score(before, reply, after, scales))
        return scores

    def baselines(self) -> Mapping[str, Callable[[Prompt, Sampling], None]]:
        """Other ways to draw the same candidates with the same weights, to measure against."""
        return {N_("n requests one after another, without cache"): self._one_by_one}

    @property
    def address(self) -> tuple[str, str]:
        """Where this process serves the model by HTTP, on this machine only, and its key."""
        return self._poster.address

    def close(self) -> None:
        """Stop a draw in progress and free the model."""
        self._stop.set()
        self._poster.close()
        self._server = None

    def _check(self) -> None:
        """Raise `KnownError` where the model, without adapters, computes no probabilities."""
        try:
            self._scoring.check(self._tokens.beginning("。"), self._scales(None))
        except KnownError:
            self.close()
            raise

    def _chats(self, adapter: str | None) -> bool:
        return self._mode == "chat" and (adapter is None or adapter in self._left_out)

    def _room(self, used: int) -> int:
        """Tokens that are left beside `used` ones."""
        if used >= self._window:
            raise KnownError(
                _(
                    "{name}: the prompt has {tokens} tokens, the context has {context}; shorten "
                    "the prompt, or open the model with more context",
                    name=self._name,
                    tokens=used,
                    context=self._window,
                )
            )
        return self._window - used

    def _one_by_one(self, prompt: Prompt, sampling: Sampling) -> None:
        chat = self._chats(None)
        ids = self._prompts.ids(prompt, chat=chat)
        body = request(sampling, self._window, chat) | {"prompt": ids, "n": 1}
        body |= {"cache_prompt": False, "max_tokens": sampling.max_tokens}
        body["lora"] = self._scales(None)
        for _row in range(sampling.n):
            for __ in self._round(
                body, LlamaCppRows(1, sampling, len(ids), prompt.cue if chat else None)
            ):
                pass

    def _scales(self, adapter: str | None) -> Scales:
        if adapter in self._left_out:
            adapter = None
        if adapter is not None and adapter not in self._adapters:
            given = {"name": self._name, "adapter": adapter}
            raise KnownError(
                _(
                    "{name}: the adapter {adapter!r} is not loaded; loaded are {names}",
                    **given,
                    names=series(self._adapters),
                )
                if self._adapters
                else _("{name}: the adapter {adapter!r} is not loaded, nor any other", **given)
            )
        return [
            {"id": at, "scale": float(name == adapter)} for at, name in enumerate(self._adapters)
        ]

    def _sequence_for(self, body: Mapping[str, Any]) -> int:
        """Where a request is read; what has to make room for it is gone by then."""
        given = body["prompt"], body["lora"], body["n"], body["max_tokens"]
        placed = self._sequences.place(*given, alone=not body["cache_prompt"])
        for sequence in placed.forgotten:
            self._scoring.empty(sequence, body["prompt"][:1])
        return placed.sequence

    def _round(self, body: dict[str, Any], rows: LlamaCppRows) -> Iterator[Delta | Progress]:
        """Draw the candidates of `rows` together."""
        server = self._server
        if server is None:
            raise KnownError(_("{name}: the model has been closed", name=self._name))
        self._stop = Event()
        body["id_slot"] = self._sequence_for(body)

        def work(put: Callable[[Chunk], None], stop: Event) -> None:
            def take(chunk: Chunk) -> bool:
                put(chunk)
                return stop.is_set()

            server.handle_completions(body, take)

        stream = stream_from_thread(work, self._stop)
        try:
            for chunk in stream:
                if chunk is None:
                    yield rows.progress
                    continue
                if "choices" not in chunk:
                    raise KnownError(
                        _("{name}: {problem}", name=self._name, problem=message(chunk))
                    )
                yield from rows.take(chunk)
                if rows.over:
                    break
        except RuntimeError as error:
            raise KnownError(
                _(
                    "{name}: llama.cpp failed: {error}",
                    name=self._name,
                    error=one_line(str(error), 300),
                )
            ) from error
        finally:
            stream.close()
        if not rows.over:
            raise KnownError(_("{name}: the draw was stopped before its end", name=self._name))
        if doubted := rows.doubted:
            self._scoring.check(body["prompt"], body["lora"])
            yield from doubted
