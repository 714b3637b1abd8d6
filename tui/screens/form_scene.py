"""The form of a new scene, and what follows when it is written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _
from scenes.files.forms import SCENE
from scenes.scene_loader import read_scene
from tui.editing import edit_in_editor
from tui.screens.form import ChooseScreen, FieldArea, FormScreen, SavedScreen, characters

if TYPE_CHECKING:
    from scenes.scene import Scene
    from tui.settled_app import SettledApp


class SceneForm(FormScreen):
    """A new scene; its cast may come from the library."""

    def __init__(self, character: str = "") -> None:
        """`character` is one of the library that is to join the cast."""
        super().__init__(SCENE)
        self.character = character

    def on_mount(self) -> None:
        line = next((f"{name} @{file}" for file, name in self._asked()), "")
        if line and line not in self.values["cast"].split("\n"):
            self.add(line)

    def _asked(self) -> Iterator[tuple[str, str]]:
        return (one for one in characters() if one[0] == self.character)

    @property
    def heading(self) -> str:
        return _("A new scene")

    @property
    def keys(self) -> str:
        return _("Tab next · Ctrl+O cast · F2 preview · Ctrl+S write · Esc back, all is kept")

    def action_choose(self) -> None:
        """Add one of the library to the cast."""
        self.app.push_screen(ChooseScreen(list(characters())), self._join)

    def add(self, line: str) -> None:
        """Add a line to the cast."""
        area = self.query_one("#field-cast", FieldArea)
        begun = area.text.rstrip("\n")
        area.insert(f"\n{line}" if begun else line, area.document.end)
        area.focus()

    def _join(self, line: str | None) -> None:
        if line is not None:
            self.add(line)


async def new_scene(app: "SettledApp", character: str = "") -> "Scene | None":
    """Have a scene made, with `character` in its cast where one is named; the scene that is to be
    played at once, if one is. Run it in a worker."""
    path = await app.push_screen_wait(SceneForm(character))
    if path is None:
        return None
    then = await app.push_screen_wait(SavedScreen(path, playable=True))
    if then == "edit":
        await edit_in_editor(app, path, read_scene)
    if then != "play":
        return None
    try:
        return read_scene(path)
    except KnownError as error:
        app.notify(error.problems[0], severity="error", markup=False)
        return None
