"""Puts streamed tensors into a model that has no memory yet, one at a time, and checks each."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from base.errors import KnownError
from base.messages import _, _n
from models.chatglm.quantized import QuantizedEmbedding, QuantizedLinear

PIECE = 1 << 20  # weights packed at a time


def use_quantised(model: PreTrainedModel, bits: int) -> None:
    """Replace every linear layer of the blocks by a packed one of the official layout."""
    for parent, name, old in _block_linears(model):
        with torch.device("meta"):
            new = QuantizedLinear(old.in_features, old.out_features, old.bias is not None, bits)
        setattr(parent, name, new)


def embed_quantised(model: PreTrainedModel, bits: int, dtype: torch.dtype) -> None:
    """Replace ChatGLM-6B's embedding and its tied head by packed ones (int4-qe)."""
    old = model.get_input_embeddings()
    with torch.device("meta"):
        embedding = QuantizedEmbedding(old.num_embeddings, old.embedding_dim, bits, dtype)
        head = QuantizedLinear(old.embedding_dim, old.num_embeddings, False, bits)
    model.set_input_embeddings(embedding)
    model.set_output_embeddings(head)


def _block_linears(model: PreTrainedModel) -> list[tuple[nn.Module, str, nn.Linear]]:
    blocks = model.base_model.layers
    return [
        (parent, name, child)
        for parent in blocks.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.Linear)
    ]


class Placement:
    """Copies tensors to their parameters in the wanted precision, device and quantisation.

    `put` raises `KnownError` for a name the model lacks or a shape it has not; `finish` for a
    parameter that got nothing.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        folder: Path,
        dtype: torch.dtype,
        device: torch.device,
        quantization: str | None,
        mapped: bool = False,
    ) -> None:
        """`mapped` keeps tensors that need no conversion as views of their file."""
        self.model, self.folder, self.dtype, self.device = model, folder, dtype, device
        self.copies = not mapped
        if quantization:
            _use_bitsandbytes(model, quantization, dtype)
        self.expected = dict(model.named_parameters(remove_duplicate=False))

    def put(self, name: str, tensor: torch.Tensor) -> None:
        """Copy one tensor to its place; the given one may be a view of a file."""
        if name not in self.expected:
            raise KnownError(
                _(
                    "{folder}: holds {name}, which its config.json does not know; the two "
                    "do not belong together",
                    folder=self.folder,
                    name=name,
                )
            )
        parameter = self.expected[name]
        if parameter.shape != tensor.shape:
            raise KnownError(
                _(
                    "{folder}: {name} has the shape {shape}, but config.json asks for "
                    "{expected}; the two do not belong together",
                    folder=self.folder,
                    name=name,
                    shape=list(tensor.shape),
                    expected=list(parameter.shape),
                )
            )
        integers = not tensor.is_floating_point() and tensor.dtype is not torch.int8
        if integers or parameter.is_floating_point() != tensor.is_floating_point():
            raise KnownError(
                _(
                    "{folder}: {name} is {dtype}, expected {expected}; quantization_bit in"
                    " config.json does not fit the weights",
                    folder=self.folder,
                    name=name,
                    dtype=tensor.dtype,
                    expected=parameter.dtype,
                )
            )
        path, __, leaf = name.rpartition(".")
        module = self.model.get_submodule(path)
        module.register_parameter(leaf, self._made(parameter, leaf, tensor))

    def _made(self, old: Any, leaf: str, tensor: torch.Tensor) -> nn.Parameter:
        kept = leaf == "weight_scale" or not tensor.is_floating_point()
        dtype = tensor.dtype if kept else self.dtype
        if type(old) is not nn.Parameter:  # a bitsandbytes parameter, which packs itself on moving
            if self.device.type == "cpu" and type(old).__name__ == "Params4bit":
                return nf4_in_pieces(old, tensor)
            data = tensor.clone()  # packed from the file's own precision
            return type(old)(data, requires_grad=False, **old.__dict__).to(self.device)
        data = tensor.to(device=self.device, dtype=dtype, copy=self.copies)
        return nn.Parameter(data, requires_grad=old.requires_grad)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put yet."""
        return all(parameter.is_meta for parameter in self.model.parameters())

    def finish(self) -> None:
        """Tie the head, compute what no file holds, and check that nothing is missing."""
        model = self.model
        if isinstance(model.get_output_embeddings(), QuantizedLinear):
            head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
            head.weight, head.weight_scale = embedding.weight, embedding.weight_scale
        elif model.config.tie_word_embeddings:
            model.get_output_embeddings().weight = model.get_input_embeddings().weight
        missing = [name for name, value in model.named_parameters() if value.is_meta]
        if missing:
            raise KnownError(
                _n(
                    "{folder}: {name} is missing, which its config.json asks for; download the "
                    "weights again",
                    "{folder}: {n} tensors are missing, among them {name}, which its config.json "
                    "asks for; download the weights again",
                    len(missing),
                    folder=self.folder,
                    name=missing[0],
                )
            )
        if self.copies and self.device.type == "cpu" and self.dtype is torch.bfloat16:
            for module in model.base_model.modules():
                if isinstance(module, QuantizedLinear):
                    module.reorder()
        rotary = getattr(model.base_model, "rotary_emb", None)
        if rotary is not None:
            model.base_model.rotary_emb = type(rotary)(model.config).to(self.device)
        left = [name for name, value in model.named_buffers() if value.is_meta]
        if left:
            raise KnownError(
                _(
                    "{folder}: {name} was not computed, which is a fault of this program; "
                    "please report it",
                    folder=self.folder,
                    name=left[0],
                )
            )


def _use_bitsandbytes(model: PreTrainedModel, quantization: str, dtype: torch.dtype) -> None:
    """Replace the blocks' linear layers by bitsandbytes' NF4 or int8 ones."""
    try:
        import bitsandbytes as bnb
    except ImportError:
        raise KnownError(
            _(
                "quantization {name}: bitsandbytes is not installed; install it, or use an"
                " official int4 or int8 checkpoint",
                name=quantization,
            )
        ) from None
    for parent, name, old in _block_linears(model):
        bias = old.bias is not None
        with torch.device("meta"):
            new = (
                bnb.nn.Linear4bit(old.in_features, old.out_features, bias, dtype, quant_type="nf4")
                if quantization == "int4"
                else bnb.nn.Linear8bitLt(
                    old.in_features, old.out_features, bias, has_fp16_weights=False
                )
            )
        setattr(parent, name, new)


def nf4_in_pieces(old: Any, tensor: torch.Tensor) -> nn.Parameter:
    """The NF4 parameter of a matrix on a CPU, packed some rows at a time.

    bitsandbytes takes some forty bytes a weight while it packs on a CPU; blocks of 64 weights do
    not depend on each other, so pieces give the same result. The scales are packed as it does.
    """
    from bitsandbytes import functional as bnb

    rows = max(1, PIECE // tensor.shape[1]) if tensor.shape[1] % old.blocksize == 0 else len(tensor)
    options = {"blocksize": old.blocksize, "quant_type": old.quant_type}
    pieces = [bnb.quantize_4bit(part.contiguous(), **options) for part in tensor.split(rows)]
    state = pieces[0][1]
    state.shape = tensor.shape
    scales = torch.cat([piece.absmax for __, piece in pieces])
    if old.compress_statistics:
        state.offset = scales.mean()
        scales, state.state2 = bnb.quantize_blockwise(scales - state.offset, blocksize=256)
        state.nested = True
    state.absmax = scales
    packed = torch.cat([piece for piece, __ in pieces])
    kept = {**old.__dict__, "quant_state": state, "bnb_quantized": True}
    return type(old)(packed, requires_grad=False, **kept)
