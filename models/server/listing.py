"""Finds out what a server is and has: its models, its dialect, its context, its slots."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process

from base.errors import KnownError
from base.messages import _, _n, series
from base.text import one_line
from models.server.base import deployment
from models.server.dialect import (
    COMMON,
    DIALECTS,
    LITELLM,
    LLAMA_SERVER,
    OLLAMA,
    Dialect,
    dialect_of,
)
from models.server.endpoint import Endpoint, HttpAnswer
from models.server.event import mapping, string, whole

CONTEXT_NAMES = (
    "max_model_len", "max_input_tokens", "loaded_context_length", "context_length",
    "context_window", "max_context_length", "max_seq_len",
)  # fmt: skip
"""What servers call the tokens that prompt and candidate may have together."""
BEHIND = {
    "hosted_vllm": "vllm", "vllm": "vllm", "ollama": "ollama", "ollama_chat": "ollama",
    "deepseek": "deepseek", "openrouter": "openrouter", "dashscope": "dashscope",
}  # fmt: skip
"""Dialects of what lies behind a gateway, by LiteLLM's names of providers."""

Entry = Mapping[str, Any]
Entries = dict[str, Entry]
"""What a server has, by name."""


@dataclass(frozen=True)
class ServedModel:
    """What was found out about one model of a server."""

    model: str
    dialect: Dialect
    context: int | None
    """Tokens of prompt and candidate together, where the server tells."""
    most: int | None
    """Most candidates of one request, where the server tells."""
    entries: Entries | None
    """All that it lists; `None` where it lists nothing."""


def find_out(endpoint: Endpoint, model: str | None, dialect: str | None) -> ServedModel:
    """Ask what the server is and has, and settle where its API lies. Raises `KnownError`."""
    entries, headers = listed(endpoint, model)
    entry = chosen(endpoint, model, entries)
    spoken = _dialect(endpoint, entry, headers, dialect)
    name = str(entry["id"])
    context, most = _told(entry), spoken.most
    if spoken is LLAMA_SERVER:
        context, most = _slots(endpoint, entry)
    elif spoken is LITELLM:
        behind = _behind(endpoint, name)
        context = _told(mapping(behind.get("model_info"))) or context
        provider = string(mapping(behind.get("litellm_params")).get("model")).partition("/")[0]
        spoken = DIALECTS.get(BEHIND.get(provider, ""), spoken) if dialect is None else spoken
        most = spoken.most
    elif spoken is OLLAMA:
        context = _ollama_context(endpoint, name) or context
    return ServedModel(name, spoken, context, most, entries)


def listed(endpoint: Endpoint, model: str | None) -> tuple[Entries | None, Mapping[str, str]]:
    """What the server lists, and its headers; the endpoint stays where a list was found.

    The list is `None` where the server lists nothing, and `model` is named. Raises `KnownError`.
    """
    if deployment(endpoint.base):
        return None, {}
    first: HttpAnswer | None = None
    for base in endpoint.bases:
        endpoint.base = base
        answer = endpoint.get("/models")
        first = first or answer
        if answer.status in (401, 403) or (answer.is_success and answer.kind != "text/html"):
            break
    else:
        endpoint.base = endpoint.bases[0]
        assert first is not None
        answer = first
        if answer.status in (404, 405, 501) and model and answer.kind != "text/html":
            endpoint.base = endpoint.bases[-1]
            return None, answer.headers
    if not answer.is_success or answer.kind == "text/html":
        raise KnownError(endpoint.refusal(answer))
    return _entries(endpoint, answer.body), answer.headers


def _entries(endpoint: Endpoint, body: bytes) -> Entries:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        value = value.get("data", value.get("models"))
        value = [] if value is None else value
    if not isinstance(value, list):
        raise KnownError(
            _(
                "{address}: /models did not answer with a list; is it an OpenAI-compatible API?",
                address=endpoint.shown,
            )
        )
    entries: Entries = {}
    for entry in map(mapping, value):
        name = entry.get("id", entry.get("model", entry.get("name")))
        if isinstance(name, str) and name:
            entries[name] = dict(entry) | {"id": name}
    return entries


def chosen(endpoint: Endpoint, model: str | None, entries: Entries | None) -> Entry:
    """The server's entry for `model`, or for its only model that is no adapter of another."""
    model = model or deployment(endpoint.base)
    if entries is None:
        return {"id": model}
    if model is None:
        bases = [entry for entry in entries.values() if entry.get("parent") not in entries]
        if len(bases) == 1:
            return bases[0]
        if not entries:
            raise KnownError(_("{address}: it has no models", address=endpoint.shown))
        raise KnownError(
            _n(
                "{address}: it has {n} model ({names}), an adapter of another; say which one to "
                "use: URL#model",
                "{address}: it has {n} models ({names}); say which one to use: URL#model",
                len(entries),
                address=endpoint.shown,
                names=series(one_line(one, 60) for one in list(entries)[:5]),
            )
        )
    if (found := _close(model, entries)) is not None:
        return entries[found]
    given = {"address": endpoint.shown, "model": one_line(model, 60)}
    near = process.extract(model, list(entries)[:5000], limit=3)
    names = series(one_line(match[0], 60) for match in near)
    if not names:
        raise KnownError(_("{address}: it has no model {model!r}, nor any other", **given))
    raise KnownError(
        _("{address}: it has no model {model!r}; nearest: {names}", **given, names=names)
    )


def _close(model: str, entries: Entries) -> str | None:
    """The one name that can only be meant: in full, without its tag, its folder, or its case."""
    if model in entries:
        return model
    file = model.removesuffix(".gguf")
    for meant in (
        [name for name in entries if name == f"{model}:latest"],
        [name for name in entries if name.startswith(f"{model}:")],
        [name for name in entries if name.lower() == model.lower()],
        [name for name in entries if name.rpartition("/")[2].removesuffix(".gguf") == file],
    ):
        if len(meant) == 1:
            return meant[0]
    return None


def _dialect(
    endpoint: Endpoint, entry: Entry, headers: Mapping[str, str], asked: str | None
) -> Dialect:
    if asked is not None:
        if asked not in DIALECTS:
            raise KnownError(
                _(
                    "{address}: unknown dialect {dialect!r}; there are {dialects}",
                    address=endpoint.shown,
                    dialect=one_line(asked, 60),
                    dialects=series(DIALECTS),
                )
            )
        return DIALECTS[asked]
    if any(name.lower().startswith("x-litellm") for name in headers):
        return LITELLM
    owner = entry.get("owned_by")
    found = dialect_of(endpoint.base.host, owner if isinstance(owner, str) else None)
    if found is COMMON and endpoint.base.port == 11434:
        return OLLAMA
    if found is COMMON and owner == "openai" and _behind(endpoint, str(entry["id"])):
        return LITELLM
    return found


def _told(entry: Mapping[str, Any]) -> int | None:
    """The context that an entry tells, itself or of the model that it has loaded."""
    places = [entry, mapping(entry.get("top_provider")), mapping(entry.get("parameters"))]
    for place in places:
        for name in CONTEXT_NAMES:
            if size := whole(place.get(name)):
                return size
    return None


def _json(endpoint: Endpoint, path: str) -> Mapping[str, Any]:
    """What the server answers above its API, where it knows the question; else nothing."""
    return mapping(endpoint.get(path, of_root=True).json())


def _slots(endpoint: Endpoint, entry: Entry) -> tuple[int | None, int | None]:
    """The tokens of a slot of llama-server, and how many slots it has."""
    props = _json(endpoint, "/props")
    context = whole(mapping(props.get("default_generation_settings")).get("n_ctx"))
    trained = whole(mapping(entry.get("meta")).get("n_ctx_train"))
    return context or _told(entry) or trained, whole(props.get("total_slots")) or None


def _behind(endpoint: Endpoint, model: str) -> Mapping[str, Any]:
    """What LiteLLM tells of the model that it calls so; empty where this is no LiteLLM."""
    answer = endpoint.get("/model/info")
    models = mapping(answer.json()).get("data")
    for one in map(mapping, models if isinstance(models, list) else ()):
        if one.get("model_name") == model and ("litellm_params" in one or "model_info" in one):
            return one
    return {}


def _ollama_context(endpoint: Endpoint, model: str) -> int | None:
    """The tokens with which Ollama has loaded the model, if it has."""
    running = _json(endpoint, "/api/ps").get("models")
    for one in map(mapping, running if isinstance(running, list) else ()):
        if model in (one.get("name"), one.get("model")):
            return whole(one.get("context_length"))
    return None
