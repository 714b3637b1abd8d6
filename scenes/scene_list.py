"""Which scenes there are: names, titles and summaries, quickly and without checking them whole."""

from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.folders import folders, listed
from base.messages import _
from base.yaml_reader import read_file


@dataclass(frozen=True)
class ListedScene:
    """A scene in the list, or a file that is not one, with the reason."""

    name: str
    path: Path
    title: str = ""
    summary: str = ""
    problem: str = ""
    """Why it cannot be read, in one line; empty for a scene that reads."""


def find_scenes() -> list[ListedScene]:
    """The scenes in `./scenes`, in the user's data folder, and that ship, by name.

    Of scenes of one name the first place's is listed. A broken file does not hide the others.
    """
    return sorted(
        (listed_scene(name, path) for name, path in listed(folders("scenes")).items()),
        key=lambda scene: scene.name,
    )


def scene_names() -> list[str]:
    """The names by which `load_scene` finds a scene."""
    return sorted(listed(folders("scenes")))


def listed_scene(name: str, path: Path) -> ListedScene:
    """What the list says of one scene file."""
    try:
        document = read_file(path)
    except KnownError as error:
        return ListedScene(name, path, problem=error.problems[0])
    title, summary = document.data.get("title"), document.data.get("summary", "")
    if not isinstance(title, str) or not title:
        return ListedScene(name, path, problem=document.at(("title",), _("missing, or not text")))
    return ListedScene(name, path, title, summary.strip() if isinstance(summary, str) else "")
