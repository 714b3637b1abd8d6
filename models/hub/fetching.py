"""Fetches models into a folder of our own; what was begun lies in one place until it is whole."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from base.errors import KnownError, PassingError
from base.folders import models_folder
from base.messages import _
from base.writing import FULL, reason
from models.cache import digest
from models.hub.fetched import folder_of, note_sizes, size_of, sizes_of
from models.hub.names import REPO, flat
from models.hub.repository import (
    Choice,
    Hub,
    ImplausibleAnswer,
    RemoteFile,
    TransferBroken,
    endpoint,
    shown,
)

TRIES = 5
"""Times in a row that a connection may break off before it has brought `WORTHWHILE` bytes."""
WORTHWHILE = 1 << 20

OnBytes = Callable[[int, int, str], None]
"""Bytes that are here, bytes in all, and the file that is fetched."""


def fetch(
    repo: str, wanted: Choice, progress: OnBytes | None = None, send_token: bool = False
) -> Path:
    """Fetch the wanted files of `owner/name` and return their folder, going on where it stopped.

    The person's token is sent to the hub itself, to a mirror only with `send_token`. Raises
    `KnownError`.
    """
    if not REPO.fullmatch(repo):
        raise KnownError(
            _("{repo}: not the name of a model on the hub, which looks like owner/name", repo=repo)
        )
    partial = models_folder() / "partial"
    try:
        partial.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(partial / f"{flat(repo)}.lock", timeout=0),
            Hub.open(repo, send_token) as hub,
        ):
            return _fetched(hub, wanted, partial / flat(repo), progress)
    except Timeout:
        raise KnownError(
            _("{repo}: another program is fetching it; wait until that one has ended", repo=repo)
        ) from None
    except httpx.HTTPError as error:
        raise PassingError(_offline(repo, shown(endpoint()))) from error
    except OSError as error:
        raise KnownError(_unkept(repo, partial, error)) from error


def _fetched(hub: Hub, wanted: Choice, partial: Path, progress: OnBytes | None) -> Path:
    files = hub.files(wanted)
    total, done = sum(file.size or 0 for file in files), 0
    folder = folder_of(hub.repo)
    _check_room(hub.repo, folder, files)
    for file in files:

        def tell(count: int, before: int = done, name: str = file.name) -> None:
            if progress:
                progress(before + count, total, name)

        tell(0)
        target = folder / file.name
        if not _is_whole(target, file):
            part = partial.with_name(f"{partial.name}--{flat(file.name)}.part")
            _fetch_one(hub, file, part, tell)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, target)
        done += file.size or 0
    sizes = sizes_of(hub.repo) | {file.name: size_of(folder / file.name) for file in files}
    note_sizes(hub.repo, {name: size for name, size in sizes.items() if size >= 0})
    if progress:
        progress(total, total, "")
    return folder


def _fetch_one(hub: Hub, file: RemoteFile, part: Path, tell: Callable[[int], None]) -> None:
    """Fetch a file to `part`, going on where that ends, and check it."""
    fruitless = 0
    while True:
        had = max(size_of(part), 0) if file.sha256 and file.size else 0
        if had > (file.size or 0):
            had = 0
        try:
            if not had or had != file.size:
                _write(hub.bytes_of(file, had), part, had, tell)
            break
        except (TransferBroken, httpx.TransportError) as error:
            gained = size_of(part) - had
            fruitless = 0 if gained >= WORTHWHILE else fruitless + 1
            if fruitless >= TRIES or isinstance(error, httpx.ConnectError):
                raise PassingError(_offline(hub.repo, hub.shown)) from error
    if file.sha256 and digest(part) != file.sha256:
        part.unlink()
        raise KnownError(
            _(
                "{repo}: {file} arrived damaged and was deleted; pull it again",
                repo=hub.repo,
                file=file.name,
            )
        )


def _write(
    pieces: Iterator[tuple[int, bytes]], part: Path, had: int, tell: Callable[[int], None]
) -> None:
    """Write pieces where they belong; what was announced wrongly is not kept, but what had come
    before a refusal is."""
    try:
        with part.open("r+b" if had else "wb") as out:
            for at, piece in pieces:
                out.seek(at)
                out.truncate()
                out.write(piece)
                tell(at + len(piece))
    except ImplausibleAnswer:
        part.unlink(missing_ok=True)
        raise


def _is_whole(path: Path, file: RemoteFile) -> bool:
    if file.size is None or size_of(path) != file.size:
        return False
    return bool(file.sha256) and digest(path) == file.sha256


def _check_room(repo: str, folder: Path, files: Sequence[RemoteFile]) -> None:
    there = models_folder()
    lacking = sum(
        file.size or 0 for file in files if size_of(folder / file.name) != (file.size or 0)
    ) - sum(max(size_of(one), 0) for one in (there / "partial").glob(f"{flat(repo)}--*.part"))
    free = shutil.disk_usage(there).free
    if lacking > free:
        raise KnownError(
            _(
                "{repo}: it needs {lacking:.1f} GB more, and {there} has {free:.1f} GB left; make "
                "room",
                repo=repo,
                lacking=lacking / 1e9,
                free=free / 1e9,
                there=there,
            )
        )


def _offline(repo: str, address: str) -> str:
    return _(
        "{repo}: {hub} cannot be reached, or the connection broke off; check the network, or name "
        "a mirror in HF_ENDPOINT, and pull again: it goes on where it stopped",
        repo=repo,
        hub=address,
    )


def _unkept(repo: str, folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return _(
            "{repo}: no room in {folder}; make some and pull again: it goes on where it stopped",
            repo=repo,
            folder=folder,
        )
    return _(
        "{repo}: it cannot be kept in {folder}: {reason}",
        repo=repo,
        folder=error.filename or folder,
        reason=reason(error),
    )
