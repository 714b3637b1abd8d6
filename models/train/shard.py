"""Shares a frozen base among the processes that train together, with FSDP2 (`fully_shard`).

Each process keeps a part of every layer, of the embedding and of the output layer, and sees a layer
whole only while it computes it. A base that lies mapped in memory (`open_base(…, mapped=True)`) is
read layer by layer, so that no process ever holds a copy of its own. The adapter, which is small,
is in every process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from accelerate import PartialState
from torch import nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Shard

from base.errors import KnownError
from base.messages import _
from models.chatglm.weight_loader import nf4_in_pieces
from models.train.processes import processes
from models.train.settings import Method, Settings

KEPT = "weight_scale"
"""Scales of stored int4 and int8 matrices, which stay in the precision they are stored in."""


def check_method(method: Method) -> None:
    """Raise `KnownError` for what cannot be shared."""
    if method == "lora-int8":
        raise KnownError(
            _(
                "shard: bitsandbytes' int8 layers keep their weights where they cannot be shared; "
                "set method: qlora or lora, or leave shard out"
            )
        )
    if method == "full":
        raise KnownError(
            _(
                "shard: for a LoRA or a prefix on a base that is not trained itself; set method: "
                "lora, or leave shard out"
            )
        )


def is_sharded(model: Any) -> bool:
    return any(isinstance(parameter, DTensor) for parameter in model.parameters())


def shard_base(model: Any, settings: Settings) -> None:
    """Leave of a base, where it lies, this process' part, and put that on its device.

    It computes in float32 on a CPU, else in the precision it is stored in; with `qlora` its layers
    become NF4 on the way. Raises `KnownError` for a base whose layers are not known.
    """
    check_method(settings.method)
    model.requires_grad_(False)
    place = PartialState().device
    mesh = init_device_mesh(place.type, (processes(),))
    quantizes = settings.method == "qlora" and not _is_in_4_bits(model)
    # what bitsandbytes leaves as it is becomes float32, as PEFT prepares such a base
    precise = place.type == "cpu" or settings.method == "qlora"
    dtype = torch.float32 if precise else None
    compute = torch.bfloat16 if place.type == "cuda" else torch.float32
    for layer in _layers(model):
        if quantizes:
            _quantize(layer, compute, place, compressed=hasattr(model, "active_prefix"))
        _place(layer, place, dtype)
        for linear in layer.modules():
            state = getattr(getattr(linear, "weight", None), "quant_state", None)
            if state is not None:
                linear.quant_state = state  # where bitsandbytes finds it once the weight is shared
        fully_shard(layer, mesh=mesh, reshard_after_forward=True)
    if getattr(model, "is_loaded_in_4bit", False):
        model.is_loaded_in_4bit = False  # PEFT would ask each part for what only a whole weight has
    _shard_ends(model, mesh, place, dtype)
    _place(model, place, dtype)  # the little that is left, such as the last norm
    # reshared each time, since a process that writes the adapter looks at its part of all weights
    fully_shard(model.base_model, mesh=mesh, reshard_after_forward=True)


def _is_in_4_bits(model: Any) -> bool:
    return any(type(one).__name__ == "Params4bit" for one in model.parameters())


def _layers(model: Any) -> list[nn.Module]:
    """The layers that are computed whole, inner ones before those that they are part of."""
    names = set(getattr(model, "_no_split_modules", None) or ())
    found = [one for one in model.modules() if type(one).__name__ in names]
    layers = [one for one in found if one is not model.get_input_embeddings()]
    if not layers:
        raise KnownError(
            _(
                "shard: a {model} does not say what its layers are; use another base, or leave "
                "shard out",
                model=type(model).__name__,
            )
        )
    return layers[::-1]


def _place(module: nn.Module, place: torch.device, dtype: torch.dtype | None) -> None:
    """Move what is whole in a module to a device, numbers in `dtype`."""
    for name, parameter in module.named_parameters():
        if isinstance(parameter, DTensor):
            continue
        kept = name.endswith(KEPT) or not parameter.is_floating_point()
        parameter.data = parameter.data.to(place, parameter.dtype if kept else dtype)
    for part in module.modules():
        for name, buffer in part.named_buffers(recurse=False):
            setattr(part, name, buffer.to(place))


def _shard_ends(
    model: Any, mesh: DeviceMesh, place: torch.device, dtype: torch.dtype | None
) -> None:
    """Share the embedding and the output layer, which may be one matrix."""
    embedding, head = model.get_input_embeddings(), model.get_output_embeddings()
    tied = [
        name
        for name, parameter in head.named_parameters(recurse=False)
        if getattr(embedding, name, None) is parameter
    ]
    _place(embedding, place, dtype)
    fully_shard(embedding, mesh=mesh, reshard_after_forward=True)
    for name in tied:
        setattr(head, name, getattr(embedding, name))
    _place(head, place, torch.float32 if place.type == "cpu" else None)
    for name, parameter in head.named_parameters(recurse=False):
        if not isinstance(parameter, DTensor):
            setattr(head, name, _part_of(parameter, mesh))


def _part_of(parameter: torch.Tensor, mesh: DeviceMesh) -> nn.Parameter:
    """The rows [out / processes, …] of a tensor [out, …] that are this process'."""
    rows = parameter.detach().chunk(mesh.size())
    mine = mesh.get_local_rank()
    local = rows[mine].clone() if mine < len(rows) else parameter.detach()[:0].clone()
    shared = DTensor.from_local(
        local,
        mesh,
        [Shard(0)],
        run_check=False,
        shape=parameter.shape,
        stride=parameter.stride(),
    )
    return nn.Parameter(shared, requires_grad=False)


@contextmanager
def whole(head: nn.Module) -> Iterator[nn.Module]:
    """An output layer with all its rows, for as long as the context lasts; all processes enter."""
    parts = {
        name: parameter
        for name, parameter in head.named_parameters(recurse=False)
        if isinstance(parameter, DTensor)
    }
    for name, part in parts.items():
        head._parameters[name] = nn.Parameter(part.full_tensor(), requires_grad=False)
    try:
        yield head
    finally:
        head._parameters.update(parts)


def _quantize(
    layer: nn.Module, compute: torch.dtype, place: torch.device, compressed: bool
) -> None:
    """Replace the linear layers of a layer by bitsandbytes' NF4 ones, on their device."""
    import bitsandbytes as bnb

    linears = [
        (parent, name, child)
        for parent in layer.modules()
        for name, child in parent.named_children()
        if type(child) is nn.Linear
    ]
    for parent, name, old in linears:
        with torch.device("meta"):
            new = bnb.nn.Linear4bit(
                old.in_features,
                old.out_features,
                old.bias is not None,
                compute,
                compress_statistics=compressed,
                quant_type="nf4",
            )
        if place.type == "cpu":
            new.weight = nf4_in_pieces(new.weight, old.weight.data)
        else:
            kept = new.weight.__dict__
            new.weight = type(new.weight)(old.weight.data, requires_grad=False, **kept).to(place)
        new.bias = old.bias
        setattr(parent, name, new)
