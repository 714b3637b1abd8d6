"""Writes official checkpoints as safetensors that need no remote code, and prefixes as PEFT."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from base.errors import KnownError
from base.messages import _, series
from models.chatglm.config import Raw, Version, glm_config, read_config
from models.chatglm.convert_prefix import convert_prefix, write_json
from models.chatglm.files import PREFIX_WEIGHTS, resolve, stream, weight_files
from models.chatglm.layout import official_tensors
from models.chatglm.load import DTYPES, Checkpoint
from models.chatglm.names import renamed
from models.chatglm.prefix import KEY
from models.chatglm.quantized import dequantise, dequantise_int4
from models.chatglm.shards import SHARD_BYTES, Planned, write
from models.folders import new_folder

Layout = Literal["glm", "chatglm", "peft"]
TOKENIZER_FILES = ("*.model", "tokenizer*.json", "special_tokens_map.json")
REMOTE_KEYS = ("auto_map", "transformers_version")


@dataclass(frozen=True)
class Converted:
    """What was written: its folder, its layout, and what a person should know about it."""

    folder: Path
    layout: Layout
    note: str


@dataclass(frozen=True)
class Output:
    """A tensor to write: its name, its size in bytes, and how to compute it."""

    name: str
    size: int
    make: Callable[[], torch.Tensor]


def convert(
    path: str | Path,
    out: str | Path,
    *,
    keep_quantised: bool = False,
    dtype: torch.dtype | str | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> Converted:
    """Convert the checkpoint at `path` (folder or hub id) into the new folder `out`.

    ChatGLM2/3 become `GlmForCausalLM` folders ("glm"), which transformers opens by itself;
    ChatGLM-6B keeps its own layout as safetensors ("chatglm"), and so does a checkpoint whose int8
    or int4 weights are kept. Otherwise these are dequantised to `dtype`, by default the file's. A
    P-tuning checkpoint becomes a PEFT PrefixTuning folder ("peft"). The folder appears whole or not
    at all; files are at most `shard_bytes`. Raises `KnownError`.
    """
    folder = resolve(path)
    with new_folder(Path(out).expanduser()) as target:
        if _is_prefix(folder):
            return Converted(Path(out), "peft", convert_prefix(folder, target))
        checkpoint = Checkpoint.open(folder)
        kept = keep_quantised and checkpoint.bits > 0
        layout: Layout = "chatglm" if kept or checkpoint.version == "v1" else "glm"
        precision = _precision(dtype, checkpoint.raw)
        plan = [Planned(o.name, o.size) for o in _outputs(checkpoint, kept, precision)]
        made = _outputs(checkpoint, kept, precision)
        write(target, plan, lambda name: _expect(next(made), name), shard_bytes)
        _write_config(checkpoint, target, layout, kept, precision)
        _copy_tokenizer(folder, target)
        note = _("it opens with --model only")
        if layout == "glm":
            note = _("it opens with AutoModelForCausalLM")
        return Converted(Path(out), layout, note)


def _is_prefix(folder: Path) -> bool:
    """Whether the folder holds a P-tuning checkpoint alone, without a base."""
    if not read_config(folder).get("pre_seq_len"):
        return False
    names = [name for name, __ in stream(weight_files(folder, PREFIX_WEIGHTS))]
    return bool(names) and all(name.startswith(KEY) for name in names)


def _precision(dtype: torch.dtype | str | None, raw: Raw) -> torch.dtype:
    if isinstance(dtype, torch.dtype):
        return dtype
    name = dtype or str(raw.get("torch_dtype") or raw.get("dtype") or "float16")
    if name not in DTYPES:
        raise KnownError(
            _(
                "dtype {name}: expected one of {dtypes}",
                name=name,
                dtypes=series(DTYPES),
            )
        )
    return DTYPES[name]


def _outputs(checkpoint: Checkpoint, kept: bool, dtype: torch.dtype) -> Iterator[Output]:
    """What to write, in file order; call each `make` before asking for the next item."""
    _check_complete(checkpoint)
    scales = {} if kept or not checkpoint.bits else _scales(checkpoint)
    for name, tensor in _tensors(checkpoint, as_stored=kept):
        if name.endswith("weight_scale") and not kept:
            continue
        scale = scales.get(f"{name}_scale")
        if scale is not None:
            size = scale.shape[0] * tensor.shape[1] * (8 // checkpoint.bits) * dtype.itemsize
            yield Output(name, size, _dequantising(tensor, scale, checkpoint.bits, dtype))
        elif kept or not tensor.is_floating_point():
            yield Output(name, tensor.numel() * tensor.element_size(), tensor.clone)
        else:
            yield Output(name, tensor.numel() * dtype.itemsize, _casting(tensor, dtype))


def _tensors(checkpoint: Checkpoint, as_stored: bool) -> Iterator[tuple[str, torch.Tensor]]:
    if not as_stored:
        yield from checkpoint.tensors()
        return
    for name, tensor in stream(weight_files(checkpoint.folder), lambda n: "inv_freq" not in n):
        if not (checkpoint.version == "v1" and name.startswith("lm_head.")):
            yield name, tensor


def _scales(checkpoint: Checkpoint) -> dict[str, torch.Tensor]:
    files = weight_files(checkpoint.folder)
    config = checkpoint.config()
    found = stream(files, lambda name: name.endswith("weight_scale"))
    return {
        ours: scale.clone()
        for name, tensor in found
        for ours, scale in renamed(name, tensor, checkpoint.version, config)
    }


def _dequantising(
    packed: torch.Tensor, scale: torch.Tensor, bits: int, dtype: torch.dtype
) -> Callable[[], torch.Tensor]:
    return lambda: (dequantise if bits == 8 else dequantise_int4)(packed, scale, dtype)


def _casting(tensor: torch.Tensor, dtype: torch.dtype) -> Callable[[], torch.Tensor]:
    return lambda: tensor.to(dtype=dtype, copy=True)


def _expect(output: Output, name: str) -> torch.Tensor:
    if output.name != name:
        raise KnownError(
            _("{name}: the source changed while it was read; convert again", name=name)
        )
    return output.make()


def _check_complete(checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint whose tensors are not those its configuration asks for."""
    if checkpoint.version == "glm":
        raise KnownError(
            _(
                "{folder}: already a GlmForCausalLM folder; use it as it is",
                folder=checkpoint.folder,
            )
        )
    expected = {
        spec.name: spec.shape for spec in official_tensors(checkpoint.raw, checkpoint.version)
    }
    found = {n: tuple(t.shape) for n, t in stream(weight_files(checkpoint.folder))}
    for name, shape in expected.items():
        optional = name.startswith("lm_head.") or "inv_freq" in name
        if name not in found and not optional:
            raise KnownError(
                _(
                    "{folder}: {name} is missing, which its config.json asks for; download"
                    " it again",
                    folder=checkpoint.folder,
                    name=name,
                )
            )
        if found.get(name, shape) != shape and not optional:
            raise KnownError(
                _(
                    "{folder}: {name} has the shape {found}, but config.json asks for "
                    "{expected}; the two do not belong together",
                    folder=checkpoint.folder,
                    name=name,
                    found=list(found[name]),
                    expected=list(shape),
                )
            )


def _write_config(
    checkpoint: Checkpoint, target: Path, layout: Layout, kept: bool, dtype: torch.dtype
) -> None:
    stored = str(checkpoint.raw.get("torch_dtype")) if kept else str(dtype).removeprefix("torch.")
    if layout == "glm":
        config = glm_config(checkpoint.raw, checkpoint.folder).to_dict()
        config["_name_or_path"] = _name(checkpoint.raw, checkpoint.version)
        config["dtype"] = stored
        ids = {key: config[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
        write_json(target / "generation_config.json", ids)
    else:
        config = {k: v for k, v in checkpoint.raw.items() if k not in REMOTE_KEYS}
        if not kept:
            config = {k: v for k, v in config.items() if not k.startswith("quantization_")}
        config["torch_dtype"] = stored
    write_json(target / "config.json", config)


def _name(raw: Raw, version: Version) -> str:
    """The official name, by which a tokenizer knows ChatGLM2 from 3."""
    known = str(raw.get("_name_or_path", ""))
    return known if f"chatglm{version[1]}" in known else f"THUDM/chatglm{version[1]}-6b"


def _copy_tokenizer(folder: Path, target: Path) -> None:
    """Vocabulary and tokenizer settings, without the references to remote code."""
    for pattern in TOKENIZER_FILES:
        for file in folder.glob(pattern):
            if file.suffix == ".json":
                settings = json.loads(file.read_text(encoding="utf-8"))
                settings.pop("auto_map", None)
                write_json(target / file.name, settings)
            else:
                shutil.copyfile(file, target / file.name)
