"""What the kinds of OpenAI-compatible servers understand beyond the common part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from models.backend import Sampling

Mode = Literal["completions", "chat"]
MAX_STOPS = 4
"""Most stop strings of a request: what OpenAI and vLLM take. All are looked for here as well."""


@dataclass(frozen=True)
class Dialect:
    """One kind of server."""

    name: str
    owners: tuple[str, ...] = ()
    """What `/v1/models` names as `owned_by`."""
    hosts: tuple[str, ...] = ()
    """Where it is, for a service of the network."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Fields of `Sampling` that a request may carry, by the server's own names."""
    grammar: str | None = None
    """The field that takes a grammar; `structured_outputs` takes it as a part."""
    most: int | None = None
    """Most candidates of one request, where that is known; else it has to be seen."""
    can_tokenize: bool = False
    keeps_prompts: bool = False
    """Whether it keeps the prompts that it has read, at no price, for what begins alike."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What every request carries besides."""
    spans: tuple[str, ...] = ()
    """Fields for how many tokens penalties look back over; all, as in this process."""
    unthinking: Mapping[str, Any] = field(default_factory=dict)
    """What tells a chat model to answer without thinking first."""
    scores: Literal["", "prompt_logprobs", "forced"] = ""
    """How it tells how likely a text is, if it does: by the field of that name, as vLLM, or of
    tokens that are forced one by one, as llama.cpp."""
    thinkers: str = ""
    """Models by pattern that alone are told so; all where it is empty."""

    def body(self, sampling: Sampling, mode: Mode, model: str, context: int) -> dict[str, Any]:
        """The fields of a request that say how to draw, but for `n` and the stops.

        Every sampler that the server knows is sent with its value, neutral ones too: a server may
        have defaults of its own, from a model's `generation_config`.
        """
        body: dict[str, Any] = {
            "model": model,
            "stream": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            **self.extra,
            **dict.fromkeys(self.spans, context),
        }
        for field_, name in self.names.items():
            value = getattr(sampling, field_)
            if value != ():
                body[name] = list(value) if isinstance(value, tuple) else value
        if sampling.seed is not None:
            body["seed"] = sampling.seed
            if "cache_prompt" in body:
                body["cache_prompt"] = False
        if sampling.grammar and self.grammar:
            nested = self.grammar == "structured_outputs"
            body[self.grammar] = {"grammar": sampling.grammar} if nested else sampling.grammar
        return body | (dict(self.unthinking_of(model)) if mode == "chat" else {})

    def unthinking_of(self, model: str) -> Mapping[str, Any]:
        """What tells `model` in a chat to answer without thinking first; nothing for most."""
        return self.unthinking if re.search(self.thinkers, model) else {}


def sent_stops(stops: Sequence[str], mode: Mode, cue: str) -> list[str]:
    """The stop strings that spare the server most work, and cut off no answer that obeys.

    A chat model is asked to begin with the cue, and may begin with newlines, thoughts or a
    bracket: what could end those is looked for here alone. So are the cues of
    `Sampling.cues`, which end a line only where one may begin.
    """
    own = {cue.strip(), cue.strip()[:-1] + "：", cue.strip()[:-1] + ":"}
    useful = [stop for stop in dict.fromkeys(filter(None, stops)) if stop.strip() not in own]
    if mode == "chat":
        useful = [stop for stop in useful if stop.strip(" \n\r【[") and stop[-1] in "：:】]"]
    return useful[:MAX_STOPS]


_LLAMA = (
    "top_k", "min_p", "typical_p", "xtc_probability", "xtc_threshold",
    "dry_multiplier", "dry_base", "dry_allowed_length",
)  # fmt: skip
_NEUTRAL = {"presence_penalty": 0.0, "frequency_penalty": 0.0}
_NO_THOUGHTS = {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
_USAGE = {"stream_options": {"include_usage": True, "continuous_usage_stats": True}}
_PLAIN_USAGE = {"stream_options": {"include_usage": True}}
_VLLM = {name: name for name in ("top_k", "min_p", "repetition_penalty")}
_DISABLED = {"thinking": {"type": "disabled"}}

COMMON = Dialect("common", extra=_PLAIN_USAGE)
"""What any server understands, and what an unknown one is spoken to in."""
OPENAI = Dialect(
    "openai",
    hosts=("api.openai.com", "openai.azure.com"),
    extra=_PLAIN_USAGE,
    unthinking={"reasoning_effort": "none"},
    thinkers=r"^(?:o\d|gpt-[5-9](?!.*chat))",
)
LLAMA_SERVER = Dialect(
    "llama-server",
    ("llamacpp",),
    names={name: name for name in _LLAMA}
    | {"repetition_penalty": "repeat_penalty", "dry_breakers": "dry_sequence_breakers"},
    grammar="grammar",
    can_tokenize=True,
    scores="forced",
    keeps_prompts=True,
    extra={"cache_prompt": True, "return_progress": True} | _NEUTRAL,
    spans=("repeat_last_n", "dry_penalty_last_n"),
    unthinking=_NO_THOUGHTS,
)
VLLM = Dialect(
    "vllm",
    ("vllm",),
    names=_VLLM,
    grammar="structured_outputs",
    can_tokenize=True,
    scores="prompt_logprobs",
    keeps_prompts=True,
    extra=_USAGE | _NEUTRAL,
    unthinking=_NO_THOUGHTS,
)
VLLM_GUIDED = replace(VLLM, name="vllm-guided", owners=(), grammar="guided_grammar")
"""vLLM before 0.12, which names the grammar's field otherwise; asked for by name."""
SGLANG = replace(VLLM, name="sglang", owners=("sglang",), scores="")
"""It takes requests as vLLM does, but does not tell of the tokens of a prompt."""
OLLAMA = Dialect(
    "ollama",
    ("library",),
    most=1,
    keeps_prompts=True,
    extra=_PLAIN_USAGE | _NEUTRAL,
    unthinking={"reasoning_effort": "none"},
)
LITELLM = Dialect("litellm", extra=_PLAIN_USAGE)
KOBOLDCPP = Dialect(
    "koboldcpp",
    ("koboldcpp",),
    names={name: name for name in _LLAMA if name != "typical_p"}
    | {
        "typical_p": "typical",
        "repetition_penalty": "rep_pen",
        "dry_breakers": "dry_sequence_breakers",
    },
    grammar="grammar",
    most=1,
    keeps_prompts=True,
    extra=_NEUTRAL,
    unthinking=_NO_THOUGHTS,
)
TABBYAPI = replace(
    KOBOLDCPP,
    name="tabbyapi",
    owners=("tabbyAPI",),
    names={**KOBOLDCPP.names, "repetition_penalty": "repetition_penalty"},
    grammar=None,
    most=None,
    extra=_NEUTRAL | _PLAIN_USAGE,
    unthinking={"template_vars": {"enable_thinking": False}},
)
DEEPSEEK = Dialect(
    "deepseek",
    ("deepseek",),
    ("api.deepseek.com",),
    most=1,
    extra=_PLAIN_USAGE,
    unthinking=_DISABLED,
)
ZHIPU = Dialect(
    "zhipu", hosts=("bigmodel.cn", "api.z.ai"), most=1, extra=_PLAIN_USAGE, unthinking=_DISABLED
)
DASHSCOPE = Dialect(
    "dashscope",
    hosts=("aliyuncs.com",),
    names={"top_k": "top_k"},
    extra=_PLAIN_USAGE,
    unthinking={"enable_thinking": False},
)
OPENROUTER = Dialect(
    "openrouter",
    hosts=("openrouter.ai",),
    names=_VLLM,
    most=1,
    extra=_PLAIN_USAGE,
    unthinking={"reasoning": {"enabled": False}},
)

DIALECTS = {
    one.name: one
    for one in (
        COMMON, OPENAI, LLAMA_SERVER, VLLM, VLLM_GUIDED, SGLANG, OLLAMA, LITELLM, KOBOLDCPP,
        TABBYAPI, DEEPSEEK, ZHIPU, DASHSCOPE, OPENROUTER,
    )
}  # fmt: skip


def dialect_of(host: str, owner: object) -> Dialect:
    """The dialect of a service at `host`, or of a server whose models are owned by `owner`.

    A gateway names the owners of what lies behind it, so `openai` alone proves nothing.
    """
    for one in DIALECTS.values():
        if any(host == name or host.endswith(f".{name}") for name in one.hosts):
            return one
    return next((one for one in DIALECTS.values() if owner and owner in one.owners), COMMON)
