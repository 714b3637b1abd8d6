"""Tries a server as a table would use it: whether it is there, how fast, and what it takes."""

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

from models.backend import Delta, Progress, Prompt, Sampling
from models.server.backend import Server

WORD = "纸船"
"""What no model says here unless a grammar makes it."""
GRAMMAR = f'root ::= "{WORD}" "\\n"'
PROMPT = Prompt("【雨夜，旧宅的门厅。】\n", "乙：你听见了吗？\n", "甲：")


@dataclass(frozen=True)
class Probe:
    """What was found out about a server's model."""

    model: str
    context: int
    """Tokens of prompt and candidate together."""
    opened_ms: float
    """Milliseconds until it said what it has."""
    first_ms: float
    """Milliseconds from a question to the first piece of its answer."""
    several: bool
    """Whether it draws several candidates in one request."""
    grammar: bool
    """Whether it keeps to a grammar."""


def probe(**options: object) -> Probe:
    """Open a server as `Server.open` does, and draw two short candidates. Raises `KnownError`."""
    started = time.perf_counter()
    server = Server.open(**options)  # type: ignore[arg-type]
    opened = time.perf_counter()
    with closing(server):
        sampling = Sampling(n=2, max_tokens=8, temperature=0.7, stop=("\n",), grammar=GRAMMAR)
        first, texts = _drawn(server.generate(PROMPT, sampling))
        grammar = bool(texts) and all(text.strip().startswith(WORD) for text in texts)
        return Probe(
            server.name,
            server.context,
            (opened - started) * 1000,
            ((first or time.perf_counter()) - opened) * 1000,
            server.draws_several,
            grammar,
        )


def _drawn(deltas: Generator[Delta | Progress]) -> tuple[float | None, list[str]]:
    """When the first piece came, and the texts."""
    first: float | None = None
    texts = ["", ""]
    with closing(deltas):
        for delta in deltas:
            if isinstance(delta, Delta) and delta.text:
                first = first or time.perf_counter()
                texts[delta.candidate] += delta.text
    return first, texts
