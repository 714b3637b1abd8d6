"""What a draw is measured against: `model.generate` on the whole prompt, as notebooks call it."""

from typing import Any

import torch
from transformers import PreTrainedModel

from models.backend import Sampling


def generate_one_by_one(model: PreTrainedModel, ids: list[int], sampling: Sampling) -> None:
    """Call `generate` once for each candidate."""
    for _ in range(sampling.n):
        _generate(model, ids, sampling, 1)


def generate_at_once(model: PreTrainedModel, ids: list[int], sampling: Sampling) -> None:
    """Call `generate` once for all candidates."""
    _generate(model, ids, sampling, sampling.n)


def _generate(model: Any, ids: list[int], sampling: Sampling, count: int) -> None:
    prompt = torch.tensor([ids], device=model.device)
    shaping: dict[str, Any] = {"do_sample": False}
    if sampling.temperature:
        shaping = {
            "do_sample": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
        }
    model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=sampling.max_tokens,
        min_new_tokens=sampling.max_tokens,
        num_return_sequences=count,
        pad_token_id=0,
        **shaping,
    )
