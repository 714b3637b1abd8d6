"""Continues a prompt with any GGUF model in this process, through llama.cpp (`xllamacpp`).

One prefill is shared by the candidates of a draw, and what two prompts have in common is not
computed again on the next draw.
"""

import secrets
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any, Self

import xllamacpp

from models.backend import Delta, Prompt, Sampling
from models.background import pieces
from models.errors import ModelError
from models.gguf import Header, adapter_file, check_adapter, read_header
from models.llamacpp_questions import Questions
from models.llamacpp_requests import Chunk, deltas, message, one_line, request, utf8

ROWS = 10
"""Most candidates drawn side by side; more are drawn in rounds."""
ROW_TOKENS = 128
"""Tokens of cache beyond the context that each row brings for its own candidate."""
DEFAULT_CONTEXT = 4096
PREFILL_BATCH = 256
"""Tokens of prefill between two chances to stop."""


class LlamaCpp:
    """A GGUF model with its GGUF LoRA adapters.

    A draw with a `seed` computes its whole prompt anew: with a cached prefix the arithmetic is
    grouped differently and the same seed need not give the same text. A rare candidate
    holds U+FFFD, where the model itself wrote a byte that begins no character.
    """

    def __init__(
        self, server: xllamacpp.Server, key: str, name: str, context: int, adapters: tuple[str, ...]
    ) -> None:
        self.notices: list[str] = []
        self._server: xllamacpp.Server | None = server
        self._name = name
        self._context = context
        self._adapters = adapters
        self._left_out: frozenset[str] = frozenset()
        self._stop = Event()
        self._questions = Questions(server.listening_address, key, name, context)
        self._count = lru_cache(maxsize=8192)(self._questions.count)

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
    ) -> Self:
        """Load the model at `path`, with `context` tokens (4096, or all it was trained on).

        `threads` and `gpu_layers` are llama.cpp's own choice by default. `adapters` are GGUF LoRA
        files by name, or folders with one; of those in `optional` one that cannot be used is left
        out with a notice, and the model plays without it. Raises `ModelError` for a file that is
        missing, damaged, or of another base.
        """
        header = read_header(Path(path))
        if header.is_adapter:
            raise ModelError(f"{path}: this is an adapter; give the model that it belongs to")
        files, notices = _fitting(header, adapters or {}, optional)
        context = _fitting_context(header, context)
        key = secrets.token_hex(16)
        params = _params(header.path, context, key, tuple(files.values()))
        if threads is not None:
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        if gpu_layers is not None:
            params.n_gpu_layers = gpu_layers
        try:
            server = xllamacpp.Server(params)
        except RuntimeError:
            raise ModelError(
                f"{path}: llama.cpp cannot load this {header.architecture} model; the file may be "
                f"damaged, newer than xllamacpp, or too large for the memory with {context} tokens"
            ) from None
        opened = cls(server, key, name or header.path.stem, context, tuple(files))
        opened.notices += notices.values()
        opened._left_out = frozenset(notices)
        return opened

    @property
    def name(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    def count(self, text: str) -> int:
        """Tokens of `text`, without the one that begins every prompt."""
        return self._count(text)

    def counts(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, asked for in few requests."""
        return self._questions.counts(texts)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        """Yield the candidates piece by piece; an empty piece now and then during the prefill."""
        text = utf8(prompt.text)
        used = self.count(text) + 1
        room = self._context - used
        if room < 1:
            raise ModelError(
                f"{self._name}: the prompt has {used} tokens and the context {self._context}; "
                f"shorten the prompt or open the model with more context"
            )
        longest = min(sampling.max_tokens, room)
        body = request(sampling, self._context) | {"prompt": text, "max_tokens": longest}
        body["lora"] = self._scales(adapter)
        cells = self._context + ROWS * ROW_TOKENS
        rows = max(1, min(ROWS, (cells - used) // longest))
        for first in range(0, sampling.n, rows):
            body["n"] = min(rows, sampling.n - first)
            if sampling.seed is not None:
                body["seed"] = sampling.seed + first
            for delta in self._round(body):
                yield delta._replace(candidate=first + delta.candidate)

    def score(
        self, prompt: Prompt, replies: Sequence[str], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after the prompt."""
        return self._questions.score(prompt.text, replies, self._scales(adapter))

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after its prompt, one after another."""
        return [self.score(prompt, [reply], adapter)[0] for prompt, reply in pairs]

    def baselines(self) -> Mapping[str, Callable[[Prompt, Sampling], None]]:
        """Other ways to draw the same candidates with the same weights, to measure against."""
        return {"n requests one after another, without cache": self._one_by_one}

    @property
    def address(self) -> tuple[str, str]:
        """Where this process serves the model by HTTP, on this machine only, and its key."""
        return self._questions.address

    def close(self) -> None:
        """Stop a draw in progress and free the model."""
        self._stop.set()
        self._questions.close()
        self._server = None

    def _one_by_one(self, prompt: Prompt, sampling: Sampling) -> None:
        body = request(sampling, self._context) | {
            "prompt": utf8(prompt.text),
            "n": 1,
            "cache_prompt": False,
        }
        body |= {"max_tokens": sampling.max_tokens, "lora": self._scales(None)}
        for _ in range(sampling.n):
            for _ in self._round(body):
                pass

    def _scales(self, adapter: str | None) -> list[dict[str, float]]:
        if adapter in self._left_out:
            adapter = None
        if adapter is not None and adapter not in self._adapters:
            known = ", ".join(self._adapters) or "none"
            raise ModelError(f"{self._name}: no adapter {adapter!r} is loaded; loaded: {known}")
        return [
            {"id": at, "scale": float(name == adapter)} for at, name in enumerate(self._adapters)
        ]

    def _round(self, body: dict[str, Any]) -> Iterator[Delta]:
        """Draw `body["n"]` candidates together."""
        server = self._server
        if server is None:
            raise ModelError(f"{self._name}: the model has been closed")
        self._stop = Event()

        def work(put: Callable[[Chunk], None], stop: Event) -> None:
            def take(chunk: Chunk) -> bool:
                put(chunk)
                return stop.is_set()

            server.handle_completions(body, take)

        open_rows = set(range(body["n"]))
        logprobs = dict.fromkeys(open_rows, 0.0) if "logprobs" in body else {}
        stream = pieces(work, self._stop)
        try:
            for chunk in stream:
                if chunk is None:
                    yield Delta(min(open_rows, default=0))
                    continue
                if "choices" not in chunk:
                    raise ModelError(f"{self._name}: {message(chunk)}")
                for delta in deltas(chunk, logprobs):
                    yield delta
                    if delta.end is not None:
                        open_rows.discard(delta.candidate)
        except RuntimeError as error:
            raise ModelError(f"{self._name}: llama.cpp failed: {one_line(error)}") from error
        finally:
            stream.close()
        if open_rows:
            raise ModelError(f"{self._name}: the draw was stopped before its end")


def _fitting(
    base: Header, adapters: Mapping[str, str | Path], optional: Collection[str]
) -> tuple[dict[str, Path], dict[str, str]]:
    """The files of the adapters that fit the base, and a notice for each that is left out."""
    files, notices = {}, {}
    for name, path in adapters.items():
        try:
            file = adapter_file(Path(path))
            check_adapter(read_header(file), base)
            files[name] = file
        except ModelError as error:
            if name not in optional:
                raise
            notices[name] = f"adapter {name} is left out: {error}"
    return files, notices


def _fitting_context(header: Header, asked: int | None) -> int:
    trained = header.trained_context
    if asked is None:
        return min(DEFAULT_CONTEXT, trained or DEFAULT_CONTEXT)
    if asked < 1 or (trained is not None and asked > trained):
        raise ModelError(
            f"{header.path}: a context of {asked} tokens was asked for; "
            f"it was trained on 1 to {trained} tokens"
        )
    return asked


def _params(path: Path, context: int, key: str, adapters: tuple[Path, ...]) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel = ROWS
    params.kv_unified = True
    params.n_ctx = context + ROWS * ROW_TOKENS
    params.n_batch = PREFILL_BATCH
    params.swa_full = True
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.api_keys = [key]
    params.lora_init_without_apply = True
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(file), 1.0) for file in adapters]
    return params
