"""Opens the base that an adapter is trained on, in PyTorch, with the encoder that play uses."""

from pathlib import Path

import torch
from transformers import PreTrainedModel

from models.chatglm.files import HUB_ID
from models.encode import Encoder
from models.local.loading import Quantization, open_checkpoint


def open_base(
    name_or_path: str | Path,
    dtype: str | torch.dtype | None = None,
    quantization: Quantization | None = None,
    device: str | None = None,
) -> tuple[PreTrainedModel, Encoder]:
    """The model, in float32 on a CPU by default, and its encoder.

    `name_or_path` is a name of the catalog such as `starter`, a folder, a hub id, or a GGUF file,
    which is unpacked once. Raises `ModelError` where it is none of them or cannot be read.
    """
    opened = open_checkpoint(find_base(name_or_path), quantization, device, dtype)
    return opened.model, Encoder(opened.tokenizer, opened.markup)


def find_base(name_or_path: str | Path) -> str | Path:
    """The folder, hub id or GGUF file of a base. Raises `ModelError` where there is none."""
    from models.catalog import LOCAL, MODELS, resolve, weights

    spec = str(name_or_path).strip().removeprefix(LOCAL)
    if spec in MODELS:
        return weights(MODELS[spec])
    if Path(spec).expanduser().exists() or HUB_ID.fullmatch(spec):
        return spec
    resolve(LOCAL + spec)
    return spec
