"""Fetches a model of the catalog, and goes on where it stopped."""

from collections.abc import Sequence
from pathlib import Path

from models import starter
from models.catalog import find
from models.hub.fetched import place_of
from models.hub.fetching import OnBytes, fetch

WANTED = (".safetensors", ".bin", ".json", ".model", ".txt", ".jinja")
"""What a model needs; code in a repository is left where it is."""


def pull(name: str, progress: OnBytes | None = None, send_token: bool = False) -> Path:
    """Fetch the model called `name` and return its file or folder. Raises `KnownError`.

    A broken download goes on where it stopped. Each large file is checked against the SHA-256
    that the hub keeps of it, and dropped if it differs. The person's token is sent to a mirror
    only with `send_token`.
    """
    model = find(name)
    if model.embedded:
        return starter.path(model=model)
    repo, file = place_of(model)
    folder = fetch(repo, lambda names: _wanted(names, file), progress, send_token)
    return folder / file if file else folder


def _wanted(names: Sequence[str], file: str | None) -> list[str]:
    if file is not None:
        return [name for name in names if name == file]
    wanted = [name for name in names if name.endswith(WANTED)]
    if any(name.endswith(".safetensors") for name in wanted):
        wanted = [name for name in wanted if not name.endswith(".bin")]
    return wanted
