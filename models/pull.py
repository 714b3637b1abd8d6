"""Fetches a model of the catalog, goes on where it stopped, and finds what was fetched."""

from collections.abc import Sequence
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from models import starter
from models.catalog import Model
from models.catalog import find as known
from models.fetching import Progress, fetch, here

WANTED = (".safetensors", ".bin", ".json", ".model", ".txt", ".jinja")
"""What a model needs; code in a repository is left where it is."""


def pull(name: str, progress: Progress | None = None, send_token: bool = False) -> Path:
    """Fetch the model called `name` and return its file or folder. Raises `KnownError`.

    A broken download goes on where it stopped. Each large file is checked against the SHA-256
    that the hub keeps of it, and dropped if it differs. The person's token is sent to a mirror
    only with `send_token`.
    """
    model = known(name)
    if not model.hub:
        return starter.path()
    repo, file = _place(model)
    folder = fetch(repo, lambda names: _wanted(names, file), progress, send_token)
    return folder / file if file else folder


def find(model: Model) -> Path:
    """Where a model lies that was pulled, or that another program fetched from the hub.

    Raises `KnownError` where it was not.
    """
    repo, file = _place(model)
    found = here(repo, file)
    if found is None:
        raise KnownError(
            _(
                "{model}: not on this machine yet; fetch it with: paotuan models pull {model}",
                model=model.name,
            )
        )
    return found


def _place(model: Model) -> tuple[str, str | None]:
    """The repository, and the one file that is wanted of it or nothing."""
    return (model.gguf.hub, model.gguf.file) if model.gguf else (model.hub, None)


def _wanted(names: Sequence[str], file: str | None) -> list[str]:
    if file is not None:
        return [name for name in names if name == file]
    found = [name for name in names if name.endswith(WANTED)]
    if any(name.endswith(".safetensors") for name in found):
        found = [name for name in found if not name.endswith(".bin")]
    return found
