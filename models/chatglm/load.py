"""Loads an official checkpoint of any version, streaming its weights from disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import GenerationConfig, PretrainedConfig, PreTrainedModel

from base.errors import KnownError
from base.messages import _, series
from models.chatglm.config import (
    Raw,
    Version,
    glm_config,
    quantization_bit,
    read_config,
    v1_config,
    version_of,
)
from models.chatglm.files import resolve, stream, weight_files
from models.chatglm.glm import ChatGLM2ForCausalLM
from models.chatglm.modeling import ChatGLMForCausalLM
from models.chatglm.names import renamed
from models.chatglm.prefix import KEY, load_prefix
from models.chatglm.weight_loader import Placement, embed_quantised, use_quantised

DTYPES = {name: getattr(torch, name) for name in ("float32", "float16", "bfloat16")}


@dataclass(frozen=True)
class Checkpoint:
    """A folder whose configuration was read: what its weights are and how they are stored."""

    folder: Path
    raw: Raw
    version: Version
    bits: int

    @classmethod
    def open(cls, path: str | Path) -> "Checkpoint":
        """Read the configuration of a local folder or hub id; raises `KnownError`."""
        folder = resolve(path)
        raw = read_config(folder)
        return cls(folder, raw, version_of(raw, folder), quantization_bit(raw, folder))

    @property
    def quantised_embeddings(self) -> bool:
        """Whether embedding and head are quantised too (int4-qe)."""
        return bool(self.bits and self.raw.get("quantization_embeddings"))

    def config(self) -> PretrainedConfig:
        """The configuration of our model for this checkpoint."""
        make = v1_config if self.version == "v1" else glm_config
        return make(self.raw, self.folder)

    def tensors(self) -> Iterator[tuple[str, torch.Tensor]]:
        """(our name, tensor) of every weight, views of the mapped files, in file order."""
        config = self.config()
        for name, tensor in stream(weight_files(self.folder), lambda name: "inv_freq" not in name):
            yield from renamed(name, tensor, self.version, config)


def load_model(
    path: str | Path,
    dtype: torch.dtype | str | None = None,
    quantization: str | None = None,
    device: str | torch.device | None = None,
    mapped: bool = False,
) -> PreTrainedModel:
    """The evaluating model of a checkpoint: see `models.chatglm.load_model`."""
    checkpoint = Checkpoint.open(path)
    place = torch.device("cpu") if mapped else device_of(device)
    precision = _stored(checkpoint) if mapped else dtype_of(dtype, checkpoint, place)
    wanted = None if mapped else _quantization(quantization, checkpoint)
    model = _empty(checkpoint)
    if checkpoint.bits:
        use_quantised(model, checkpoint.bits)
        if checkpoint.quantised_embeddings:
            embed_quantised(model, checkpoint.bits, precision)
    placement = Placement(model, checkpoint.folder, precision, place, wanted, mapped)
    prefixed = False
    for name, tensor in checkpoint.tensors():
        if name.startswith(KEY):
            prefixed = True
        else:
            placement.put(name, tensor)
    if prefixed and placement.is_empty:
        raise KnownError(
            _(
                "{folder}: only a P-tuning prefix, expected a base model; load the base it"
                " was trained on, then put this prefix on it",
                folder=checkpoint.folder,
            )
        )
    placement.finish()
    model.generation_config = _generation(model.config)
    model.name_or_path = model.config._name_or_path = str(path)
    model.config.dtype = precision
    if prefixed:  # a checkpoint that holds base and prefix is meant to be used with both
        load_prefix(model, checkpoint.folder)
    return model.eval()


def device_of(device: str | torch.device | None) -> torch.device:
    """The device to load on, the GPU where there is one; raises for one that is absent."""
    cuda = torch.cuda.is_available()
    try:
        place = torch.device(device if device is not None else "cuda" if cuda else "cpu")
    except RuntimeError:
        raise KnownError(
            _(
                "device {device}: expected cpu or cuda",
                device=device,
            )
        ) from None
    if place.type == "cuda" and (not cuda or (place.index or 0) >= torch.cuda.device_count()):
        raise KnownError(
            _(
                "device {device}: this machine has no such CUDA device (CUDA devices: {count}); "
                "use device cpu, or install a CUDA build of torch and its driver",
                device=place,
                count=torch.cuda.device_count(),
            )
        )
    return place


def dtype_of(
    dtype: torch.dtype | str | None, checkpoint: Checkpoint, place: torch.device
) -> torch.dtype:
    """The precision to compute in: as asked, else float32 on a CPU and the file's on a GPU."""
    if isinstance(dtype, torch.dtype):
        return dtype
    if dtype is None or dtype == "auto":
        return torch.float32 if place.type == "cpu" else _stored(checkpoint)
    try:
        return DTYPES[str(dtype)]
    except KeyError:
        raise KnownError(
            _(
                "dtype {name}: expected one of {dtypes}",
                name=dtype,
                dtypes=series(DTYPES),
            )
        ) from None


def _stored(checkpoint: Checkpoint) -> torch.dtype:
    stored = str(checkpoint.raw.get("torch_dtype") or checkpoint.raw.get("dtype"))
    return DTYPES.get(stored, torch.float16)


def _quantization(wanted: str | None, checkpoint: Checkpoint) -> str | None:
    if wanted in (None, "none"):
        return None
    if wanted not in ("int8", "int4"):
        raise KnownError(
            _(
                "quantization {name}: expected none, int8 or int4",
                name=wanted,
            )
        )
    if not checkpoint.bits:
        return wanted
    if wanted == f"int{checkpoint.bits}":
        return None
    raise KnownError(
        _(
            "{folder}: its weights are stored as int{bits}, so {quantization} is not "
            "possible; leave the quantization out, or use the fp16 checkpoint",
            folder=checkpoint.folder,
            bits=checkpoint.bits,
            quantization=wanted,
        )
    )


def _empty(checkpoint: Checkpoint) -> PreTrainedModel:
    """The model without memory: every parameter is on the meta device."""
    cls = ChatGLMForCausalLM if checkpoint.version == "v1" else ChatGLM2ForCausalLM
    config = checkpoint.config()
    with torch.device("meta"):
        model: PreTrainedModel = cls(config)
    for parameter in model.parameters():
        parameter.requires_grad_(parameter.is_floating_point())
    return model


def _generation(config: Any) -> GenerationConfig:
    """Special ids only: sampling is the caller's."""
    ids = {key: getattr(config, key) for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    return GenerationConfig(**ids)
