"""Writes tensors to a folder as safetensors shards, one shard in memory at a time."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

SHARD_BYTES = 2 * 1000**3


@dataclass(frozen=True)
class Planned:
    """A tensor to be written: its name in the file and its size in bytes."""

    name: str
    size: int


def plan(tensors: Iterable[Planned], limit: int = SHARD_BYTES) -> list[list[str]]:
    """Names shard by shard, each shard at most `limit` bytes unless one tensor alone is larger."""
    shards: list[list[str]] = [[]]
    used = 0
    for tensor in tensors:
        if shards[-1] and used + tensor.size > limit:
            shards.append([])
            used = 0
        shards[-1].append(tensor.name)
        used += tensor.size
    return shards


def write(
    folder: Path,
    tensors: Iterable[Planned],
    make: Callable[[str], torch.Tensor],
    limit: int = SHARD_BYTES,
) -> list[Path]:
    """Write `model.safetensors`, or shards with their index; `make` gives a tensor by its name.

    Names are asked for in the given order, each once, so that `make` may read a stream.
    """
    listed = list(tensors)
    shards = plan(listed, limit)
    files = [folder / name for name in _file_names(len(shards))]
    weight_map: dict[str, str] = {}
    for file, names in zip(files, shards, strict=True):
        _save({name: make(name).contiguous().cpu() for name in names}, file)
        weight_map |= dict.fromkeys(names, file.name)
    if len(files) > 1:
        total = sum(tensor.size for tensor in listed)
        index = {"metadata": {"total_size": total}, "weight_map": weight_map}
        text = json.dumps(index, indent=2, sort_keys=True)
        (folder / "model.safetensors.index.json").write_text(text + "\n", encoding="utf-8")
    return files


def _save(tensors: dict[str, torch.Tensor], file: Path) -> None:
    try:
        save_file(tensors, file, metadata={"format": "pt"})
    except SafetensorError as error:  # also where the disk is full
        raise OSError(str(error)) from error
    file.chmod(0o644)  # safetensors shuts out whoever else may serve the folder


def _file_names(count: int) -> Iterator[str]:
    if count == 1:
        yield "model.safetensors"
        return
    for number in range(1, count + 1):
        yield f"model-{number:05d}-of-{count:05d}.safetensors"
