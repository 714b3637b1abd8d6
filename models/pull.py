"""Fetches a model of the catalog from the hub, goes on where it stopped, and checks every file."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from huggingface_hub.utils.tqdm import tqdm

from models import starter
from models.catalog import Model
from models.catalog import find as known
from models.errors import ModelError

NETWORK_ERROR: type[Exception] = next(
    kind
    for kind in HfHubHTTPError.__mro__
    if kind.__name__ == "HTTPError" and issubclass(kind, Exception)
)
"""What the hub's HTTP library raises; which library that is depends on the hub's version."""

Progress = Callable[[int, int, str], None]
"""Bytes that are here, bytes in all, and the file that was last completed."""

WANTED = (".safetensors", ".bin", ".json", ".model", ".txt", ".jinja")
"""What a model needs; code in a repository is left where it is."""


def pull(name: str, progress: Progress | None = None) -> Path:
    """Fetch the model called `name` and return its file or folder. Raises `ModelError`.

    A broken download goes on where it stopped. Each large file is checked against the SHA-256
    that the hub keeps of it, and dropped if it differs.
    """
    model = known(name)
    if not model.hub:
        return starter.path()
    repo = model.gguf.hub if model.gguf else model.hub
    try:
        return _fetch(repo, model, progress)
    except GatedRepoError as error:
        raise ModelError(
            f"{repo}: its makers ask you to accept their terms at {_endpoint()}/{repo} first; "
            f"then set HF_TOKEN"
        ) from error
    except (RepositoryNotFoundError, EntryNotFoundError) as error:
        if isinstance(error, LocalEntryNotFoundError):
            raise ModelError(_offline(repo)) from error
        raise ModelError(f"{repo}: {_endpoint()} has no such model or file") from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "no answer"
        raise ModelError(f"{repo}: {_endpoint()} answered {status}; try again later") from error
    except NETWORK_ERROR as error:
        raise ModelError(_offline(repo)) from error
    except OSError as error:
        raise ModelError(f"{repo}: cannot be fetched: {error.strerror or error}") from error


def find(model: Model) -> Path:
    """Where a model that was pulled lies. Raises `ModelError` where it was not."""
    repo = model.gguf.hub if model.gguf else model.hub
    try:
        if model.gguf:
            return Path(hf_hub_download(repo, model.gguf.file, local_files_only=True))
        return Path(snapshot_download(repo, local_files_only=True))
    except (LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"{model.name}: not on this machine yet; fetch it with: paotuan models pull "
            f"{model.name}"
        ) from error


def _fetch(repo: str, model: Model, progress: Progress | None) -> Path:
    files = _files(repo, model)
    total = sum(size for size, _ in files.values())
    here, fetched = 0, Path()
    for name, (size, sha256) in files.items():
        if progress:
            progress(here, total, name)
        fetched = Path(
            hf_hub_download(
                repo, name, endpoint=_endpoint(), tqdm_class=_bar(progress, here, total, name)
            )
        )
        if sha256 and starter.digest(fetched) != sha256:
            fetched.resolve().unlink()
            fetched.unlink(missing_ok=True)
            raise ModelError(f"{repo}: {name} arrived damaged and was dropped; pull it again")
        here += size
    if progress:
        progress(total, total, "")
    if model.gguf:
        return fetched
    depth = len(PurePosixPath(name).parts)
    return fetched.parents[depth - 1]


def _files(repo: str, model: Model) -> dict[str, tuple[int, str | None]]:
    """The files to fetch, each with its size and its SHA-256, if the hub keeps one."""
    info = HfApi(endpoint=_endpoint()).model_info(repo, files_metadata=True)
    found = {
        file.rfilename: (file.size or 0, file.lfs.sha256 if file.lfs else None)
        for file in info.siblings or ()
        if (file.rfilename == model.gguf.file if model.gguf else file.rfilename.endswith(WANTED))
    }
    if any(name.endswith(".safetensors") for name in found):
        found = {name: value for name, value in found.items() if not name.endswith(".bin")}
    if not found:
        raise ModelError(f"{repo}: {_endpoint()} lists no files of this model")
    return found


def _bar(progress: Progress | None, before: int, total: int, name: str) -> Any:
    """A progress bar of the hub's that draws nothing and reports to `progress`."""

    class Bar(tqdm):
        def update(self, n: float | None = 1) -> bool | None:
            self.n += n or 0
            if progress:
                progress(before + int(self.n), total, name)
            return None

    return partial(Bar, disable=True)


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def _offline(repo: str) -> str:
    return (
        f"{repo}: cannot reach {_endpoint()}, or the connection broke off; check the network, or "
        f"name a mirror in HF_ENDPOINT, and pull again: it goes on where it stopped"
    )
