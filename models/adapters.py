"""Adapters on one base, several at once and switched without reloading it: LoRA, and prefixes.

Read are folders in PEFT layout (LoRA and prefix tuning) and the official ChatGLM prefix
checkpoints. A prefix is keys and values to start a cache from; a LoRA sits in the base's layers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from base.errors import KnownError, first_line
from base.messages import _, series
from models.adapter_files import CONFIG, OUTER, read_json, read_tensors
from models.chatglm.prefix import load_prefix, prefix_shape

KeysValues = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Start:
    """What a cache holds before the text: keys and values [1, heads, P, D] a layer, or none."""

    layers: tuple[KeysValues, ...] = ()
    offset: int = 0
    """The position of the text's first token."""


class Adapters:
    """The adapters on `model`, by name. `use` switches; None is the bare base."""

    def __init__(self, model: PreTrainedModel, base: str) -> None:
        self.model, self.base = model, base
        self._starts: dict[str, Start] = {}
        self._tuned: list[Any] = []
        self._active: str | None = None
        self._left_out: set[str] = set()

    def add(self, name: str, path: str | Path) -> None:
        """Load the adapter in a folder; raises `KnownError` where it does not fit the base."""
        folder = Path(path).expanduser()
        if not folder.exists():
            raise KnownError(
                _(
                    "adapter {name}: there is no folder {folder}",
                    name=name,
                    folder=folder,
                )
            )
        if folder.is_file():
            raise KnownError(
                _(
                    "adapter {name}: {folder} is a file; expected a folder as PEFT writes it",
                    name=name,
                    folder=folder,
                )
            )
        if (folder / CONFIG).is_file():
            start = self._add_peft(name, folder)
        else:
            start = self._add_official(name, folder)
        self._starts[name] = start

    def check(self, path: str | Path) -> None:
        """Raise `KnownError` where the PEFT folder's adapter does not fit the base."""
        folder = Path(path)
        tensors = read_tensors(folder)
        if str(read_json(folder / CONFIG).get("peft_type")) == "PREFIX_TUNING":
            self._peft_prefix("", folder, tensors)
            return
        for key, tensor in self._own(tensors).items():
            self._check_lora(folder, key, tensor)

    @property
    def names(self) -> tuple[str, ...]:
        """The adapters there are."""
        return tuple(self._starts)

    def holds(self, name: str | None) -> bool:
        """Whether `name` is an adapter, and none that was left out."""
        return name is not None and name not in self._left_out

    @property
    def active(self) -> str | None:
        """The adapter that is in use; None for the bare base."""
        return self._active

    def leave_out(self, name: str) -> None:
        """Let `name` stand for the bare base."""
        self._left_out.add(name)

    def use(self, name: str | None) -> Start:
        """Make this adapter the active one and return what its cache starts with."""
        if name in self._left_out:
            name = None
        if name is not None and name not in self._starts:
            raise KnownError(
                _(
                    "the adapter {name!r} is not loaded; loaded are {names}: name it when the "
                    "model is opened",
                    name=name,
                    names=series(self._starts),
                )
                if self._starts
                else _(
                    "the adapter {name!r} is not loaded, nor any other: name it when the model is "
                    "opened",
                    name=name,
                )
            )
        if name != self._active:
            lora = name is not None and not self._starts[name].layers
            for layer in self._tuned:
                layer.enable_adapters(lora)
                if lora:
                    layer.set_adapter(name)
            self._active = name
        return self._starts[name] if name is not None else Start()

    def _add_official(self, name: str, folder: Path) -> Start:
        encoder = load_prefix(self.model, folder, name=name)
        self.model.set_prefix(None)
        with torch.no_grad():
            return Start(self._layers(encoder()))

    def _add_peft(self, name: str, folder: Path) -> Start:
        kind = str(read_json(folder / CONFIG).get("peft_type"))
        tensors = read_tensors(folder)
        if kind == "LORA":
            self._add_lora(name, folder, tensors)
            return Start()
        if kind == "PREFIX_TUNING":
            return self._peft_prefix(name, folder, tensors)
        raise KnownError(
            _(
                "{file}: peft_type is {kind}; expected LORA or PREFIX_TUNING",
                file=folder / CONFIG,
                kind=kind,
            )
        )

    def _peft_prefix(self, name: str, folder: Path, tensors: dict[str, torch.Tensor]) -> Start:
        table = tensors.get("prompt_embeddings")
        slices, heads, width = prefix_shape(self.model.config)
        expected = slices * heads * width
        if table is None or table.dim() != 2 or table.shape[1] != expected:
            given = {"folder": folder, "base": self.base, "remedy": _trained_on(folder)}
            raise KnownError(
                _("{folder}: it holds no prefix (prompt_embeddings); {remedy}", **given)
                if table is None
                else _(
                    "{folder}: the prefix has the shape {shape}; expected [length, {expected}] for "
                    "the base {base}; {remedy}",
                    **given,
                    shape=list(table.shape),
                    expected=expected,
                )
            )
        layers = self._layers(table.view(-1, slices, heads, width))
        shifts_no_position = getattr(self.model.config, "position_encoding_2d", False)
        return Start(layers, 0 if shifts_no_position else table.shape[0])

    def _layers(self, table: torch.Tensor) -> tuple[KeysValues, ...]:
        """Keys and values by layer from a table [P, 2L, heads, D]."""
        rows = table.detach().to(device=self.model.device, dtype=self.model.dtype)
        rows = rows.permute(1, 2, 0, 3)[:, None]  # [2L, 1, heads, P, D]
        return tuple((rows[i], rows[i + 1]) for i in range(0, len(rows), 2))

    def _add_lora(self, name: str, folder: Path, tensors: dict[str, torch.Tensor]) -> None:
        from peft import PeftConfig, inject_adapter_in_model, set_peft_model_state_dict
        from peft.tuners.tuners_utils import BaseTunerLayer

        inner = self._own(tensors)
        for key, tensor in inner.items():
            self._check_lora(folder, key, tensor)
        config = PeftConfig.from_pretrained(str(folder))
        config.inference_mode = True
        try:
            inject_adapter_in_model(config, self.model, adapter_name=name)
            found = set_peft_model_state_dict(self.model, inner, adapter_name=name)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            raise KnownError(
                _(
                    "{folder}: it could not be put on the base {base} ({reason}); {remedy}",
                    folder=folder,
                    base=self.base,
                    reason=first_line(error),
                    remedy=_trained_on(folder),
                )
            ) from error
        if found.unexpected_keys:
            raise KnownError(
                _(
                    "{folder}: it holds {tensor}, which {config} does not name; take both files "
                    "from the same training",
                    folder=folder,
                    tensor=found.unexpected_keys[0],
                    config=CONFIG,
                )
            )
        self._tuned = [m for m in self.model.modules() if isinstance(m, BaseTunerLayer)]
        for layer in self._tuned:
            layer.requires_grad_(False)
            layer.enable_adapters(False)
        self._active = None

    def _own(self, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The adapter's own tensors; peft may save the base's embeddings beside them."""
        base = dict(self.model.named_parameters())
        inner = {key.removeprefix(OUTER): tensor for key, tensor in tensors.items()}
        return {
            key: tensor
            for key, tensor in inner.items()
            if key not in base
            or base[key].shape != tensor.shape
            or not torch.equal(base[key].cpu(), tensor.to(base[key].dtype))
        }

    def _check_lora(self, folder: Path, key: str, tensor: torch.Tensor) -> None:
        path, part = _module_and_part(key)
        module = _submodule(self.model, path)
        if part is None or module is None:
            raise KnownError(
                _(
                    "{folder}: it adapts {layer}, and the base {base} ({kind}) has no layer of "
                    "that name; {remedy}",
                    folder=folder,
                    layer=path,
                    base=self.base,
                    kind=type(self.model).__name__,
                    remedy=_trained_on(folder),
                )
            )
        axis = 1 if part == "A" else 0
        wanted = module.in_features if part == "A" else module.out_features
        if tensor.shape[axis] != wanted:
            raise KnownError(
                _(
                    "{folder}: {tensor} has the shape {shape}; expected {expected} at axis {axis} "
                    "for the base {base}; {remedy}",
                    folder=folder,
                    tensor=key,
                    shape=list(tensor.shape),
                    expected=wanted,
                    axis=axis,
                    base=self.base,
                    remedy=_trained_on(folder),
                )
            )


def _module_and_part(key: str) -> tuple[str, str | None]:
    for part in ("A", "B"):
        path, found, __ = key.partition(f".lora_{part}.")
        if found:
            return path, part
    return key, None


def _submodule(model: torch.nn.Module, path: str) -> Any | None:
    """The linear layer at `path`, without another adapter around it; None where there is none."""
    module: Any = model
    for name in path.split("."):
        module = getattr(module, name, None)
        if module is None:
            return None
    module = getattr(module, "base_layer", module)
    return module if hasattr(module, "in_features") else None


def _trained_on(folder: Path) -> str:
    base = read_json(folder / CONFIG).get("base_model_name_or_path")
    if base:
        return _("it was trained on {base}: use that base", base=base)
    return _("use the base that it was trained on")
