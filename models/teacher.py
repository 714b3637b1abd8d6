"""Asks a model for JSON of a given shape: a server's, or a GGUF file opened in this process.

It knows neither books nor roles, and does not judge the answer: text comes back as it was written.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Self

from models.catalog import Opening, resolve
from models.endpoint import Endpoint, Patience
from models.errors import ModelError, PassingError
from models.server import estimate, offered

LONGEST_ANSWER = 1 << 18
"""Characters of an answer, above which the rest is not waited for."""
LONGEST_PAUSE = 30.0
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


class Teacher:
    """A model that answers questions; any number may be asked side by side."""

    def __init__(
        self, endpoint: Endpoint, model: str, wait: float, temperature: float, backend: Any = None
    ) -> None:
        self.name = model
        self.notices: list[str] = []
        self._endpoint = endpoint
        self._wait = wait
        self._temperature = temperature
        self._backend = backend
        self._constrained = True
        self._heard = False

    @classmethod
    def open(
        cls,
        spec: str,
        *,
        wait: float = 900.0,
        temperature: float = 0.2,
        context: int | None = None,
        patience: Patience | None = None,
    ) -> Self:
        """Open what `--teacher` names: a server's address, a GGUF file, or a name of the catalog.

        `wait` is for how many seconds a server may be away before a question is given up.
        Raises `ModelError`.
        """
        found = resolve(spec)
        patience = patience or Patience()
        if found.backend == "server":
            endpoint = Endpoint(str(found.options["url"]), None, patience)
            named = found.options.get("model")
            entry = offered(endpoint, str(named) if named else None)
            return cls(endpoint, entry["id"], wait, temperature)
        if found.backend != "llamacpp":
            raise ModelError(
                f"{spec}: a teacher is a server's address or a GGUF file; serve these weights "
                "with vLLM and give its address"
            )
        return cls._in_process(found, wait, temperature, context, patience)

    @classmethod
    def _in_process(
        cls,
        found: Opening,
        wait: float,
        temperature: float,
        context: int | None,
        patience: Patience,
    ) -> Self:
        from models.llamacpp import LlamaCpp

        backend = found.open(**({"context": context} if context else {}))
        assert isinstance(backend, LlamaCpp)
        url, key = backend.address
        endpoint = Endpoint(url, None, patience, key)
        return cls(endpoint, backend.name, wait, temperature, backend)

    async def ask(self, question: Question, attempt: int = 0) -> Answer:
        """The answer; `attempt` 1 and more draw another. Waits while the server is away.

        Raises `PassingError` where it stayed away, `ModelError` where it refuses.
        """
        deadline = time.monotonic() + self._wait
        pause = 0.5
        while True:
            try:
                return await self._once(question, attempt)
            except PassingError:
                if time.monotonic() + pause > deadline:
                    raise
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
            except ModelError as error:
                if self._heard or not self._constrained or "response_format" not in str(error):
                    raise
                self._constrained = False
                self.notices.append(f"{self.name}: takes no JSON Schema; it is only told the form")

    def close(self) -> None:
        """End the connection, and free a model opened here."""
        self._endpoint.close()
        if self._backend is not None:
            self._backend.close()

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
        }
        if self._constrained:
            shape = {"name": "answer", "schema": dict(question.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": shape}
        return body

    def _plain(self, body: dict[str, Any], question: Question) -> dict[str, Any]:
        """The same as a completion: llama.cpp's chat keeps back an answer until it is whole."""
        messages = body.pop("messages")
        told = self._endpoint.post("/apply-template", {"messages": messages}, of_root=True)
        if not told.is_success:
            raise ModelError(f"{self.name}: has no template for a chat; give another teacher")
        body.pop("response_format")
        return body | {"prompt": told.json()["prompt"], "json_schema": dict(question.schema)}

    async def _once(self, question: Question, attempt: int) -> Answer:
        began = time.monotonic()
        text, reason = "", None
        usage: dict[str, Any] = {}
        path, body = PATH, self._body(question, attempt)
        if self._backend is not None:
            path, body = COMPLETIONS, await asyncio.to_thread(self._plain, body, question)
        async with aclosing(self._endpoint.events(path, body)) as events:
            async for event in events:
                usage = event.get("usage") or usage
                for piece, ended in _pieces(event):
                    text += piece
                    reason = ended or reason
                if len(text) > LONGEST_ANSWER:
                    reason = "length"
                    break
        if reason is None:
            raise PassingError(f"{self._endpoint.shown}: the answer broke off; try again")
        self._heard = True
        return Answer(
            text,
            usage.get("prompt_tokens") or question.tokens,
            usage.get("completion_tokens") or estimate(text),
            time.monotonic() - began,
            reason == "length",
        )


def _pieces(event: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """What an event appends to the answer, and how it ended if it did."""
    choices = event.get("choices")
    found = []
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            delta = choice.get("delta")
            text = delta.get("content") if isinstance(delta, dict) else choice.get("text")
            found.append((text if isinstance(text, str) else "", choice.get("finish_reason")))
    return found
