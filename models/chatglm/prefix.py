"""P-tuning v2: a trained table of keys and values that stands in front of every layer's cache.

The keys are used as they are, not rotated; the columns are visible to every token and shift no
position. A model may hold several prefixes by name and switch between draws.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from base.errors import KnownError
from base.messages import _, series
from models.cache_names import NAMES
from models.chatglm.cache import ChatGLMCache, PrefixOnlyCache, prefix_length
from models.chatglm.files import PREFIX_WEIGHTS, check_numbers, resolve, stream, weight_files

KEY = "transformer.prefix_encoder."
DROPOUT = 0.1


class PrefixEncoder(nn.Module):
    """The table [P, 2L, heads, D]: slice 2i is layer i's keys, 2i + 1 its values.

    Without projection the embedding is the table. With it the table is T2 tanh(T0 e), T0 to
    `projection` channels. Parameter names are those of the official checkpoints.
    """

    def __init__(
        self,
        length: int,
        layers: int,
        heads: int,
        head_dim: int,
        embedding_width: int | None = None,
        projection: int | None = None,
    ) -> None:
        super().__init__()
        self.shape = (length, 2 * layers, heads, head_dim)
        width = 2 * layers * heads * head_dim
        first = embedding_width or width
        self.embedding = nn.Embedding(length, first)
        self.trans: nn.Sequential | None = None
        if projection is not None:
            self.trans = nn.Sequential(
                nn.Linear(first, projection), nn.Tanh(), nn.Linear(projection, width)
            )
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self) -> torch.Tensor:
        """The table [P, 2L, heads, D] in the prefix's own precision, with gradients."""
        rows = self.embedding.weight  # [P, 2L * heads * D], or [P, middle] to be projected
        return (rows if self.trans is None else self.trans(rows)).view(self.shape)


class Prefixed:
    """What both ChatGLM classes share: prefixes by name, one of them active or none."""

    prefixes: nn.ModuleDict
    active_prefix: str | None
    config: Any
    dtype: Any
    device: Any

    def add_prefix(self, name: str, encoder: PrefixEncoder) -> None:
        """Hold `encoder` under `name`; refuses one whose table does not fit this model."""
        found, expected = tuple(encoder.shape[1:]), prefix_shape(self.config)
        if found != expected:
            raise KnownError(_misfit(name, found, self, expected))
        if not name or "." in name:
            raise KnownError(
                _(
                    "prefix {name}: expected a name without dots; rename it",
                    name=name,
                )
            )
        self.prefixes[name] = encoder

    def set_prefix(self, name: str | None) -> None:
        """Use the prefix of this name from now on, or none; caches made before stay as they are."""
        if name is not None and name not in self.prefixes:
            held = series(self.prefixes) or _("none")
            raise KnownError(
                _(
                    "prefix {name}: not loaded, only {loaded}; call load_prefix first",
                    name=name,
                    loaded=held,
                )
            )
        self.active_prefix = name

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        """As `GenerationMixin.generate`, which begins with the active prefix by itself."""
        if any(prefix_length(kwargs.get(name)) for name in NAMES):
            raise KnownError(
                _(
                    "generate would count the prefix in this cache as text; make the "
                    "prefix active and leave the cache out",
                )
            )
        return super().generate(*args, **kwargs)  # type: ignore[misc]  # of the class beside it

    def starting_cache(self, batch: int, frozen: bool = False) -> ChatGLMCache | None:
        """A cache that holds the active prefix [batch, heads, P, D] a layer; None without one."""
        if self.active_prefix is None:
            return None
        encoder = self.prefixes[self.active_prefix]
        cache = PrefixOnlyCache() if frozen else ChatGLMCache()
        fill(cache, encoder, batch, self.dtype, self.device)
        return cache


def fill(
    cache: Any, encoder: nn.Module, batch: int, dtype: torch.dtype, device: torch.device
) -> None:
    """Put the encoder's keys and values in front of an empty cache, cast to the base's `dtype`."""
    table = encoder().to(device=device, dtype=dtype)  # [P, 2L, heads, D]
    table = encoder.dropout(table).permute(1, 2, 0, 3)  # [2L, heads, P, D]
    rows = table[:, None].expand(-1, batch, -1, -1, -1)  # [2L, batch, heads, P, D], no copy
    # a layer's keys, then its values: [batch, heads, P, D]
    for layer in range(rows.shape[0] // 2):
        ChatGLMCache.update(cache, rows[2 * layer], rows[2 * layer + 1], layer)
    cache.prefix_length = table.shape[2]


def prefix_cache(model: PreTrainedModel, batch_size: int = 1) -> ChatGLMCache:
    """A cache to start from that holds the model's active prefix, or an empty one without.

    Its first P columns are the prefix; text that follows still starts at position 0.
    """
    return model.starting_cache(batch_size) or ChatGLMCache()


def prefix_shape(config: Any) -> tuple[int, int, int]:
    """(2 L, heads, head dim) of the table a base needs, from either kind of configuration."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return 2 * config.num_hidden_layers, heads, width


def load_prefix(model: PreTrainedModel, path: str | Path, name: str = "default") -> PrefixEncoder:
    """Put an official prefix checkpoint on `model` as `name`, trainable, and make it active.

    Raises `KnownError` for a file without a prefix or for one whose shape is not the base's.
    """
    if not isinstance(model, Prefixed):
        raise KnownError(
            _(
                "{path}: a ChatGLM prefix cannot be put on a {model}; load the base with "
                "models.chatglm.load_model",
                path=path,
                model=type(model).__name__,
            )
        )
    file, tensors = read_prefix(path)
    encoder = _fitting_encoder(file, tensors, model)
    encoder.load_state_dict(tensors)
    model.add_prefix(name, encoder.to(model.device).eval())
    model.set_prefix(name)
    return encoder


def read_prefix(path: str | Path) -> tuple[Path, dict[str, torch.Tensor]]:
    """The file and its tensors by short name (`embedding.weight`, `trans.0.weight`, ...)."""
    given = Path(path).expanduser()
    files = [given] if given.is_file() else weight_files(resolve(path), PREFIX_WEIGHTS)
    tensors = {
        name.removeprefix(KEY): tensor.float().clone()
        for name, tensor in stream(files, lambda name: name.startswith(KEY))
    }
    check_numbers(files[0], tensors)
    names = set(tensors)
    plain, projected = {"embedding.weight"}, {f"trans.{i}.{t}" for i in (0, 2) for t in _LEAVES}
    if names not in (plain, plain | projected):
        content = series(sorted(names)) or _("no tensor {name}*", name=KEY)
        raise KnownError(
            _(
                "{file}: {found}, expected embedding.weight, alone or with trans.0 and "
                "trans.2; use an official P-tuning checkpoint",
                file=files[0],
                found=content,
            )
        )
    return files[0], tensors


_LEAVES = ("weight", "bias")


def _fitting_encoder(
    file: Path, tensors: dict[str, torch.Tensor], model: PreTrainedModel
) -> PrefixEncoder:
    expected = prefix_shape(model.config)  # (2L, heads, D)
    width = expected[0] * expected[1] * expected[2]
    length, first = tensors["embedding.weight"].shape  # [P, 2L * heads * D or middle]
    projection = tensors["trans.0.weight"].shape[0] if "trans.0.weight" in tensors else None
    last = first if projection is None else tensors["trans.2.weight"].shape[0]
    if last != width:
        raise KnownError(_misfit(file, (length, last), model, (length, width)))
    layers, heads, head_dim = expected[0] // 2, expected[1], expected[2]
    encoder = PrefixEncoder(length, layers, heads, head_dim, first, projection)
    for key, parameter in encoder.state_dict().items():
        if parameter.shape != tensors[key].shape:
            found = tuple(tensors[key].shape)
            raise KnownError(_misfit(f"{file} ({key})", found, model, tuple(parameter.shape)))
    return encoder


def _misfit(what: object, found: tuple[int, ...], model: Any, expected: tuple[int, ...]) -> str:
    base = getattr(model, "name_or_path", "") or type(model).__name__
    return _(
        "{where}: a prefix of shape {found}, expected {expected} for the base {base}; use the base "
        "it was trained on",
        where=what,
        found=list(found),
        expected=list(expected),
        base=base,
    )
