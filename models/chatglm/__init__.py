"""ChatGLM-6B, ChatGLM2-6B and ChatGLM3-6B from their official checkpoints; hides the versions.

Nothing heavy is imported until an entry point is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from models.quiet import keep_quiet

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Quantization = Literal["none", "int8", "int4"]


def load_model(
    path: str | Path,
    dtype: torch.dtype | str | None = None,
    quantization: Quantization | None = None,
    device: str | torch.device | None = None,
    mapped: bool = False,
) -> PreTrainedModel:
    """The model of a checkpoint, a local folder or a hub id, ready to evaluate.

    Its forward takes `input_ids` and optionally `attention_mask` ([batch, seq], 1 = keep),
    `position_ids`, `cache` and `labels`, and works out masks and positions by itself
    from the special tokens. `dtype` None is the checkpoint's own on a GPU and float32 on a CPU.
    `quantization` is for fp16 checkpoints ("int4" is NF4); None or "none" leaves weights as they
    are stored. `device` None is the GPU where there is one. `mapped` leaves the weights in their
    files, as they are stored, and takes no heed of the three. Raises `models.errors.KnownError`.
    """
    keep_quiet()
    from models.chatglm.load import load_model as load

    return load(path, dtype=dtype, quantization=quantization, device=device, mapped=mapped)


def load_prefix(model: PreTrainedModel, path: str | Path, name: str = "default") -> Any:
    """Put an official P-tuning checkpoint on `model` under `name` and make it the active one.

    Returns its `PrefixEncoder`. `model.set_prefix(name)` switches, `model.set_prefix(None)` turns
    prefixes off. Raises `models.errors.KnownError` where the prefix does not fit the base.
    """
    from models.chatglm.prefix import load_prefix as load

    return load(model, path, name=name)


def load_tokenizer(path: str | Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a checkpoint folder: its vocabulary file and `config.json` are enough."""
    keep_quiet()
    from models.chatglm.tokenizer import load_tokenizer as load

    tokenizer: PreTrainedTokenizerBase = load(path)
    return tokenizer
