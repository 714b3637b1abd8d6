"""Reads what a server sends into values of known types: what has another shape is absent.

Nothing that it may send raises an exception here.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from base.text import one_line

_SURROGATE = re.compile("[\ud800-\udfff]")
MOST = 1 << 53
"""Numbers above are no count of anything."""


@dataclass(frozen=True)
class EventChoice:
    """What an event appends to one candidate."""

    index: int = 0
    text: str = ""
    thought: str = ""
    """What it thinks aloud beside its text."""
    finish: str | None = None
    logprob: float | None = None
    """Sum of the natural log-probabilities of the tokens of this piece."""


@dataclass(frozen=True)
class Event:
    """One event of a stream; `None` is what it does not say."""

    choices: tuple[EventChoice, ...] = ()
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    tokens: int | None = None
    """Tokens written: of the choice where `each` is true, else of all choices together."""
    each: bool = False
    read: tuple[int, int] | None = None
    """Tokens of the prompt that have been read, and all of them, as llama-server tells."""
    error: str | None = None
    """The server's own words about a failure."""
    done: bool = False
    """The answer has ended as its sender meant it to; nothing follows."""

    @property
    def says(self) -> bool:
        """Whether the model has written something, aloud or not."""
        return any(choice.text or choice.thought for choice in self.choices)


DONE = Event(done=True)


def read_event(data: bytes) -> Event | None:
    """The event that `data` is, or `None` where it is no JSON object."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return None
    if value.get("error"):
        return Event(error=said(data) or "failed without a word")
    usage, timings = mapping(value.get("usage")), mapping(value.get("timings"))
    details = mapping(usage.get("prompt_tokens_details"))
    cached = [timings.get("cache_n"), details.get("cached_tokens")]
    progress = mapping(value.get("prompt_progress"))
    cached += [usage.get("prompt_cache_hit_tokens"), progress.get("cache")]
    choices = value.get("choices")
    return Event(
        choices=tuple(
            _choice(one)
            for one in (choices if isinstance(choices, list) else ())
            if isinstance(one, dict)
        ),
        prompt_tokens=whole(usage.get("prompt_tokens")) or _both(timings, "cache_n", "prompt_n"),
        cached_tokens=next((n for n in map(whole, cached) if n is not None), None),
        tokens=whole(usage.get("completion_tokens")) or whole(timings.get("predicted_n")),
        each="timings" in value,
        read=_read(progress),
    )


def _read(progress: Mapping[str, Any]) -> tuple[int, int] | None:
    done, total = whole(progress.get("processed")), whole(progress.get("total"))
    return None if done is None or total is None or done > total else (done, total)


def _choice(choice: Mapping[str, Any]) -> EventChoice:
    delta = mapping(choice.get("delta")) or mapping(choice.get("message"))
    finish = choice.get("finish_reason")
    thought = string(delta.get("reasoning_content")) or string(delta.get("reasoning"))
    content = delta.get("content")
    parts = [mapping(part) for part in content] if isinstance(content, list) else []
    return EventChoice(
        index=_index(choice.get("index")),
        text=string(content) or _joined(parts, "text") or string(choice.get("text")),
        thought=thought or string(delta.get("thinking")) or _joined(parts, "thinking"),
        finish=finish if isinstance(finish, str) and finish else None,
        logprob=_logprob(choice.get("logprobs")),
    )


def _joined(parts: Sequence[Mapping[str, Any]], kind: str) -> str:
    """The text of the parts of one kind, where a server sends a content in parts."""
    texts = []
    for part in parts:
        value = part.get(kind) if part.get("type", kind) == kind else None
        inner = value if isinstance(value, list) else []
        texts += [string(value), *(string(mapping(one).get("text")) for one in inner)]
    return "".join(texts)


def _both(numbers: Mapping[str, Any], *names: str) -> int | None:
    """The sum of two counts; `None` where one is absent."""
    known = [whole(numbers.get(name)) for name in names]
    return None if None in known else sum(number or 0 for number in known)


def _index(value: object) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < 9:
        return int(value)
    found = whole(value)
    return 0 if found is None else found


def _logprob(value: object) -> float | None:
    """The sum of a piece's tokens: a list of entries, or OpenAI's older parallel lists."""
    found = mapping(value)
    content, older = found.get("content"), found.get("token_logprobs")
    entries = content if isinstance(content, list) else []
    values = [mapping(entry).get("logprob") for entry in entries]
    values = values or (older if isinstance(older, list) else [])
    known = [number for number in map(finite, values) if number is not None]
    return sum(known) if known else None


def finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def whole(value: object) -> int | None:
    """A count that a server gives, from 0; `None` where it is none."""
    number = finite(value)
    if number is None or not 0 <= number < MOST or number != int(number):
        return None
    return int(number)


def mapping(value: object) -> Mapping[str, Any]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def string(value: object) -> str:
    """`value` if it is a text, with U+FFFD for each half of a surrogate pair; else `""`."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else ""


def said(body: bytes) -> str:
    """The server's own words about a failure, on one line without control characters."""
    words: object
    try:
        words = json.loads(body)
    except (ValueError, RecursionError):
        words = body.decode("utf-8", "replace")
    if isinstance(words, list) and len(words) == 1:
        words = words[0]
    for key in ("error", "message", "detail"):
        if isinstance(words, dict) and key in words:
            words = words[key]
            if isinstance(words, dict):
                words = words.get("message", words)
    return one_line(str(words), 300)
