"""Where files of a kind and a person's own lie, and which names may lead from a file to another."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from platformdirs import PlatformDirs

from base.errors import KnownError
from base.messages import _
from base.system_errors import system_reason
from base.text import shown

SUFFIXES = (".yaml", ".yml")
CARDS = (".png", ".apng", ".webp", ".json", ".charx")
"""Files of characters in the formats of other programs."""


def config_folder() -> Path:
    """Where a person's settings lie; like all of these, by the environment as it is now."""
    return _own().user_config_path


def data_folder() -> Path:
    """Where a person's scenes, characters, adapters and sessions lie."""
    return _own().user_data_path


def sessions_folder() -> Path:
    """Where sessions are kept."""
    return data_folder() / "sessions"


def cache_folder() -> Path:
    """Where lies what can be had again."""
    return _own().user_cache_path


def models_folder() -> Path:
    """Where models lie that were fetched or put together."""
    return cache_folder() / "models"


def log_folder() -> Path:
    """Where traces of faults are kept."""
    return _own().user_log_path


def _own() -> PlatformDirs:
    return PlatformDirs("paotuan", appauthor=False)


def folders(kind: str) -> tuple[Path, ...]:
    """The folders of `scenes` or `characters`: here, the person's, and what ships."""
    shipped = Path(__file__).parents[1] / kind / "library"
    return Path(kind), data_folder() / kind, shipped


def is_path(reference: str) -> bool:
    """Whether a person means a file, not a name to look up."""
    return "/" in reference or "\\" in reference or reference.lower().endswith(SUFFIXES + CARDS)


def find(name: str, places: Sequence[Path], suffixes: Sequence[str] = SUFFIXES) -> Path | None:
    """The first file of that name in `places`; a name never leads out of them."""
    if is_path(name) or name.startswith(".") or not name.isprintable() or ":" in name:
        return None
    candidates = (place / f"{name}{suffix}" for place in places for suffix in suffixes)
    return next((path for path in candidates if is_file(path)), None)


def listed(places: Sequence[Path], suffixes: Sequence[str] = SUFFIXES) -> dict[str, Path]:
    """Every file in `places` by its name without suffix; the earlier place and suffix win."""
    files: dict[str, Path] = {}
    for place in places:
        try:
            paths = [path for path in place.iterdir() if path.suffix.lower() in suffixes]
        except OSError:
            continue
        for path in sorted(paths, key=lambda one: (suffixes.index(one.suffix.lower()), one)):
            if not path.name.startswith(".") and path.stem.isprintable():
                files.setdefault(path.stem, path)
    return files


def beside(folder: Path, name: str) -> Path | None:
    """The path `name` below `folder`, or `None` where it would lead out of it."""
    if "\\" in name or ":" in name or not name.isprintable() or not name.strip():
        return None
    try:
        root, path = folder.resolve(), (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    return folder / name if path != root and path.is_relative_to(root) else None


def is_file(path: Path) -> bool:
    """Whether `path` is a file; a name too long for the system is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def why_no_file(path: Path) -> str | None:
    """Why nothing can be read from `path` as from a file, or `None` where it can be tried.

    A pipe or a device is none: reading it could wait, or go on, for ever.
    """
    try:
        if path.is_file():
            return None
        if path.is_dir():
            return _("a folder, not a file")
        return _("not an ordinary file") if path.exists() else _("no such file")
    except (OSError, ValueError) as error:
        words = system_reason(error if isinstance(error, OSError) else str(error))
        return _("cannot be read: {words}", words=words)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """An ordinary file, open for reading. Raises `KnownError` where it cannot be read."""
    where = shown_path(path)
    if why := why_no_file(path):
        raise KnownError(_("{where}: {why}", where=where, why=why))
    try:
        with path.open("rb") as file:
            yield file
    except PermissionError:
        raise KnownError(
            _("{where}: may not be read; check its permissions", where=where)
        ) from None
    except OSError as error:
        words = shown(system_reason(error))
        raise KnownError(_("{where}: cannot be read: {words}", where=where, words=words)) from None


def shown_path(path: Path) -> str:
    """A path as messages call it: from the working folder where it lies in it."""
    try:
        inside = path.is_relative_to(Path.cwd())
    except OSError:
        inside = False
    name = str(path.relative_to(Path.cwd()) if inside else path)
    return "".join(c if c.isprintable() else "?" for c in name)


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder; a name too long for the system is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
