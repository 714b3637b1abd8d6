"""What a draw of llama.cpp's server is asked with, and what it says where it fails."""

from typing import Any

from base.text import one_line
from models.backend import Sampling

NUCLEUS = 1000
"""Likeliest tokens among which `top_p` looks where `top_k` is neutral: to sort the whole vocabulary
of 262,144 at each step cost a sixth of a draw, for tokens that no nucleus in use reaches."""

Chunk = dict[str, Any]


def request(sampling: Sampling, span: int, chat: bool = False) -> dict[str, Any]:
    """A request; the penalties look back over `span` tokens.

    An answer of a `chat` is stopped here alone, since what frames it may hold a stop string.
    """
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
        "stop": [] if chat else list(filter(None, sampling.stop)),
    }
    if sampling.dry_breakers:
        body["dry_sequence_breakers"] = list(sampling.dry_breakers)
    if sampling.grammar:
        body["grammar"] = sampling.grammar
    if sampling.logprobs:
        body["logprobs"] = 1
    return body


def message(chunk: Chunk) -> str:
    """What an answer that is an error says, on one line."""
    error = chunk.get("error", chunk)
    words = error.get("message", error) if isinstance(error, dict) else error
    return one_line(str(words), 300)


def utf8(text: str) -> str:
    """`text` with each half of a surrogate pair, which UTF-8 has no form for, as `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")
