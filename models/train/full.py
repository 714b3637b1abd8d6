"""Trains every layer of a model but its embedding and its output, and writes it as a new model."""

from pathlib import Path
from typing import Any

import torch

from base.errors import KnownError
from base.messages import _
from models.local.scoring import Passed


def make_trainable(model: Any, checkpointing: bool) -> Any:
    """The model, of which all but the embedding and the output is trained, in float32.

    The embedding keeps what it knows of signs that the data lacks; where the output is tied to it,
    it is the same matrix. Raises `KnownError` for quantized weights.
    """
    model.config.use_cache = False
    model.requires_grad_(True)
    model.get_input_embeddings().requires_grad_(False)
    for parameter in model.parameters():
        if not parameter.is_floating_point():
            raise KnownError(
                _("method full: this base is stored quantized; use lora, or a base in full")
            )
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.float32)
    if checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
    return model


def write_model(model: Any, head: torch.nn.Module, tokenizer: Any, folder: Path) -> None:
    """Write a checkpoint as transformers reads it, with the output layer that was taken off."""
    kept = model.config.use_cache
    model.set_output_embeddings(head)
    model.config.use_cache = True
    try:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    finally:
        model.set_output_embeddings(Passed())
        model.config.use_cache = kept
