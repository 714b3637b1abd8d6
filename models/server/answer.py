"""How long an endpoint is waited for, and a small answer of it, read to its end."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and how often to try."""

    connect: float = 10.0
    """For a connection, and for the whole of an answer that is no stream."""
    first: float = 300.0
    """For the first words of a stream: a long prompt on a slow machine takes minutes."""
    stall: float = 60.0
    """For each further piece of text; what holds none does not count."""
    tries: int = 4
    backoff: float = 0.5
    """Wait before the second try; doubled for each further one."""


@dataclass(frozen=True)
class HttpAnswer:
    """A small answer, read to its end."""

    status: int
    kind: str
    body: bytes
    headers: httpx.Headers

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The JSON value of a success, or `None` where it holds none."""
        try:
            return json.loads(self.body) if self.is_success else None
        except (ValueError, RecursionError):
            return None


def awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, also where a loop runs in this thread already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    outcome: list[T | BaseException] = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(coroutine))
        except BaseException as error:
            outcome.append(error)

    thread = Thread(target=run, name="ask", daemon=True)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
