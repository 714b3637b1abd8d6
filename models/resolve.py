"""Reads what `--model` names, finds it on this machine, and opens it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models import starter
from models.backend import Backend, open_backend
from models.catalog import NAMED, CatalogModel, known, nearest_models
from models.gguf.header import check_model
from models.hub.fetched import find_fetched
from models.hub.names import REPO
from models.memory.shapes import LOCAL as LOCAL
from models.server.address import is_address, read_address

MODES = ("chat", "raw")
IN_PROCESS = ("llamacpp", "local")


@dataclass(frozen=True)
class ModelSpec:
    """What `--model` names: a backend and how to open it."""

    backend: str
    title: str
    options: Mapping[str, object] = field(default_factory=dict)
    model: CatalogModel | None = None

    def check(self) -> None:
        """Raise `KnownError` where what is to be opened does not lie on this machine.

        It takes no time worth mentioning, and asks no server.
        """
        if self.model is not None:
            check_here(self.model)
        elif isinstance(path := self.options.get("path"), Path):
            check_model(path)

    def open(self, **options: object) -> Backend:
        """Find the files and open the backend; `options` are added to its own.

        It takes seconds, and reads gigabytes: run it beside what a person looks at. Raises
        `KnownError`, also where the model has not been pulled.
        """
        arguments = dict(self.options)
        if self.model is not None:
            arguments["path"] = weights(self.model)
            arguments.setdefault("mode", "chat" if self.model.form == "chat" else "raw")
            if self.backend == "llamacpp":
                arguments["name"] = self.model.name
        return open_backend(self.backend, **(arguments | options))


def weights(model: CatalogModel) -> Path:
    """Where the model's file or folder lies on this machine. Raises `KnownError` if it does not."""
    if model.embedded:
        return starter.path(model=model)
    return find_fetched(model)


def check_here(model: CatalogModel) -> None:
    """Raise `KnownError` where the model's weights do not lie on this machine."""
    if model.embedded:
        starter.check_here(model=model)
    else:
        weights(model)


def resolve(spec: str) -> ModelSpec:
    """Read what `--model` says.

    A name of the catalog, `scripted`, the path of a GGUF file or of a folder with weights, or a
    server's address as `http://host:port/v1?mode=chat#model`, as `read_address` reads it.
    `local:` in front of a name, a file or a folder opens it with PyTorch, a GGUF too; `?mode=chat`
    behind it asks it through its own chat template, `?mode=raw` continues the log as it stands.
    Raises `KnownError` with the nearest names where it is none of them.
    """
    spec = spec.strip()
    if spec.startswith(LOCAL):
        return _local(spec.removeprefix(LOCAL))
    if spec == "scripted":
        return ModelSpec("scripted", "scripted")
    if spec.startswith(("http://", "https://")):
        return _server(spec)
    if model := known(spec):
        return ModelSpec(model.backend, model.title, model=model)
    path = Path(spec).expanduser()
    if os.path.isdir(path):  # unlike Path.is_dir, no error where it is too long for a path
        return ModelSpec("local", path.resolve().name, {"path": path})
    if os.path.isfile(path) or path.suffix == ".gguf":
        return ModelSpec("llamacpp", path.stem, {"path": path})
    if is_address(spec):
        return _server(spec)
    if "?" in spec:
        return _with_mode(*spec.rsplit("?", 1))
    raise KnownError(
        _(
            "model {spec!r}: neither a known name, nor a file, a folder or an address; nearest: "
            "{names}",
            spec=one_line(spec, NAMED),
            names=nearest_models(spec),
        )
    )


def _local(spec: str) -> ModelSpec:
    spec_read = resolve(spec)
    if spec_read.backend not in ("local", "llamacpp"):
        raise KnownError(
            _(
                "{spec}: expected a model's name, a GGUF file or a folder",
                spec=one_line(f"{LOCAL}{spec}", NAMED),
            )
        )
    return replace(spec_read, backend="local")


def _with_mode(spec: str, query: str) -> ModelSpec:
    found, (key, __, mode) = resolve(spec), query.partition("=")
    if found.backend not in IN_PROCESS or key != "mode" or mode not in MODES:
        raise KnownError(
            _(
                "{spec}: expected ?mode=chat or ?mode=raw behind a model's name",
                spec=one_line(f"{spec}?{query}", NAMED),
            )
        )
    return replace(found, options={**found.options, "mode": mode})


def _server(spec: str) -> ModelSpec:
    named = read_address(spec)
    options: dict[str, object] = {"url": named.url}
    given = {"model": named.model, "mode": named.mode, "dialect": named.dialect}
    options |= {name: value for name, value in given.items() if value is not None}
    if named.context is not None:
        options["stated_context"] = named.context
    return ModelSpec("server", named.title, options)


def find_base(name_or_path: str | Path) -> str | Path:
    """The folder, hub id or GGUF file of a base. Raises `KnownError` where there is none."""
    spec = str(name_or_path).strip().removeprefix(LOCAL)
    if (model := known(spec)) is not None:
        return weights(model)
    if Path(spec).expanduser().exists() or REPO.fullmatch(spec):
        return spec
    resolve(LOCAL + spec)
    return spec
