"""One model that a question is put to once: a server's, or a GGUF file opened in this process.

It knows neither books nor roles, and does not judge the answer: text comes back as it was written.
Whether a question is asked again, and of whom, is decided in `models.teacher`.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Self

from base.errors import KnownError, PassingError
from base.messages import _
from models.answer.marks import THINKING, THOUGHT, UNOPENED
from models.resolve import ModelSpec, resolve
from models.server.count import estimate
from models.server.dialect import COMMON, Dialect
from models.server.endpoint import Endpoint, Patience
from models.server.event import mapping, string
from models.server.failure import RequestRefused
from models.server.listing import find_out
from models.server.manners import THOUGHT_TOKENS, manners_of

LONGEST_ANSWER = 1 << 18
"""Characters of an answer, above which the rest is not waited for."""
PATH = "/chat/completions"
COMPLETIONS = "/completions"


@dataclass(frozen=True)
class Question:
    """What is asked, and the JSON Schema of what is to come back."""

    system: str
    user: str
    schema: Mapping[str, Any] = field(hash=False)
    max_tokens: int = 2048

    @property
    def tokens(self) -> int:
        """Tokens of the question, estimated on the safe side."""
        return estimate(self.system) + estimate(self.user)


@dataclass(frozen=True)
class Answer:
    """What came back; tokens are the server's figures where it gives them, else estimates."""

    text: str
    prompt_tokens: int
    tokens: int
    seconds: float
    cut: bool
    """Whether it was ended by its length."""


class TeacherServer:
    """A model that answers questions; any number may be asked side by side."""

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        temperature: float,
        backend: Any = None,
        dialect: Dialect = COMMON,
    ) -> None:
        self.name = model
        self.notices: list[str] = []
        self.heard: Callable[[], None] = lambda: None
        """Called at each piece of an answer."""
        self._endpoint = endpoint
        self._temperature = temperature
        self._backend = backend
        self._unthinking = dialect.unthinking_of(model)
        self._manners = manners_of(endpoint.shown, model)
        self._constrained = True
        self._answered = False

    @classmethod
    def open(
        cls, spec: str, patience: Patience, temperature: float, context: int | None = None
    ) -> Self:
        """Open what `find_teacher` finds. Raises `KnownError`."""
        teacher = find_teacher(spec)
        if teacher.backend == "server":
            endpoint = Endpoint(str(teacher.options["url"]), None, patience)
            named = teacher.options.get("model")
            dialect = teacher.options.get("dialect")
            served = find_out(
                endpoint, str(named) if named else None, str(dialect) if dialect else None
            )
            return cls(endpoint, served.model, temperature, dialect=served.dialect)
        return cls._in_process(teacher, patience, temperature, context)

    @classmethod
    def _in_process(
        cls, found: ModelSpec, patience: Patience, temperature: float, context: int | None
    ) -> Self:
        from models.llamacpp.backend import LlamaCpp

        backend = found.open(**({"context": context} if context else {}))
        assert isinstance(backend, LlamaCpp)
        url, key = backend.address
        return cls(Endpoint(url, None, patience, key), backend.name, temperature, backend)

    @property
    def shown(self) -> str:
        """Its address, or the model's name where it was opened in this process."""
        return self._endpoint.shown if self._backend is None else self.name

    async def ask(self, question: Question, attempt: int = 0) -> Answer:
        """The answer; `attempt` 1 and more draw another.

        Raises `PassingError` where none came and one might later, `KnownError` where it refuses.
        """
        while True:
            try:
                return await self._once(question, attempt)
            except RequestRefused as refused:
                if self._answered or not self._gives_way(refused, self._body(question, attempt)):
                    raise

    def close(self) -> None:
        """Free a model opened here."""
        if self._backend is not None:
            self._backend.close()

    def _gives_way(self, refused: RequestRefused, body: dict[str, Any]) -> bool:
        """Take to heart what the server does not take; whether the next time differs."""
        if self._constrained and "response_format" in str(refused):
            self._constrained = False
            self.notices.append(
                _(
                    "{name}: it does not take a JSON Schema, so the prompt describes the format in "
                    "words",
                    name=self.name,
                )
            )
            return True
        lines = self._manners.learn(body, refused.status, refused.body)
        for line in lines:
            self.notices += self._manners.tell(_("{name}: {notice}", name=self.name, notice=line))
        return bool(lines)

    def _body(self, question: Question, attempt: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": min(1.0, self._temperature + 0.2 * attempt),
            "max_tokens": question.max_tokens,
            "seed": 1 + attempt,
            **self._unthinking,
        }
        if self._manners.thinks:
            body["max_tokens"] += THOUGHT_TOKENS
        if self._constrained:
            shape = {"name": "answer", "schema": dict(question.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": shape}
        return self._manners.fitted(body)

    def _plain(self, body: dict[str, Any], question: Question) -> dict[str, Any]:
        """The same as a completion: llama.cpp's chat keeps back an answer until it is whole."""
        messages = body.pop("messages")
        response = self._endpoint.post("/apply-template", {"messages": messages}, of_root=True)
        text = string(mapping(response.json()).get("prompt"))
        if not text:
            raise KnownError(
                _("{name}: it has no chat template; choose another teacher", name=self.name)
            )
        body.pop("response_format")
        return body | {"prompt": text, "json_schema": dict(question.schema)}

    async def _once(self, question: Question, attempt: int) -> Answer:
        began = time.monotonic()
        text, reason, thought = "", None, False
        prompt_tokens = tokens = None
        path, body = PATH, self._body(question, attempt)
        if self._backend is not None:
            path, body = COMPLETIONS, await asyncio.to_thread(self._plain, body, question)
        async with aclosing(self._endpoint.events(path, body)) as events:
            async for event in events:
                self.heard()
                prompt_tokens = event.prompt_tokens or prompt_tokens
                tokens = event.tokens or tokens
                text += "".join(choice.text for choice in event.choices)
                reason = next((one.finish for one in event.choices if one.finish), reason)
                if event.done and text:
                    reason = reason or "stop"
                thought = thought or any(choice.thought for choice in event.choices)
                if len(text) > LONGEST_ANSWER:
                    reason = "length"
                    break
        if reason is None:
            raise PassingError(
                _("{address}: the answer broke off; try again", address=self._endpoint.shown)
            )
        self._answered = True
        reply = without_thought(text)
        if reason == "length" and not reply.strip() and (text or thought):
            self._manners.thinks = True
        return Answer(
            reply,
            prompt_tokens or question.tokens,
            tokens or estimate(text),
            time.monotonic() - began,
            reason == "length",
        )


def without_thought(text: str) -> str:
    """An answer in JSON without what a model thought before it; `""` where it only thought."""
    while (head := text.lstrip()) and (head[0] not in "{[" or THINKING.match(head)):
        begun = THINKING.match(head) is not None
        end = (THOUGHT if begun else UNOPENED).search(head)
        if end is None:
            return "" if begun else text
        text = head[end.end() :]
    return text


def find_teacher(spec: str) -> ModelSpec:
    """What `--teacher` names: a server's address, a GGUF file, or a name of the catalog.

    Raises `KnownError`, also where its file is not on this machine.
    """
    model = resolve(spec)
    if model.backend not in ("server", "llamacpp"):
        raise KnownError(
            _(
                "{spec}: a teacher is a server's address or a GGUF file; serve these weights with "
                "vLLM and give the address of that, or let vLLM open them here as vllm:{spec}",
                spec=spec,
            )
        )
    model.check()
    return model
