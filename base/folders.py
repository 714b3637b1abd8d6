"""Where files of a kind lie, and which names found in a file may lead to another one."""

from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_data_path

SUFFIXES = (".yaml", ".yml")
CARDS = (".png", ".apng", ".json", ".charx")
"""Files of characters in the formats of other programs."""


def folders(kind: str) -> tuple[Path, ...]:
    """The folders of `scenes` or `characters`: here, the user's, and what ships."""
    shipped = Path(__file__).parents[1] / kind / "library"
    return Path(kind), user_data_path("paotuan", appauthor=False) / kind, shipped


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
    found: dict[str, Path] = {}
    for place in places:
        try:
            paths = [path for path in place.iterdir() if path.suffix.lower() in suffixes]
        except OSError:
            continue
        for path in sorted(paths, key=lambda one: (suffixes.index(one.suffix.lower()), one)):
            if not path.name.startswith(".") and path.stem.isprintable():
                found.setdefault(path.stem, path)
    return found


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
            return "a folder"
        return "not an ordinary file" if path.exists() else "no such file"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder; a name too long for the system is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
