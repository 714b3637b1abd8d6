"""Writes a LoRA in PEFT layout as a GGUF, which llama.cpp puts on the base's own GGUF.

Format: llama.cpp, `src/llama-adapter.cpp`: metadata `general.type`, `general.architecture`,
`adapter.type` and `adapter.lora.alpha`; tensors NAME.lora_a [in, rank] and NAME.lora_b [rank, out]
in GGML's order, added as alpha / rank · B A.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from base.errors import KnownError
from base.messages import N_, _
from base.writing import drafted, reason
from models.adapter_files import CONFIG, OUTER, read_json, read_tensors, scale_of
from models.gguf.header import TURNED, GgufHeader, check_adapter
from models.gguf.lora_base import LoraBase, own_base, read_base

INNER = ("model.language_model.", "language_model.")
"""What stands in front of the layers of a model that also sees pictures."""

Pair = tuple[torch.Tensor, torch.Tensor]
"""A [rank, in] and B [out, rank] of one layer."""


@dataclass(frozen=True)
class WrittenLora:
    """A GGUF LoRA that was written."""

    path: Path
    architecture: str
    base: str
    pairs: int


def write_gguf_lora(
    folder: str | Path,
    out: str | Path,
    base: str | None = None,
    dtype: Literal["float16", "float32"] = "float16",
) -> WrittenLora:
    """Write the LoRA in `folder` to the file `out`.

    `base` is that of the adapter's own configuration unless it is given: a name of the catalog, a
    folder, a hub id or a GGUF, against whose shapes the adapter is then checked. Raises
    `KnownError` for a prefix, for what llama.cpp cannot add, and for another base.
    """
    folder, out = Path(folder).expanduser(), Path(out).expanduser()
    if not folder.is_dir():
        raise KnownError(
            _(
                "{folder}: no such folder; give the folder of an adapter in PEFT layout",
                folder=folder,
            )
        )
    config = read_json(folder / CONFIG)
    _check_config(folder / CONFIG, config)
    pairs = _pairs(folder, read_tensors(folder))
    known = read_base(base) if base else own_base(folder, config)
    tensors = _named(folder, pairs, config, known)
    alpha = float(config.get("lora_alpha") or 1)
    values = _values(tensors, dtype)
    shapes = {name: value.shape[::-1] for name, value in values.items()}
    if known.header is not None:
        metadata = {"general.type": "adapter", "general.architecture": known.architecture}
        check_adapter(GgufHeader(folder, dict(metadata), shapes), known.header)
    inputs = [*folder.iterdir(), *([known.header.path] if known.header else [])]
    try:
        _write(out, known, alpha, values, inputs)
    except OSError as error:
        raise KnownError(
            _("{out}: cannot be written: {error}", out=out, error=reason(error))
        ) from error
    return WrittenLora(out, known.architecture, known.name, len(tensors))


def _check_config(file: Path, config: Mapping[str, Any]) -> None:
    kind = config.get("peft_type")
    if kind != "LORA":
        raise KnownError(
            _(
                "{file}: peft_type is {kind}, but llama.cpp only knows LORA; play this "
                "adapter with --model local:…",
                file=file,
                kind=kind,
            )
        )
    for key, what in (
        ("use_dora", N_("a DoRA")),
        ("modules_to_save", N_("whole layers")),
        ("fan_in_fan_out", N_("transposed weights")),
        ("alora_invocation_tokens", N_("an activated LoRA")),
    ):
        if config.get(key):
            raise KnownError(
                _(
                    "{file}: {key}: a GGUF LoRA cannot hold {what}",
                    file=file,
                    key=key,
                    what=_(what),
                )
            )
    if config.get("bias", "none") != "none":
        raise KnownError(
            _(
                "{file}: bias is {bias}, expected none, since a GGUF LoRA has no biases",
                file=file,
                bias=config["bias"],
            )
        )


def _pairs(folder: Path, tensors: Mapping[str, torch.Tensor]) -> dict[str, Pair]:
    """A and B by the adapted layer's name."""
    halves: dict[str, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        layer, mark, half = key.removeprefix(OUTER).rpartition(".lora_")
        if not mark or half not in ("A.weight", "B.weight"):
            raise KnownError(
                _(
                    "{folder}: {key}: expected nothing but lora_A and lora_B of linear layers",
                    folder=folder,
                    key=key,
                )
            )
        halves.setdefault(layer, {})[half[0]] = tensor
    for layer, pair in halves.items():
        if pair.keys() != {"A", "B"} or pair["A"].shape[0] != pair["B"].shape[-1]:
            raise KnownError(
                _(
                    "{folder}: {layer}: its lora_A and lora_B do not belong together",
                    folder=folder,
                    layer=layer,
                )
            )
    if not halves:
        raise KnownError(
            _(
                "{folder}: there is no lora_A or lora_B in it; give the folder that a "
                "training wrote",
                folder=folder,
            )
        )
    return {layer: (pair["A"], pair["B"]) for layer, pair in halves.items()}


def _named(
    folder: Path, pairs: Mapping[str, Pair], config: Mapping[str, Any], base: LoraBase
) -> dict[str, Pair]:
    """The pairs under llama.cpp's names, B with what llama.cpp's scale lacks, and turned."""
    import gguf

    number = {name: number for number, name in gguf.MODEL_ARCH_NAMES.items()}.get(base.architecture)
    if number is None:
        raise KnownError(
            _(
                "{base}: the package gguf does not know {architecture}; bring it up to date",
                base=base.name,
                architecture=base.architecture,
            )
        )
    names = gguf.get_tensor_name_map(number, base.layers)
    named = {}
    for layer, (a, b) in pairs.items():
        inner = next((layer.removeprefix(i) for i in INNER if layer.startswith(i)), layer)
        name = names.get_name(inner) or names.get_name(f"model.{inner}")
        if name is None:
            raise KnownError(
                _(
                    "{folder}: adapts {layer}, which {base}, a {architecture} model of "
                    "{layers} layers, does not have; give the right base with --base",
                    folder=folder,
                    layer=layer,
                    architecture=base.architecture,
                    layers=base.layers,
                    base=base.name,
                )
            )
        rank = a.shape[0]
        theirs = float(config.get("lora_alpha") or 1) / rank
        b = b.to(torch.float32) * (scale_of(config, layer, rank) / theirs)
        if base.architecture in TURNED and name.endswith(("attn_q", "attn_k")):
            b = _turned(b, base.heads if name.endswith("attn_q") else base.kv_heads)
        named[f"{name}.weight"] = (a, b)
    return named


def _turned(b: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of each head as llama.cpp's rotary embedding wants them: the two halves in turn."""
    halves = b.reshape(heads, 2, -1, b.shape[-1])
    return halves.transpose(1, 2).reshape(b.shape)


def _values(tensors: Mapping[str, Pair], dtype: str) -> dict[str, Any]:
    kind = getattr(torch, dtype)
    return {
        f"{name}.lora_{half}": tensor.detach().to(kind).contiguous().numpy()
        for name, pair in tensors.items()
        for half, tensor in zip("ab", pair, strict=True)
    }


def _write(
    out: Path, base: LoraBase, alpha: float, values: Mapping[str, Any], inputs: Iterable[Path]
) -> None:
    import gguf

    out.parent.mkdir(parents=True, exist_ok=True)
    with drafted(out, inputs) as part:
        writer = gguf.GGUFWriter(part, base.architecture)
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
        writer.add_base_model_count(1)
        writer.add_base_model_name(0, Path(base.name).name)
        for name, value in values.items():
            writer.add_tensor(name, value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
