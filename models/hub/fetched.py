"""Which models of the hub lie on this machine, whole, and where."""

import json
from collections.abc import Mapping
from pathlib import Path

from base.errors import KnownError
from base.folders import models_folder
from base.messages import _
from base.writing import replace_text
from models.entries import CatalogModel
from models.hub.names import flat, is_safe


def find_fetched(model: CatalogModel) -> Path:
    """Where a model lies that was pulled, or that another program fetched from the hub.

    Raises `KnownError` where it was not.
    """
    repo, file = place_of(model)
    path = here(repo, file)
    if path is None:
        raise KnownError(
            _(
                "{model}: it is not on this machine yet; fetch it with: paotuan models pull "
                "{model}",
                model=model.name,
            )
        )
    return path


def here(repo: str, file: str | None = None) -> Path | None:
    """Where a repository lies on this machine, as a folder or one file of it; `None` where it does
    not, or not whole. Also what other programs keep in the cache of the hub's own library."""
    sizes = sizes_of(repo)
    wanted = sizes if file is None else {file: sizes.get(file, -1)}
    if wanted and all(
        size_of(folder_of(repo) / name) == size >= 0 for name, size in wanted.items()
    ):
        return folder_of(repo) / file if file else folder_of(repo)
    return _of_others(repo, file)


def place_of(model: CatalogModel) -> tuple[str, str | None]:
    """The repository, and the one file that is wanted of it or nothing."""
    return (model.gguf.hub, model.gguf.file) if model.gguf else (model.hub, None)


def folder_of(repo: str) -> Path:
    """The folder of a repository's files."""
    return models_folder() / "hub" / flat(repo)


def sizes_of(repo: str) -> dict[str, int]:
    """The files that were fetched whole, with their sizes."""
    try:
        note = json.loads(_note_of(repo).read_text("utf-8"))
        return {str(name): int(size) for name, size in note.items() if is_safe(str(name))}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def note_sizes(repo: str, sizes: Mapping[str, int]) -> None:
    """Note which files were fetched whole."""
    replace_text(_note_of(repo), json.dumps(sizes), ())


def size_of(path: Path) -> int:
    """Bytes of a file, or -1 where there is none."""
    try:
        return path.stat().st_size if path.is_file() else -1
    except OSError:
        return -1


def _of_others(repo: str, file: str | None) -> Path | None:
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        if file:
            return Path(hf_hub_download(repo, file, local_files_only=True))
        return Path(snapshot_download(repo, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None


def _note_of(repo: str) -> Path:
    folder = folder_of(repo)
    return folder.with_name(f"{folder.name}.json")
