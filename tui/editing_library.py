"""Scenes and characters of the library in an editor: one's own, or a copy of what ships."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.folders import CARDS, SUFFIXES, find, folders, is_path, shown_path
from base.messages import _
from base.text import shown
from tui.editing import Check, edit_in_editor

if TYPE_CHECKING:
    from tui.settled_app import SettledApp


def check_of(kind: str) -> Check:
    """What reads a file of `scenes` or `characters`, and says what is wrong with it."""
    if kind == "scenes":
        from scenes.scene_loader import read_scene

        return read_scene
    from characters.profile import read_character

    return read_character


def own_file(kind: str, name: str) -> Path:
    """The person's own file of that name, a copy where it ships with the program. Raises
    `KnownError`; a card of another program is not edited as a text."""
    path = Path(name) if is_path(name) else find(name, folders(kind), (*SUFFIXES, *CARDS))
    if path is None or not path.is_file():
        raise KnownError(_("{name}: no such file", name=shown(name)))
    if path.suffix.lower() in CARDS:
        raise KnownError(
            _(
                "{path}: a card of another program; export it as .yaml, and edit that",
                path=shown_path(path),
            )
        )
    shipped = folders(kind)[-1]
    if not path.resolve().is_relative_to(shipped.resolve()):
        return path
    copy = folders(kind)[1] / path.name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return copy


async def edit_lit(app: "SettledApp", kind: str, name: str) -> None:
    """Edit a file of the library; what cannot be done is told."""
    try:
        path = own_file(kind, name)
    except (KnownError, OSError) as error:
        app.notify(str(error), severity="error", markup=False)
        return
    if await edit_in_editor(app, path, check_of(kind)):
        app.notify(_("Written: {path}", path=shown_path(path)), markup=False)
