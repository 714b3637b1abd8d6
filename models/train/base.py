"""Opens the base that an adapter is trained on, in PyTorch, with the encoder that play uses."""

import os
from pathlib import Path

import torch
from transformers import PreTrainedModel

from models.catalog import known, published
from models.encode import Encoder
from models.local.loading import Quantization, open_checkpoint
from models.resolve import LOCAL, find_base


def open_base(
    name_or_path: str | Path,
    dtype: str | torch.dtype | None = None,
    quantization: Quantization | None = None,
    device: str | None = None,
    mapped: bool = False,
) -> tuple[PreTrainedModel, Encoder]:
    """The model, in float32 on a CPU by default, and its encoder.

    `name_or_path` is a name of the catalog such as `starter`, a folder, a hub id, or a GGUF file,
    which is unpacked once. Of processes that train together each has a GPU of its own. A base that
    they are to share is `mapped`: it stays in its files, as it is stored, until each has taken its
    part. Raises `KnownError` where it is none of them or cannot be read.
    """
    rank = os.environ.get("LOCAL_RANK")
    if rank is not None and device in (None, "cuda") and torch.cuda.is_available():
        device = f"cuda:{rank}"
    opened = open_checkpoint(find_base(name_or_path), quantization, device, dtype, mapped)
    return opened.model, Encoder(opened.tokenizer, opened.markup)


def base_name(name_or_path: str | Path) -> str:
    """What an adapter's configuration calls the base: a hub id where there is one."""
    model = known(str(name_or_path).strip().removeprefix(LOCAL))
    return published(model) if model is not None else str(name_or_path)
