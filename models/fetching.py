"""Fetches models into a folder of our own; what was begun lies in one place until it is whole."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from base.errors import KnownError, PassingError
from base.folders import models_folder
from base.messages import _
from base.writing import FULL, reason, replace_text
from models import starter
from models.hub import REPO, Broken, Choice, Hub, Odd, Remote, endpoint, is_safe, shown

TRIES = 5
"""Times in a row that a connection may break off before it has brought `WORTHWHILE` bytes."""
WORTHWHILE = 1 << 20

Progress = Callable[[int, int, str], None]
"""Bytes that are here, bytes in all, and the file that is fetched."""


def fetch(
    repo: str, wanted: Choice, progress: Progress | None = None, send_token: bool = False
) -> Path:
    """Fetch the wanted files of `owner/name` and return their folder, going on where it stopped.

    The person's token is sent to the hub itself, to a mirror only with `send_token`. Raises
    `KnownError`.
    """
    if not REPO.fullmatch(repo):
        raise KnownError(_("{repo}: no name of a model on the hub, which is owner/name", repo=repo))
    partial = models_folder() / "partial"
    try:
        partial.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(partial / f"{_flat(repo)}.lock", timeout=0),
            Hub.open(repo, send_token) as hub,
        ):
            return _fetched(hub, wanted, partial / _flat(repo), progress)
    except Timeout:
        raise KnownError(
            _("{repo}: another program is fetching it; wait for that one", repo=repo)
        ) from None
    except httpx.HTTPError as error:
        raise PassingError(_offline(repo, shown(endpoint()))) from error
    except OSError as error:
        raise KnownError(_unkept(repo, partial, error)) from error


def here(repo: str, file: str | None = None) -> Path | None:
    """Where a repository lies on this machine, as a folder or one file of it; `None` where it does
    not, or not whole. Also what other programs keep in the cache of the hub's own library."""
    sizes = _sizes(repo)
    wanted = sizes if file is None else {file: sizes.get(file, -1)}
    if wanted and all(_size(folder_of(repo) / name) == size >= 0 for name, size in wanted.items()):
        return folder_of(repo) / file if file else folder_of(repo)
    return _of_others(repo, file)


def _of_others(repo: str, file: str | None) -> Path | None:
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        if file:
            return Path(hf_hub_download(repo, file, local_files_only=True))
        return Path(snapshot_download(repo, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None


def folder_of(repo: str) -> Path:
    """The folder of a repository's files."""
    return models_folder() / "hub" / _flat(repo)


def _fetched(hub: Hub, wanted: Choice, partial: Path, progress: Progress | None) -> Path:
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
            part = partial.with_name(f"{partial.name}--{_flat(file.name)}.part")
            _fetch_one(hub, file, part, tell)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, target)
        done += file.size or 0
    known = _sizes(hub.repo) | {file.name: _size(folder / file.name) for file in files}
    _note(hub.repo, {name: size for name, size in known.items() if size >= 0})
    if progress:
        progress(total, total, "")
    return folder


def _fetch_one(hub: Hub, file: Remote, part: Path, tell: Callable[[int], None]) -> None:
    """Fetch a file to `part`, going on where that ends, and check it."""
    fruitless = 0
    while True:
        had = max(_size(part), 0) if file.sha256 and file.size else 0
        if had > (file.size or 0):
            had = 0
        try:
            if not had or had != file.size:
                _write(hub.bytes_of(file, had), part, had, tell)
            break
        except (Broken, httpx.TransportError) as error:
            gained = _size(part) - had
            fruitless = 0 if gained >= WORTHWHILE else fruitless + 1
            if fruitless >= TRIES or isinstance(error, httpx.ConnectError):
                raise PassingError(_offline(hub.repo, hub.shown)) from error
    if file.sha256 and starter.digest(part) != file.sha256:
        part.unlink()
        raise KnownError(
            _(
                "{repo}: {file} arrived damaged and was dropped; pull it again",
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
    except Odd:
        part.unlink(missing_ok=True)
        raise


def _is_whole(path: Path, file: Remote) -> bool:
    if file.size is None or _size(path) != file.size:
        return False
    return bool(file.sha256) and starter.digest(path) == file.sha256


def _check_room(repo: str, folder: Path, files: Sequence[Remote]) -> None:
    there = models_folder()
    lacking = sum(
        file.size or 0 for file in files if _size(folder / file.name) != (file.size or 0)
    ) - sum(max(_size(one), 0) for one in (there / "partial").glob(f"{_flat(repo)}--*.part"))
    free = shutil.disk_usage(there).free
    if lacking > free:
        raise KnownError(
            _(
                "{repo}: {lacking:.1f} GB more are needed, {free:.1f} GB are free in "
                "{there}; make room",
                repo=repo,
                lacking=lacking / 1e9,
                free=free / 1e9,
                there=there,
            )
        )


def _note(repo: str, sizes: Mapping[str, int]) -> None:
    replace_text(_note_of(repo), json.dumps(sizes), ())


def _sizes(repo: str) -> dict[str, int]:
    """The files that were fetched whole, with their sizes."""
    try:
        found = json.loads(_note_of(repo).read_text("utf-8"))
        return {str(name): int(size) for name, size in found.items() if is_safe(str(name))}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _note_of(repo: str) -> Path:
    folder = folder_of(repo)
    return folder.with_name(f"{folder.name}.json")


def _size(path: Path) -> int:
    """Bytes of a file, or -1 where there is none."""
    try:
        return path.stat().st_size if path.is_file() else -1
    except OSError:
        return -1


def _flat(name: str) -> str:
    return name.replace("/", "--")


def _offline(repo: str, address: str) -> str:
    return (
        f"{repo}: cannot reach {address}, or the connection broke off; check the network, or "
        f"name a mirror in HF_ENDPOINT, and pull again: it goes on where it stopped"
    )


def _unkept(repo: str, folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return f"{repo}: no room in {folder}; make some and pull again: it goes on where it stopped"
    return f"{repo}: cannot be kept in {error.filename or folder}: {reason(error)}"
