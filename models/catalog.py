"""Finds what `--model` names, and opens it; says which known models this machine can play."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.backend import Backend, open_backend
from models.entries import MODELS as MODELS
from models.entries import STARTER as STARTER
from models.entries import Model as Model
from models.memory.shapes import LOCAL as LOCAL
from models.server.address import is_address, read_address

SHARE = 0.7
"""Part of a machine's memory that a model may take, the rest being for the cache and the system."""
MODES = ("chat", "raw")
IN_PROCESS = ("llamacpp", "local")
NAMED = 60
"""Characters of what a person wrote that a message repeats."""


@dataclass(frozen=True)
class Opening:
    """What `--model` names: a backend and how to open it."""

    backend: str
    title: str
    options: Mapping[str, object] = field(default_factory=dict)
    model: Model | None = None

    def check(self) -> None:
        """Raise `KnownError` where what is to be opened does not lie on this machine.

        It takes no time worth mentioning, and asks no server.
        """
        if self.model is not None:
            check_here(self.model)
        elif isinstance(path := self.options.get("path"), Path):
            from models.gguf.header import check_model

            check_model(path)

    def open(self, **options: object) -> Backend:
        """Find the files and open the backend; `options` are added to its own.

        It takes seconds, and reads gigabytes: run it beside what a person looks at. Raises
        `KnownError`, also where the model has not been pulled.
        """
        found = dict(self.options)
        if self.model is not None:
            found["path"] = weights(self.model)
            found.setdefault("mode", "chat" if self.model.form == "chat" else "raw")
            if self.backend == "llamacpp":
                found["name"] = self.model.name
        return open_backend(self.backend, **(found | options))


def weights(model: Model) -> Path:
    """Where the model's file or folder lies on this machine. Raises `KnownError` if it does not."""
    if model is STARTER:
        from models import starter

        return starter.path()
    from models import pull

    return pull.find(model)


def check_here(model: Model) -> None:
    """Raise `KnownError` where the model's weights do not lie on this machine."""
    if model is STARTER:
        from models import starter

        starter.check_here()
    else:
        weights(model)


def published(model: Model) -> str:
    """What others call the weights: the hub id that an adapter names as its base."""
    return model.origin or model.hub


def known(spec: str) -> Model | None:
    """The model of that name, or whose packed weights came from that hub id."""
    packed = (model for model in MODELS.values() if model.origin == spec != "")
    return MODELS.get(spec) or next(packed, None)


def find(name: str) -> Model:
    """The model called `name`. Raises `KnownError` with the nearest names."""
    try:
        return MODELS[name]
    except KeyError:
        named = one_line(name, NAMED)
        raise KnownError(
            _(
                "model {named!r} is not known; nearest: {nearest}",
                named=named,
                nearest=_nearest(name),
            )
        ) from None


def resolve(spec: str) -> Opening:
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
        return Opening("scripted", "scripted")
    if spec.startswith(("http://", "https://")):
        return _server(spec)
    if model := known(spec):
        return Opening(model.backend, model.title, model=model)
    path = Path(spec).expanduser()
    if os.path.isdir(path):  # unlike Path.is_dir, no error where it is too long for a path
        return Opening("local", path.resolve().name, {"path": path})
    if os.path.isfile(path) or path.suffix == ".gguf":
        return Opening("llamacpp", path.stem, {"path": path})
    if is_address(spec):
        return _server(spec)
    if "?" in spec:
        return _with_mode(*spec.rsplit("?", 1))
    raise KnownError(
        _(
            "model {spec!r}: no model of that name, no file, no folder, no address; "
            "nearest: {nearest}",
            spec=one_line(spec, NAMED),
            nearest=_nearest(spec),
        )
    )


def _local(spec: str) -> Opening:
    found = resolve(spec)
    if found.backend not in ("local", "llamacpp"):
        named = one_line(f"{LOCAL}{spec}", NAMED)
        raise KnownError(
            _("{named}: expected a model's name, a GGUF file or a folder", named=named)
        )
    return replace(found, backend="local")


def _with_mode(spec: str, query: str) -> Opening:
    found, (key, __, mode) = resolve(spec), query.partition("=")
    if found.backend not in IN_PROCESS or key != "mode" or mode not in MODES:
        named = one_line(f"{spec}?{query}", NAMED)
        raise KnownError(
            _("{named}: expected ?mode=chat or ?mode=raw behind a model's name", named=named)
        )
    return replace(found, options={**found.options, "mode": mode})


def _server(spec: str) -> Opening:
    named = read_address(spec)
    options: dict[str, object] = {"url": named.url}
    given = {"model": named.model, "mode": named.mode, "dialect": named.dialect}
    options |= {name: value for name, value in given.items() if value is not None}
    if named.context is not None:
        options["stated_context"] = named.context
    return Opening("server", named.title, options)


def _nearest(name: str) -> str:
    from rapidfuzz import process

    return ", ".join(match[0] for match in process.extract(name, [*MODELS, "scripted"], limit=3))


def fits(model: Model, main: int, gpu: int) -> bool:
    """Whether a machine with so many bytes of memory can play a model.

    A GPU takes any that its memory holds; without one, only those in GGUF are read aloud in time.
    """
    there = max(main, gpu) if model.backend == "llamacpp" else gpu
    return model.memory[model.smallest] <= SHARE * there


def better_models(main: int, gpu: int) -> list[Model]:
    """Models larger than the starter that a machine can play, the largest first."""
    fitting = [
        model for model in MODELS.values() if model is not STARTER and fits(model, main, gpu)
    ]
    return sorted(fitting, key=lambda model: -model.parameters)


def machine_memory() -> tuple[int, int]:
    """Bytes of main memory and of the largest GPU; 0 where it is not told."""
    return _main_memory(), _gpu_memory()


def _main_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _gpu_memory() -> int:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    query = [tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True)
        return max(int(line) for line in answer.stdout.split()) << 20
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0
