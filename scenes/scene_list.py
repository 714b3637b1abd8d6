"""Which scenes there are: names, titles, who is in them; quickly, without checking them whole."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from base.errors import KnownError
from base.folders import folders, is_file, listed
from base.messages import _
from base.text import one_line
from base.yaml_reader import read_file

HEAD_BYTES = 4096
"""Bytes of a scene's file in which a list looks for its title before the file is read."""
LONGEST_TITLE = 200
"""Characters of a title that a list takes."""
_TITLE = re.compile(r"(?m)^title:[ \t]+([^\s\"'|>&*!{\[#%@`][^\n]*?)[ \t]*$")


@dataclass(frozen=True)
class ListedScene:
    """A scene in the list, or a file that is not one, with the reason."""

    name: str
    path: Path
    title: str = ""
    summary: str = ""
    problem: str = ""
    """Why it cannot be read, in one line; empty for a scene that reads."""
    cast: tuple[str, ...] = ()
    """The names of the roles, as far as they can be told."""
    characters: tuple[str, ...] = ()
    """The characters' files that the roles name."""


def find_scenes() -> list[ListedScene]:
    """The scenes in `./scenes`, in the user's data folder, and that ship, by name.

    Of scenes of one name the first place's is listed. A broken file does not hide the others.
    What has been read once is read again only where the file has changed.
    """
    files = listed(folders("scenes"))
    return [listed_scene(name, files[name]) for name in sorted(files)]


def glimpsed_scenes() -> list[ListedScene]:
    """The same scenes by the heads of their files alone: no file is checked, no cast is known."""
    files = listed(folders("scenes"))
    return [ListedScene(name, files[name], _head_title(files[name])) for name in sorted(files)]


def scene_names() -> list[str]:
    """The names by which `load_scene` finds a scene."""
    return sorted(listed(folders("scenes")))


def listed_scene(name: str, path: Path) -> ListedScene:
    """What a list shows of the scene in a file, read again only where the file has changed."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return _read(name, path)
    return _remembered(name, path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=10_000)
def _remembered(name: str, path: Path, changed: int, size: int) -> ListedScene:
    return _read(name, path)


def _read(name: str, path: Path) -> ListedScene:
    try:
        data = (document := read_file(path)).data
    except KnownError as error:
        return ListedScene(name, path, problem=error.problems[0])
    title, summary = data.get("title"), data.get("summary", "")
    if not isinstance(title, str) or not title:
        return ListedScene(name, path, problem=document.at(("title",), _("missing, or not text")))
    cast = data.get("cast")
    roles = cast if isinstance(cast, dict) else {}
    named = (one.get("character") for one in roles.values() if isinstance(one, dict))
    return ListedScene(
        name,
        path,
        title,
        summary.strip() if isinstance(summary, str) else "",
        cast=tuple(str(role) for role in roles),
        characters=tuple(one for one in named if isinstance(one, str)),
    )


def _head_title(path: Path) -> str:
    """A title that stands plainly at the head of a file; else nothing."""
    if not is_file(path):
        return ""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""
    found = _TITLE.search(head.replace("\r\n", "\n"))
    return one_line(found[1], LONGEST_TITLE) if found and " #" not in found[1] else ""
