"""Reads the weights of a GGUF one by one, under transformers' names, in the type to be stored."""

from collections.abc import Iterator
from typing import Any

import gguf
import numpy as np
import torch

from base.errors import KnownError
from base.messages import _
from models.chatglm.shards import Planned
from models.gguf.header import TURNED, GgufHeader
from models.gguf.positions import FREQUENCIES, set_frequencies

ARCHITECTURES = frozenset({"gemma2", "gemma3", "llama", "qwen2", "qwen3"})
"""Those whose every tensor is one of transformers', but for the order of rows and an offset."""
RAISED = frozenset({"gemma2", "gemma3"})
"""Architectures whose norms llama.cpp keeps with one added."""
BLOCK = 1 << 24
"""Weights that are unpacked at a time."""


class GgufTensors:
    """The weights of the file of `header` for `model`, which itself need hold none.

    Where the file scales positions, the model's configuration is told. Raises `KnownError` where
    a tensor is missing, of another shape, or one too many.
    """

    def __init__(self, header: GgufHeader, model: Any, dtype: torch.dtype) -> None:
        self._header, self._dtype, self._config = header, dtype, model.config
        in_file = {tensor.name: tensor for tensor in gguf.GGUFReader(header.path).tensors}
        set_frequencies(header.path, model.config, in_file.pop(FREQUENCIES, None))
        self._tensors: dict[str, Any] = {}
        for name, weights in model.state_dict().items():
            if name == "lm_head.weight" and model.config.tie_word_embeddings:
                continue
            tensor = in_file.pop(self._in_gguf(name), None)
            shape = None if tensor is None else tuple(map(int, reversed(tensor.shape)))
            if shape is None:
                raise KnownError(
                    _(
                        "{path}: {name} is missing; the file is damaged or not a plain "
                        "{architecture}",
                        path=header.path,
                        name=name,
                        architecture=header.architecture,
                    )
                )
            if shape != tuple(weights.shape):
                raise KnownError(
                    _(
                        "{path}: {name} has the shape {shape}, expected {expected}; the file is "
                        "damaged or not a plain {architecture}",
                        path=header.path,
                        name=name,
                        shape=list(shape),
                        expected=list(weights.shape),
                        architecture=header.architecture,
                    )
                )
            self._tensors[name] = tensor
        if in_file:
            raise KnownError(
                _(
                    "{path}: {tensor} has no place in a {model}, which would write "
                    "differently without it; use the model's folder of safetensors",
                    path=header.path,
                    tensor=next(iter(in_file)),
                    model=type(model).__name__,
                )
            )

    def planned(self) -> Iterator[Planned]:
        """Names and sizes, in the order of the model."""
        for name, tensor in self._tensors.items():
            yield Planned(name, int(tensor.n_elements) * self._dtype.itemsize)

    def make(self, name: str) -> torch.Tensor:
        """A tensor of the model."""
        tensor, architecture = self._tensors[name], self._header.architecture
        raised = architecture in RAISED and name.endswith("norm.weight")
        made = _unpacked(tensor, self._dtype, 1.0 if raised else 0.0)
        if architecture in TURNED and ".attn_q." in tensor.name:
            return _turned_back(made, self._config.num_attention_heads)
        if architecture in TURNED and ".attn_k." in tensor.name:
            return _turned_back(made, self._config.num_key_value_heads)
        return made

    def _in_gguf(self, name: str) -> str:
        """llama.cpp's name of a tensor."""
        number = {name: number for number, name in gguf.MODEL_ARCH_NAMES.items()}
        layers = self._config.num_hidden_layers
        names = gguf.get_tensor_name_map(number[self._header.architecture], layers)
        stem, __, kind = name.rpartition(".")
        return f"{names.get_name(stem)}.{kind}"


def _unpacked(tensor: Any, dtype: torch.dtype, raised: float) -> torch.Tensor:
    """The weights of a tensor, block by block of rows, less what was added to them."""
    data = tensor.data if tensor.data.ndim > 1 else tensor.data[None]
    made = torch.empty(tuple(map(int, reversed(tensor.shape))), dtype=dtype)
    rows = made.view(data.shape[0], -1)
    step = max(1, BLOCK // rows.shape[1])
    for start in range(0, len(rows), step):
        block = gguf.dequantize(data[start : start + step], tensor.tensor_type)
        rows[start : start + step] = torch.from_numpy(np.array(block, np.float32)) - raised
    return made


def _turned_back(weights: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of each head as transformers has them: one half after the other, not in turn."""
    pairs = weights.reshape(heads, -1, 2, *weights.shape[1:])
    return pairs.transpose(1, 2).reshape(weights.shape)
