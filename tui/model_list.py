"""The models that a person could play with here, and what each would take of this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from base.errors import KnownError
from base.folders import models_folder
from base.messages import _
from tui.settings import settings

Section = Literal["own", "catalog", "file", "scripted"]


@dataclass(frozen=True)
class ModelRow:
    """One model to choose."""

    name: str
    """What `--model` and `/model` call it."""
    section: Section
    detail: str
    """What there is to know of it, on one line."""
    here: bool = True
    """Whether it could be opened now, as far as is known without opening it."""
    fits: bool = True
    """Whether this machine has the memory for it, as far as is known."""
    hint: str = ""
    """What to do first."""


def model_rows() -> list[ModelRow]:
    """The person's own models, then what lies here, then what could be fetched, what fits first.

    It looks at this machine's memory and files, which takes up to a second; it asks no server.
    """
    from models.memory.machine import machine_memory

    found = [*_catalog(*machine_memory()), *_files(), _scripted()]
    return [*_own(), *sorted(found, key=lambda row: (not row.here, not row.fits))]


def _own() -> Iterator[ModelRow]:
    for name, value in settings().models.items():
        yield ModelRow(name, "own", value)


def _catalog(main: int, gpu: int) -> Iterator[ModelRow]:
    from models.catalog import MODELS, fits
    from models.resolve import check_here

    for model in MODELS.values():
        size = f"{model.memory[model.smallest] / 1e9:.1f} GB"
        can = fits(model, main, gpu)
        needs_gpu = model.backend != "llamacpp" and not gpu
        no = _("needs a GPU") if needs_gpu else _("too large for this machine")
        fitting = _("fits") if can else no
        try:
            check_here(model)
        except KnownError:
            told = " · ".join((size, fitting, _("not here")))
            fetch = _("not here; fetch it with: paotuan models pull {model}", model=model.name)
            yield ModelRow(model.name, "catalog", told, False, can, fetch)
        else:
            yield ModelRow(model.name, "catalog", f"{size} · {fitting}", True, can)


def _files() -> Iterator[ModelRow]:
    """GGUF files here and among the models, and folders with weights among those."""
    from models import starter

    folders = [Path(), models_folder()]
    for folder in folders:
        for path in sorted(folder.glob("*.gguf")) if folder.is_dir() else ():
            if path.name not in starter.files():
                yield ModelRow(str(path), "file", f"{path.stat().st_size / 1e9:.1f} GB")
    for path in sorted(models_folder().glob("*/config.json")) if models_folder().is_dir() else ():
        yield ModelRow(str(path.parent), "file", f"{_folder_bytes(path.parent) / 1e9:.1f} GB")


def _scripted() -> ModelRow:
    return ModelRow("scripted", "scripted", _("recites given lines; to try the keys"))


def both_fit(old: str, new: str) -> bool:
    """Whether this machine can hold two models at once, by what their weights take."""
    from models.catalog import SHARE
    from models.memory.machine import machine_memory

    there = max(machine_memory())
    return not there or weight_bytes(old) + weight_bytes(new) <= SHARE * there


def weight_bytes(name: str) -> int:
    """Bytes that the weights of a model take here; 0 for a server's, and where nobody knows."""
    from models.resolve import resolve

    try:
        spec = resolve(name)
    except KnownError:
        return 0
    if spec.model is not None:
        return spec.model.memory[spec.model.smallest]
    path = spec.options.get("path")
    if not isinstance(path, Path):
        return 0
    try:
        return _folder_bytes(path) if path.is_dir() else path.stat().st_size
    except OSError:
        return 0


def _folder_bytes(folder: Path) -> int:
    files = (*folder.glob("*.safetensors"), *folder.glob("*.bin"))
    return sum(file.stat().st_size for file in files)
