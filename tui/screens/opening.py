"""What stands on the screen while a scene is opened: its title, and that it is being opened."""

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from base.folders import find, folders, is_path
from base.messages import _
from scenes.scene_list import listed_scene
from tui.paint import printable
from tui.widgets.status import Status


class OpeningScreen(Screen[None]):
    """Shows the title of a scene, or the name by which it was asked for."""

    is_passing = True
    """Keys that are pressed meanwhile are for the table."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.scene_name = name

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble((printable(_title(self.scene_name)), "bold")), id="title")
        yield Static(id="rest")
        yield Status(id="status")

    def on_mount(self) -> None:
        self.query_one(Status).show(_("opening the scene…"))


def _title(name: str) -> str:
    path = None if is_path(name) else find(name, folders("scenes"))
    return (path and listed_scene(name, path).title) or name
