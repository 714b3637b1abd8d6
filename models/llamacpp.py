"""Continues a prompt with any GGUF model in this process, through llama.cpp (`xllamacpp`).

One prefill is shared by the candidates of a draw, and what two prompts have in common is not
computed again on the next draw.
"""

import re
import secrets
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any, Self

import httpx
import xllamacpp

from models.backend import Delta, End, Prompt, Sampling
from models.background import pieces
from models.errors import ModelError
from models.gguf import Header, adapter_file, check_adapter, read_header

ROWS = 10
"""Most candidates drawn side by side; more are drawn in rounds."""
ROW_TOKENS = 128
"""Tokens of cache beyond the context that each row brings for its own candidate."""
DEFAULT_CONTEXT = 4096
NUCLEUS = 1000
"""Likeliest tokens among which `top_p` looks where `top_k` is neutral: to sort the whole vocabulary
of 262,144 at each step cost a sixth of a draw, for tokens that no nucleus in use reaches."""
PREFILL_BATCH = 256
"""Tokens of prefill between two chances to stop."""

PATIENCE = 300.0
"""Seconds to wait for an answer that is no draw."""
COUNTED_AT_ONCE = 512
"""Texts whose tokens are asked for in one request."""
NO_TOKEN = -1
SPECIAL = re.compile(r"[<\[|]")
"""What every special token of the known models holds, as in `<bos>`, `[gMASK]`, `<|im_end|>`."""
LISTED = 50_000
"""Likeliest tokens among which a part of a character is looked for."""
CERTAIN = 10_000.0
"""What is added to the logits of the tokens of a text that is forced."""

Chunk = dict[str, Any]


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
        self._http = httpx.Client(
            base_url=server.listening_address,
            headers={"Authorization": f"Bearer {key}"},
            trust_env=False,
        )
        self._count = lru_cache(maxsize=8192)(self._tokenize)

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
        """The tokens of each text, asked for in few requests.

        llama.cpp seeks each special token in each text, most of its time; where no sign stands
        that all special tokens have, it is told not to.
        """
        found = dict.fromkeys(texts, 0)
        for special in (False, True):
            kind = [text for text in found if bool(SPECIAL.search(text)) is special]
            for start in range(0, len(kind), COUNTED_AT_ONCE):
                chunk = kind[start : start + COUNTED_AT_ONCE]
                found.update(zip(chunk, self._counted(chunk, special), strict=True))
        return [found[text] for text in texts]

    def _counted(self, texts: Sequence[str], special: bool) -> Iterator[int]:
        """Tokens of texts, behind each of which a mark stands that is no token's id."""
        marked = [part for text in texts for part in (_utf8(text), NO_TOKEN)]
        body = {"content": marked, "parse_special": special}
        tokens = 0
        for token in self._ask("/tokenize", body)["tokens"]:
            if token == NO_TOKEN:
                yield tokens
            tokens = 0 if token == NO_TOKEN else tokens + 1

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        """Yield the candidates piece by piece; an empty piece now and then during the prefill."""
        text = _utf8(prompt.text)
        used = self.count(text) + 1
        room = self._context - used
        if room < 1:
            raise ModelError(
                f"{self._name}: the prompt has {used} tokens and the context {self._context}; "
                f"shorten the prompt or open the model with more context"
            )
        longest = min(sampling.max_tokens, room)
        body = _body(sampling, self._context) | {"prompt": text, "max_tokens": longest}
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
        """The log-probability of each reply after the prompt, its tokens being forced one by one.

        A grammar of the exact text and a bias to its own tokens leave nothing to draw; the
        probabilities told are those over the whole vocabulary, before any sampling.
        """
        before = self._whole(prompt.text)
        return [self._score(before, prompt.text, reply, adapter) for reply in replies]

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        """The log-probability of each reply after its prompt, one after another."""
        return [self.score(prompt, [reply], adapter)[0] for prompt, reply in pairs]

    def _score(self, before: list[int], prompt: str, reply: str, adapter: str | None) -> float:
        ids = self._whole(prompt + reply)
        joined = ids[: len(before)] == before
        after = ids[len(before) :] if joined else self._tokens(_utf8(reply))
        if len(before) + len(after) > self._context:
            raise ModelError(
                f"{self._name}: prompt and reply have {len(before) + len(after)} tokens and "
                f"the context {self._context}; shorten them"
            )
        return self._forced(before, _utf8(reply), after, adapter) if after else 0.0

    def _forced(
        self, before: Sequence[int], reply: str, ids: Sequence[int], adapter: str | None
    ) -> float:
        body = {
            "prompt": before,
            "n_predict": len(ids),
            "grammar": f"root ::= {_literal(reply)}",
            "logit_bias": [[token, CERTAIN] for token in sorted(set(ids))],
            "n_probs": 1,
            "temperature": 0.0,
            "cache_prompt": True,
            "lora": self._scales(adapter),
        }
        told = self._ask("/completion", body).get("completion_probabilities", ())
        if [one["id"] for one in told] == list(ids):
            return sum(float(one["logprob"]) for one in told)
        return sum(
            self._listed([*before, *ids[:at]], token, adapter) for at, token in enumerate(ids)
        )

    def _listed(self, before: Sequence[int], token: int, adapter: str | None) -> float:
        """The log-probability of `token` among those likely after `before`: for tokens that are
        part of a character, of which llama.cpp tells nothing when they are drawn."""
        body = {
            "prompt": before,
            "n_predict": 1,
            "n_probs": LISTED,
            "grammar": 'root ::= "\\n"',
            "temperature": 0.0,
            "cache_prompt": True,
            "lora": self._scales(adapter),
        }
        told = self._ask("/completion", body).get("completion_probabilities") or [{}]
        for one in told[0].get("top_logprobs", ()):
            if one["id"] == token:
                return float(one["logprob"])
        raise ModelError(
            f"{self._name}: a sign of the text to be scored is none of the {LISTED:,} tokens "
            "likely there; write it otherwise"
        )

    def _whole(self, text: str) -> list[int]:
        """Ids of a text from its beginning, with the one that begins every prompt."""
        body = {"content": _utf8(text), "add_special": True}
        found: list[int] = self._ask("/tokenize", body)["tokens"]
        return found

    def baselines(self) -> Mapping[str, Callable[[Prompt, Sampling], None]]:
        """Other ways to draw the same candidates with the same weights, to measure against."""
        return {"n requests one after another, without cache": self._one_by_one}

    @property
    def address(self) -> tuple[str, str]:
        """Where this process serves the model by HTTP, on this machine only, and its key."""
        return str(self._http.base_url), self._http.headers["Authorization"].split()[1]

    def close(self) -> None:
        """Stop a draw in progress and free the model."""
        self._stop.set()
        self._http.close()
        self._server = None

    def _one_by_one(self, prompt: Prompt, sampling: Sampling) -> None:
        body = _body(sampling, self._context) | {
            "prompt": _utf8(prompt.text),
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
                    raise ModelError(f"{self._name}: {_message(chunk)}")
                for delta in _deltas(chunk, logprobs):
                    yield delta
                    if delta.end is not None:
                        open_rows.discard(delta.candidate)
        except RuntimeError as error:
            raise ModelError(f"{self._name}: llama.cpp failed: {_one_line(error)}") from error
        finally:
            stream.close()
        if open_rows:
            raise ModelError(f"{self._name}: the draw was stopped before its end")

    def _tokenize(self, text: str) -> int:
        return len(self._tokens(_utf8(text)))

    def _tokens(self, text: str) -> list[int]:
        """Ids of `text`, without the one that begins every prompt."""
        found: list[int] = self._ask("/tokenize", {"content": text})["tokens"]
        return found

    def _ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the server in this process answers to a question that is no draw."""
        try:
            try:
                answer = self._http.post(path, json=body, timeout=PATIENCE)
            except httpx.RemoteProtocolError:  # an idle connection closed just as it was used
                answer = self._http.post(path, json=body, timeout=PATIENCE)
            told: dict[str, Any] = answer.json()
            if answer.is_success:
                return told
        except (httpx.HTTPError, RuntimeError, ValueError) as error:
            raise ModelError(f"{self._name}: cannot {path[1:]}: {_one_line(error)}") from error
        raise ModelError(f"{self._name}: llama.cpp failed at {path}: {_message(told)}")


def _literal(text: str) -> str:
    """A text as GBNF writes it."""
    plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return f'"{"".join(plain.get(sign, sign) for sign in text)}"'


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


def _body(sampling: Sampling, span: int) -> dict[str, Any]:
    """A request; the penalties look back over `span` tokens."""
    body: dict[str, Any] = {
        "stream": True,
        "return_progress": True,
        "cache_prompt": sampling.seed is None,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k or (NUCLEUS if sampling.top_p < 1 else 0),
        "min_p": sampling.min_p,
        "typical_p": sampling.typical_p,
        "repeat_penalty": sampling.repetition_penalty,
        "repeat_last_n": span,
        "dry_multiplier": sampling.dry_multiplier,
        "dry_base": sampling.dry_base,
        "dry_allowed_length": sampling.dry_allowed_length,
        "dry_penalty_last_n": span,
        "xtc_probability": sampling.xtc_probability,
        "xtc_threshold": sampling.xtc_threshold,
        "stop": list(filter(None, sampling.stop)),
    }
    if sampling.dry_breakers:
        body["dry_sequence_breakers"] = list(sampling.dry_breakers)
    if sampling.grammar:
        body["grammar"] = sampling.grammar
    if sampling.logprobs:
        body["logprobs"] = 1
    return body


def _deltas(chunk: Chunk, logprobs: dict[int, float]) -> Iterator[Delta]:
    for choice in chunk["choices"]:
        index = choice["index"]
        if index in logprobs and choice.get("logprobs"):
            logprobs[index] += sum(token["logprob"] for token in choice["logprobs"]["content"])
        if choice["text"]:
            yield Delta(index, choice["text"])
        if choice["finish_reason"]:
            yield Delta(index, end=_end(chunk, choice, logprobs.get(index)))


def _end(chunk: Chunk, choice: dict[str, Any], logprob: float | None) -> End:
    usage = chunk["usage"]
    return End(
        finish="length" if choice["finish_reason"] == "length" else "stop",
        tokens=usage["completion_tokens"],
        prompt_tokens=usage["prompt_tokens"],
        cached_tokens=chunk["timings"]["cache_n"],
        logprob=logprob,
    )


def _message(chunk: Chunk) -> str:
    error = chunk.get("error", chunk)
    return _one_line(error.get("message", error) if isinstance(error, dict) else error)


def _one_line(words: object) -> str:
    return " ".join(str(words).split())[:300]


def _utf8(text: str) -> str:
    """`text` with each half of a surrogate pair, which UTF-8 has no form for, as `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")
