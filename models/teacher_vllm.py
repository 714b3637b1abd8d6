"""A model in a folder that vLLM runs in this process, asked as a server is.

Questions that are asked side by side are batched by vLLM as they come, without a network between.
An engine stays open until the process ends, since opening it takes longer than a book's questions.
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from base.errors import KnownError
from base.extras import not_installed
from base.messages import _
from base.text import one_line
from models.quiet import keep_quiet
from models.resolve import ModelSpec
from models.teacher_server import Answer, Question, without_thought

PREFIX = "vllm:"
QUIET = {"VLLM_LOGGING_LEVEL": "ERROR", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
"""What vLLM asks the environment, unless a person says otherwise."""


def find_model(spec: str) -> ModelSpec:
    """What `vllm:FOLDER` names, or `vllm:FOLDER?context=TOKENS`. Raises `KnownError`."""
    named, query, value = spec.removeprefix(PREFIX).partition("?context=")
    path = Path(named).expanduser()
    if query and not (value.isdecimal() and 0 < int(value) < 1 << 24):
        raise KnownError(_("{spec}: expected vllm:FOLDER or vllm:FOLDER?context=TOKENS", spec=spec))
    if not (path / "config.json").is_file():
        raise KnownError(
            _(
                "{spec}: no model lies there; vLLM reads a folder with config.json and "
                "safetensors, such as `paotuan models convert NAME FOLDER --to hf` writes",
                spec=spec,
            )
        )
    context = int(value) if query else None
    return ModelSpec("vllm", path.resolve().name, {"path": path.resolve(), "context": context})


class VllmTeacher:
    """A model that answers questions; any number may be asked side by side."""

    def __init__(self, engine: "_Engine", name: str, temperature: float) -> None:
        self.name = name
        self.shown = f"{PREFIX}{name}"
        self.notices: list[str] = []
        self.heard: Callable[[], None] = lambda: None
        """Called at each piece of an answer."""
        self._engine = engine
        self._temperature = temperature

    @classmethod
    def open(cls, spec: str, temperature: float, context: int | None = None) -> Self:
        """Open what `find_model` finds, or take it where it is open. Raises `KnownError`."""
        found = find_model(spec)
        stated = found.options["context"] or context
        return cls(_engine(str(found.options["path"]), stated), found.title, temperature)

    async def ask(self, question: Question, attempt: int = 0) -> Answer:
        """The answer; `attempt` 1 and more draw another. Raises `KnownError` where it refuses."""
        answering = asyncio.run_coroutine_threadsafe(
            self._answer(question, attempt), self._engine.loop
        )
        return await asyncio.wrap_future(answering)

    def close(self) -> None:
        """Leave the engine to who asks next; it is freed when the process ends."""

    async def _answer(self, question: Question, attempt: int) -> Answer:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        began, engine = time.monotonic(), self._engine
        ids = self._ids(question)
        room = engine.context - len(ids)
        if room < min(question.max_tokens, SHORTEST):
            raise KnownError(
                _(
                    "{name}: the question has {tokens} tokens, and {context} is all that it and "
                    "the answer may have; ask for shorter passages with --tokens",
                    name=self.name,
                    tokens=len(ids),
                    context=engine.context,
                )
            )
        sampling = SamplingParams(
            temperature=min(1.0, self._temperature + 0.2 * attempt),
            max_tokens=min(question.max_tokens, room),
            seed=1 + attempt,
            structured_outputs=StructuredOutputsParams(json=dict(question.schema)),
            output_kind=RequestOutputKind.DELTA,
        )
        text, tokens, reason = "", 0, ""
        try:
            prompt = {"prompt_token_ids": ids}
            async for output in engine.vllm.generate(prompt, sampling, uuid4().hex):
                self.heard()
                (one,) = output.outputs
                text += one.text
                tokens += len(one.token_ids)
                reason = one.finish_reason or reason
        except Exception as error:  # vLLM's own, for a schema it does not know or a dead engine
            _forget(engine)
            raise KnownError(_refused(self.name, error)) from error
        seconds = time.monotonic() - began
        return Answer(without_thought(text), len(ids), tokens, seconds, reason == "length")

    def _ids(self, question: Question) -> list[int]:
        """The question in the model's own template. Raises `KnownError` where it has none."""
        messages = [
            {"role": "system", "content": question.system},
            {"role": "user", "content": question.user},
        ]
        try:
            ids = self._engine.vllm.get_tokenizer().apply_chat_template(
                messages,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=False,
                enable_thinking=False,
            )
        except Exception as error:  # no template, or one that fails: a model's own words
            raise KnownError(
                _("{name}: it has no chat template; choose another teacher", name=self.name)
            ) from error
        return [int(one) for one in ids]


SHORTEST = 64
"""Tokens of an answer for which there must be room."""


class _Engine:
    """vLLM's engine for one model, and the loop that it answers in."""

    def __init__(self, path: str, context: int | None) -> None:
        """Raises `KnownError` where vLLM is not installed, or cannot hold the model."""
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        keep_quiet()
        try:
            from vllm import AsyncEngineArgs
            from vllm.config import StructuredOutputsConfig
            from vllm.platforms import current_platform
            from vllm.v1.engine.async_llm import AsyncLLM
        except ImportError as error:
            raise KnownError(not_installed("vllm", "vllm")) from error
        arguments = AsyncEngineArgs(
            model=path,
            max_model_len=context,
            load_format="safetensors",
            trust_remote_code=False,
            disable_log_stats=True,
            # else a small model may write blanks up to the limit, which are valid JSON
            structured_outputs_config=StructuredOutputsConfig(
                backend="guidance", disable_any_whitespace=True
            ),
            enforce_eager=current_platform.is_cpu(),  # to compile takes minutes there
        )
        try:
            self.vllm = AsyncLLM.from_engine_args(arguments)
        except Exception as error:  # whatever vLLM says of a model, or of this machine's memory
            raise KnownError(_refused(Path(path).name, error)) from error
        self.context = int(self.vllm.model_config.max_model_len)
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def close(self) -> None:
        with suppress(Exception):  # it may have died before
            self.vllm.shutdown()
        self.loop.call_soon_threadsafe(self.loop.stop)


_engines: dict[tuple[str, int | None], _Engine] = {}
_opening = threading.Lock()


def _engine(path: str, context: Any) -> _Engine:
    """The engine for a model, opened once in a process."""
    with _opening:
        if (path, context) not in _engines:
            engine = _engines[path, context] = _Engine(path, context)
            atexit.register(engine.close)
        return _engines[path, context]


def _forget(engine: _Engine) -> None:
    """Open another in place of one that has died."""
    if engine.vllm.errored:
        for key in [key for key, one in _engines.items() if one is engine]:
            del _engines[key]


def _refused(name: str, error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _(
        "{name}: vLLM refuses: {why}; VLLM_LOGGING_LEVEL=INFO shows all that it says",
        name=name,
        why=one_line(lines[0], 200),
    )
