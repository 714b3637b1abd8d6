"""Reads the header of a GGUF file: its metadata and its tensors, whose weights stay unread.

Format: github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from base.errors import KnownError
from base.messages import _
from base.system_errors import system_reason
from models.template import form_of

MAGIC = b"GGUF"
STRING, ARRAY = 8, 9
SCALARS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
"""Value types by number, as `struct` letters."""

Value = str | int | float | bool

ALIGNMENT = 32
"""Tensors begin at multiples of this many bytes, where the file says nothing else."""
TURNED = {"llama"}
"""Architectures whose rows of queries and keys llama.cpp keeps in another order."""


@dataclass(frozen=True)
class GgufTensor:
    """One tensor: its shape in GGML's order, its type by GGML's number, and its first byte."""

    shape: tuple[int, ...]
    kind: int
    start: int


@dataclass(frozen=True)
class GgufHeader:
    """What a GGUF file says of itself. Arrays are left out; shapes are in GGML's order."""

    path: Path
    metadata: dict[str, Value]
    shapes: dict[str, tuple[int, ...]]
    tensors: Mapping[str, GgufTensor] = field(default_factory=dict)

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", "unknown"))

    @property
    def is_adapter(self) -> bool:
        return self.metadata.get("general.type") == "adapter"

    @property
    def has_template(self) -> bool:
        """Whether a chat template comes with it; those of many base models do too."""
        return bool(self.metadata.get("tokenizer.chat_template"))

    @property
    def form(self) -> Literal["base", "chat"] | None:
        """What the name of the file, or its makers' name for it, says; `None` where neither does.

        Without a chat template it is `base`.
        """
        if not self.has_template:
            return "base"
        keys = ("general.finetune", "general.name")
        return form_of((self.path.stem, *(str(self.metadata.get(key, "")) for key in keys)))

    @property
    def trained_context(self) -> int | None:
        """Longest text the model was trained on, in tokens, where the file says so."""
        length = self.metadata.get(f"{self.architecture}.context_length")
        return length if isinstance(length, int) else None


class GgufReader:
    """Goes through a header, a value at a time. Raises `struct.error` where it is cut off."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def scalar(self, letter: str) -> int | float | bool:
        value: int | float | bool = struct.unpack_from(f"<{letter}", self.data, self.at)[0]
        self.at += struct.calcsize(f"<{letter}")
        return value

    def integer(self, letter: str) -> int:
        return int(self.scalar(letter))

    def skip(self, size: int) -> None:
        self.at += size
        if self.at > len(self.data):
            raise struct.error("past the end")

    def string(self) -> str:
        start = self.at + 8
        self.skip(8 + self.integer_at_start())
        return self.data[start : self.at].decode("utf-8")

    def integer_at_start(self) -> int:
        return int(struct.unpack_from("<Q", self.data, self.at)[0])

    def value(self, kind: int) -> Value | None:
        """A metadata value, or `None` for an array, which is passed over."""
        if kind == STRING:
            return self.string()
        if kind != ARRAY:
            return self.scalar(SCALARS[kind])
        inner, count = self.integer("I"), self.integer("Q")
        if inner == STRING:
            for __ in range(count):
                self.skip(8 + self.integer_at_start())
        else:
            self.skip(count * struct.calcsize(f"<{SCALARS[inner]}"))
        return None


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of `path`. Raises `KnownError` where it is not a whole GGUF."""
    try:
        if path.exists() and not path.is_file():
            raise KnownError(
                _("{path}: not an ordinary file; give the path of a model in GGUF", path=path)
            )
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise KnownError(
                    _("{path}: not a GGUF file; give the path of a model in GGUF", path=path)
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _parse(path, data)
    except FileNotFoundError:
        raise KnownError(
            _("{path}: no such file; give the path of a model in GGUF", path=path)
        ) from None
    except OSError as error:
        raise KnownError(
            _("{path}: cannot be read ({error})", path=path, error=system_reason(error))
        ) from error
    except (struct.error, KeyError, UnicodeDecodeError, OverflowError, ValueError):
        raise KnownError(
            _(
                "{path}: the file is cut off or damaged; download it again",
                path=path,
            )
        ) from None


def check_model(path: Path) -> None:
    """Raise `KnownError` unless `path` is a model's GGUF, or a folder with a checkpoint."""
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise KnownError(
                _(
                    "{path}: no config.json, expected a checkpoint's folder; check the path",
                    path=path,
                )
            )
    elif read_header(path).is_adapter:
        raise KnownError(
            _("{path}: this is an adapter; give the model that it belongs to", path=path)
        )


def adapter_file(path: Path) -> Path:
    """The GGUF LoRA that `path` means: itself, or the one in the folder of an adapter.

    Raises `KnownError` where the folder has none, or several of which none has the folder's name.
    """
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.gguf"))
    own = path / f"{path.resolve().name}.gguf"
    if own in files or len(files) == 1:
        return own if own in files else files[0]
    if files:
        raise KnownError(
            _(
                "{path}: there are {count} GGUF files in it; give the one that is meant",
                path=path,
                count=len(files),
            )
        )
    raise KnownError(
        _(
            "{path}: there is no GGUF in it, which llama.cpp needs; make one with: paotuan"
            " models convert {path} {file} --to gguf-lora",
            path=path,
            file=own,
        )
    )


def check_adapter(adapter: GgufHeader, base: GgufHeader) -> None:
    """Raise `KnownError` unless the LoRA `adapter` was trained on a model of `base`'s shape."""
    if not adapter.is_adapter:
        raise KnownError(_("{path}: this is a model, not an adapter", path=adapter.path))
    if adapter.architecture != base.architecture:
        raise KnownError(
            _(
                "{path}: an adapter for {architecture}, but {model} is "
                "{model_architecture}; use the model it was trained on",
                path=adapter.path,
                architecture=adapter.architecture,
                model=base.path.name,
                model_architecture=base.architecture,
            )
        )
    for name, shape in adapter.shapes.items():
        target, __, side = name.rpartition(".lora_")
        axis = 0 if side == "a" else 1
        of_base = base.shapes.get(target)
        if of_base is None or len(shape) != 2 or shape[axis] != of_base[axis]:
            raise KnownError(
                _(
                    "{path}: {name} {shape} does not fit {model} ({target}: {expected}); "
                    "use the model it was trained on",
                    path=adapter.path,
                    name=name,
                    shape=list(shape),
                    model=base.path.name,
                    target=target,
                    expected=list(of_base or ()),
                )
            )


def _parse(path: Path, data: mmap.mmap) -> GgufHeader:
    reader = GgufReader(data)
    reader.skip(len(MAGIC))
    version = reader.integer("I")
    if version not in (2, 3):
        raise KnownError(
            _(
                "{path}: GGUF version {version} is not supported, only 2 and 3 are; use a "
                "newer file",
                path=path,
                version=version,
            )
        )
    tensors, pairs = reader.integer("Q"), reader.integer("Q")
    metadata: dict[str, Value] = {}
    for __ in range(pairs):
        key, kind = reader.string(), reader.integer("I")
        if (value := reader.value(kind)) is not None:
            metadata[key] = value
    listed = {}
    for __ in range(tensors):
        name, rank = reader.string(), reader.integer("I")
        shape = tuple(reader.integer("Q") for __ in range(rank))
        listed[name] = GgufTensor(shape, reader.integer("I"), reader.integer("Q"))
    if listed and reader.at + max(one.start for one in listed.values()) >= len(data):
        raise struct.error("the weights are cut off")
    step = int(metadata.get("general.alignment", ALIGNMENT)) or ALIGNMENT
    first = -(-reader.at // step) * step
    placed = {name: replace(one, start=first + one.start) for name, one in listed.items()}
    return GgufHeader(path, metadata, {name: one.shape for name, one in placed.items()}, placed)
