"""What the kinds of OpenAI-compatible servers understand beyond the common part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.backend import Sampling

OPENAI_STOPS = 4
"""Most stop strings of a request to OpenAI's own API."""


@dataclass(frozen=True)
class Dialect:
    """One kind of server."""

    name: str
    owner: str
    """What `/v1/models` names as `owned_by`."""
    names: Mapping[str, str]
    """Fields of `Sampling` that a request may carry, by the server's own names."""
    grammar: str | None = None
    """How a grammar is given: `field`, `structured`, or not at all."""
    max_stops: int | None = None
    honours_n: bool | None = None
    """Whether `n` is known to be honoured; `None` where it has to be seen."""
    can_tokenize: bool = False
    extra: Mapping[str, Any] | None = None
    """What every request carries besides."""

    def body(self, sampling: Sampling) -> dict[str, Any]:
        """The fields of a request that say how to draw, but for `n`."""
        neutral = Sampling()
        body: dict[str, Any] = {
            "stream": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            **(self.extra or {}),
        }
        for field, name in self.names.items():
            value = getattr(sampling, field)
            if value != getattr(neutral, field):
                body[name] = list(value) if isinstance(value, tuple) else value
        if stops := list(filter(None, sampling.stop))[: self.max_stops]:
            body["stop"] = stops
        if sampling.seed is not None:
            body["seed"] = sampling.seed
            if "cache_prompt" in body:
                body["cache_prompt"] = False
        if sampling.grammar and self.grammar == "field":
            body["grammar"] = sampling.grammar
        if sampling.grammar and self.grammar == "structured":
            body["structured_outputs"] = {"grammar": sampling.grammar}
        if sampling.grammar and self.grammar == "guided":
            body["guided_grammar"] = sampling.grammar
        return body


_SAME = ("top_k", "min_p", "typical_p", "xtc_probability", "xtc_threshold")
_DRY = ("dry_multiplier", "dry_base", "dry_allowed_length")
_NO_THOUGHTS = {"chat_template_kwargs": {"enable_thinking": False}}
_USAGE = {"stream_options": {"include_usage": True, "continuous_usage_stats": True}}
_VLLM = {name: name for name in ("top_k", "min_p", "repetition_penalty")}

OPENAI = Dialect("openai", "openai", {}, max_stops=OPENAI_STOPS, honours_n=None)
LLAMA_SERVER = Dialect(
    "llama-server",
    "llamacpp",
    {name: name for name in (*_SAME, *_DRY)}
    | {"repetition_penalty": "repeat_penalty", "dry_breakers": "dry_sequence_breakers"},
    grammar="field",
    can_tokenize=True,
    extra={"cache_prompt": True} | _NO_THOUGHTS,
)
VLLM = Dialect(
    "vllm", "vllm", _VLLM, grammar="structured", can_tokenize=True, extra=_USAGE | _NO_THOUGHTS
)
VLLM_GUIDED = Dialect(
    "vllm-guided", "", _VLLM, grammar="guided", can_tokenize=True, extra=_USAGE | _NO_THOUGHTS
)
"""vLLM before 0.12, which names the grammar's field otherwise; asked for by name."""
OLLAMA = Dialect("ollama", "library", {}, honours_n=False)

DIALECTS = {one.name: one for one in (OPENAI, LLAMA_SERVER, VLLM, VLLM_GUIDED, OLLAMA)}


def by_owner(owner: object) -> Dialect:
    """The dialect of a server whose models are owned by `owner`; the common one if unknown."""
    return next((one for one in DIALECTS.values() if owner and one.owner == owner), OPENAI)
