"""Finds how a server takes each adapter: as a model of its own, or as a LoRA that it has loaded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.server.base import is_loopback
from models.server.dialect import LLAMA_SERVER, VLLM, VLLM_GUIDED
from models.server.endpoint import Endpoint
from models.server.event import mapping, said, string, whole
from models.server.listing import ServedModel


@dataclass
class ServerAdapters:
    """The adapters that can be drawn with, and how a request asks for each."""

    models: dict[str, str] = field(default_factory=dict)
    """Names under which the server offers the model with an adapter."""
    loras: dict[str, int] = field(default_factory=dict)
    """Ids of llama-server's adapters."""
    known: tuple[int, ...] = ()
    """All ids that llama-server has."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Why an adapter that nobody gave by hand cannot be used."""

    def request(self, model: str, adapter: str | None) -> dict[str, Any]:
        """The fields of a request that say which model, and which adapter."""
        if adapter is None or adapter in self.left_out:
            return {"model": model} | self._scales(None)
        if adapter in self.loras:
            return {"model": model} | self._scales(self.loras[adapter])
        return {"model": self.models.get(adapter, adapter)}

    def _scales(self, wanted: int | None) -> dict[str, Any]:
        if not self.loras:
            return {}
        return {"lora": [{"id": one, "scale": float(one == wanted)} for one in self.known]}


def find_adapters(
    endpoint: Endpoint,
    found: ServedModel,
    paths: Mapping[str, str | Path | None],
    optional: Collection[str],
) -> ServerAdapters:
    """How the server takes each adapter of `paths` and `optional`, loading it where it allows.

    One without a path has to be there already. One of `optional` that is not is left out. Raises
    `KnownError` for another, with how to serve it.
    """
    adapters = ServerAdapters()
    wanted = dict.fromkeys([*paths, *optional])
    if not wanted or (found.entries is None and not any(paths.values())):
        return adapters
    if found.dialect is LLAMA_SERVER:
        _find_loras(endpoint, wanted, paths, adapters)
    for name in wanted:
        if name in (found.entries or ()):
            adapters.models[name] = name
        elif name not in adapters.loras:
            why = _load(endpoint, found, name, paths.get(name))
            if why is None:
                adapters.models[name] = name
            elif name in optional or name not in paths:
                adapters.left_out[name] = why
            else:
                raise KnownError(_("adapter {name}: {why}", name=one_line(name, 60), why=why))
    return adapters


def _find_loras(
    endpoint: Endpoint,
    wanted: Collection[str],
    paths: Mapping[str, str | Path | None],
    into: ServerAdapters,
) -> None:
    """Match adapters with those that llama-server was started with, by the names of files."""
    listed = endpoint.get("/lora-adapters", of_root=True).json()
    ids = {}
    for one in map(mapping, listed if isinstance(listed, list) else ()):
        if (number := whole(one.get("id"))) is not None:
            ids[number] = Path(string(one.get("path")).replace("\\", "/"))
    into.known = tuple(ids)
    for name in wanted:
        path_given = paths.get(name)
        given = Path(path_given) if path_given is not None else None
        for number, path in ids.items():
            same = given is not None and path.name == given.name
            if same or path.stem == name or path.parent.name == name:
                into.loras[name] = number
                break


def _load(endpoint: Endpoint, found: ServedModel, name: str, path: str | Path | None) -> str | None:
    """Have vLLM load an adapter; returns why it cannot be used, and what to do, if it cannot."""
    address = endpoint.shown
    if found.dialect is LLAMA_SERVER:
        return _(
            "{address} has not loaded it; start llama-server with --lora {file}",
            address=address,
            file=path or name + ".gguf",
        )
    if found.dialect not in (VLLM, VLLM_GUIDED):
        return _("{address} offers no model of that name", address=address)
    given = {"address": address, "options": f"--enable-lora --lora-modules {name}={path or 'PATH'}"}
    if path is None:
        return _("{address} offers no model of that name; start vLLM with {options}", **given)
    near = is_loopback(endpoint.base.host) and Path(path).exists()
    body = {"lora_name": name, "lora_path": str(Path(path).resolve() if near else path)}
    try:
        answer = endpoint.post("/load_lora_adapter", body)
    except KnownError as error:
        return _("{problem}; start vLLM with {options}", problem=error, options=given["options"])
    if answer.is_success:
        return None
    if answer.status in (404, 405):
        return _(
            "{address} offers no model of that name; start vLLM with {options}, or set "
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True for it, and it loads adapters when it is opened",
            **given,
        )
    return _(
        "{address} does not load it ({status} {words}); start vLLM with {options}",
        **given,
        status=answer.status,
        words=said(answer.body),
    )
