"""Reads how a GGUF scales positions: what transformers has as a rule, it has as numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from base.errors import KnownError
from base.messages import _

FREQUENCIES = "rope_freqs.weight"
"""By how much each frequency of the rotary embedding is slowed down."""
LLAMA3 = {
    "rope_type": "llama3",
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
LLAMA3_FACTORS = (8.0, 32.0)
"""Those of Llama 3.1 and 3.2."""


def set_frequencies(path: Path, config: Any, tensor: Any) -> None:
    """Tell `config` of the rule by which the numbers of `tensor` were made, if there are any.

    Raises `KnownError` where no known rule gives them.
    """
    if tensor is None:
        return
    factors = torch.from_numpy(np.array(tensor.data, np.float32))
    plain = config.rope_parameters
    width = 2 * len(factors)
    frequencies = plain["rope_theta"] ** (-torch.arange(0, width, 2) / width)
    for factor in LLAMA3_FACTORS:
        config.rope_parameters = {**plain, **LLAMA3, "factor": factor}
        slowed, __ = ROPE_INIT_FUNCTIONS["llama3"](config)
        if slowed.shape == factors.shape and torch.allclose(
            frequencies / slowed, factors, rtol=1e-3
        ):
            return
    config.rope_parameters = plain
    raise KnownError(
        _(
            "{path}: scales its positions by a rule that is not known here; use the "
            "model's folder of safetensors",
            path=path,
        )
    )
