"""Finds a checkpoint's weight files and reads them tensor by tensor, with one-line errors."""

import json
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from base.errors import KnownError, PassingError, first_line
from base.messages import _
from models.hub.fetched import here
from models.hub.fetching import fetch

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
WANTED = (".json", ".model", ".safetensors")
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
PREFIX_WEIGHTS = ("prefix_encoder.safetensors", *WEIGHTS)

Stream = Iterator[tuple[str, torch.Tensor]]


def resolve(path: str | Path) -> Path:
    """The local folder of a checkpoint; a hub id is downloaded (or found in the hub's cache)."""
    folder = Path(path).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise KnownError(
            _(
                "{folder}: a file, expected the folder of a checkpoint; give the folder "
                "that it lies in",
                folder=folder,
            )
        )
    if not HUB_ID.fullmatch(str(path)):
        raise KnownError(
            _(
                "{path}: neither a folder nor a hub id (owner/name); check the path",
                path=path,
            )
        )
    return _from_hub(str(path))


def _from_hub(repo: str) -> Path:
    try:
        return fetch(repo, _wanted)
    except PassingError:  # without a network, what was fetched before will do
        if found := here(repo):
            return found
        raise


def _wanted(names: Sequence[str]) -> list[str]:
    safe = any(name.endswith(".safetensors") for name in names)
    return [name for name in names if name.endswith(WANTED if safe else (*WANTED, ".bin"))]


def weight_files(folder: Path, names: tuple[str, ...] = WEIGHTS) -> list[Path]:
    """The files that hold the weights, safetensors before `.bin`; raises for a missing shard."""
    for name in names:
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}.index.json"
        if index.is_file():
            return _shards(index)
    expected = " or ".join(names)
    raise KnownError(
        _(
            "{folder}: no weights here, expected {expected} (or its index.json)",
            folder=folder,
            expected=expected,
        )
    )


def _shards(index: Path) -> list[Path]:
    try:
        weight_map = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        files = [index.parent / name for name in sorted(set(weight_map.values()))]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KnownError(
            _("{index}: no weight_map in it; download it again", index=index)
        ) from None
    for file in files:
        if file.parent != index.parent:
            raise KnownError(
                _(
                    "{index}: names {file}, which does not lie beside it; download it again",
                    index=index,
                    file=file,
                )
            )
        if not file.is_file():
            raise KnownError(
                _(
                    "{file}: this file, which {index} names, is missing; download it",
                    file=file,
                    index=index.name,
                )
            )
    return files


def stream(files: list[Path], transform: Callable[[str], bool] | None = None) -> Stream:
    """(name, tensor) of every tensor, in file order; `transform` says which names are wanted.

    A tensor is a view of the mapped file: copy what is to stay. Files are mapped anew every now and
    then, so that pages already read do not stay in memory.
    """
    budget = max(8 << 20, sum(file.stat().st_size for file in files) // 50)
    for file in files:
        read = _safetensors if file.suffix == ".safetensors" else _pickled
        yield from _piecewise(file, read, budget, transform or (lambda __: True))


Reader = Callable[[Path], Any]


def _piecewise(file: Path, read: Reader, budget: int, wanted: Callable[[str], bool]) -> Stream:
    names: list[str] | None = None
    done = 0
    while names is None or done < len(names):
        used = 0
        with read(file) as (found, get):
            names = [name for name in found if wanted(name)]
            while done < len(names) and used < budget:
                tensor = get(names[done])
                used += tensor.numel() * tensor.element_size()
                yield names[done], tensor
                del tensor
                done += 1


@contextmanager
def _safetensors(file: Path) -> Iterator[tuple[list[str], Callable[[str], torch.Tensor]]]:
    try:
        with safe_open(file, framework="pt") as handle:
            yield list(handle.keys()), handle.get_tensor
    except (SafetensorError, OSError) as error:
        raise KnownError(
            _(
                "{file}: {size:,} bytes, not a whole safetensors file ({error}); download it again",
                file=file,
                size=file.stat().st_size,
                error=error,
            )
        ) from None


@contextmanager
def _pickled(file: Path) -> Iterator[tuple[list[str], Callable[[str], torch.Tensor]]]:
    state = _load_pickled(file)
    if not isinstance(state, dict):
        raise KnownError(
            _(
                "{file}: holds a {type}, expected named tensors",
                file=file,
                type=type(state).__name__,
            )
        )
    for name, value in state.items():
        if not isinstance(value, torch.Tensor):
            raise KnownError(
                _(
                    "{file}: {name} is a {type}, expected a tensor; use an official checkpoint",
                    file=file,
                    name=name,
                    type=type(value).__name__,
                )
            )
    yield list(state), state.__getitem__


def _load_pickled(file: Path) -> Any:
    try:
        try:
            return torch.load(file, map_location="cpu", weights_only=True, mmap=True)
        except RuntimeError as error:
            if "mmap" not in str(error):
                raise
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise KnownError(
            _(
                "{file}: holds pickled objects, and opening them could run code, so it was"
                " not opened; use an official checkpoint or its safetensors",
                file=file,
            )
        ) from None
    except (RuntimeError, EOFError, OSError, ValueError) as error:
        said = first_line(error)
        raise KnownError(
            _(
                "{file}: {size:,} bytes, not a whole torch file ({error}); download it again",
                file=file,
                size=file.stat().st_size,
                error=said,
            )
        ) from None


def check_numbers(file: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Raise `KnownError` where an adapter holds NaN or infinities, which would spoil every draw."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise KnownError(
                _(
                    "{file}: {name} holds NaN or infinite weights, because its training "
                    "failed or the file is damaged; train it anew, or download it again",
                    file=file,
                    name=name,
                )
            )
