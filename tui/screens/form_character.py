"""The form of a new character, and what follows when it is written."""

from pathlib import Path
from typing import TYPE_CHECKING

from base.messages import _
from characters.profile import read_character
from scenes.files.forms import CHARACTER
from tui.editing import edit_in_editor
from tui.screens.form import FormScreen, SavedScreen

if TYPE_CHECKING:
    from tui.settled_app import SettledApp


class CharacterForm(FormScreen):
    """A new character for the library."""

    def __init__(self) -> None:
        super().__init__(CHARACTER)

    @property
    def heading(self) -> str:
        return _("A new character")


async def new_character(app: "SettledApp") -> Path | None:
    """Have a character made; its file, where one was written. Run it in a worker."""
    path = await app.push_screen_wait(CharacterForm())
    if path is None:
        return None
    if await app.push_screen_wait(SavedScreen(path, playable=False)) == "edit":
        await edit_in_editor(app, path, read_character)
    return path
