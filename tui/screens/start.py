"""The start: scenes to play, sessions to resume, and how the model is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import _
from scenes.scene_list import ListedScene, find_scenes
from scenes.table.session_list import Saved, saved_sessions
from tui.loaded_model import LoadedModel
from tui.paint import printable
from tui.widgets.message_line import MessageLine
from tui.widgets.status import Status

if TYPE_CHECKING:  # scenes are read whole when one is chosen
    from scenes.scene import Scene


class RoleScreen(ModalScreen[tuple[str | None] | None]):
    """Asks which role is the player's: a tuple of its name or `None` to watch; or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="role.back")
    ]

    def __init__(self, scene: "Scene") -> None:
        super().__init__()
        self.scene = scene

    def compose(self) -> ComposeResult:
        options = [
            Option(Content.assemble((printable(role.name), "bold"), f"  {printable(role.profile)}"))
            for role in self.scene.cast
        ]
        roles = OptionList(*options, Option(Content(_("Watch, play nobody"))), id="roles")
        roles.border_title = Content(_("Which role is yours?"))
        yield roles

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        names = [role.name for role in self.scene.cast]
        chosen = names[event.option_index] if event.option_index < len(names) else None
        self.dismiss((chosen,))


class StartScreen(Screen[None]):
    """Two lists, the details of what is lit, and the state of the model."""

    CSS_PATH = "start.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "role", "Role", id="start.role"),
        Binding("i", "app.import", "Import", id="start.import"),
    ]

    @dataclass
    class Begin(Message):
        """Start this scene as that role."""

        scene: "Scene"
        role: str | None

    @dataclass
    class Resume(Message):
        """Open this session."""

        path: Path

    def __init__(self, model: LoadedModel) -> None:
        super().__init__()
        self.model = model
        self.found: Sequence[ListedScene] = []
        self.saved: Sequence[Saved] = []

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("paotuan 跑团", "bold")), id="title")
        with Horizontal(id="lists"):
            yield OptionList(id="scenes")
            yield OptionList(id="sessions")
        yield Static(id="details")
        yield Static(
            Content(
                _("↑↓ · Enter start · r role · i import · Tab other list · F1 help · Ctrl+Q quit")
            ),
            id="keys",
        )
        yield MessageLine(id="message")
        yield Status(id="status")

    def on_mount(self) -> None:
        for name, title in (("scenes", _("Scenes")), ("sessions", _("Resume"))):
            self.query_one(f"#{name}", OptionList).border_title = Content(title)
        self.query_one("#scenes").focus()
        self.model_changed()

    def on_screen_resume(self) -> None:
        self.refresh_lists()

    def refresh_lists(self) -> None:
        """Read anew which scenes and sessions there are."""
        self.found, self.saved = find_scenes(), saved_sessions()
        scenes = self.query_one("#scenes", OptionList)
        sessions = self.query_one("#sessions", OptionList)
        for options, rows in (
            (scenes, [self._scene_row(found) for found in self.found]),
            (sessions, [self._session_row(saved) for saved in self.saved]),
        ):
            lit = options.highlighted or 0
            options.clear_options()
            options.add_options(rows)
            options.highlighted = min(lit, len(rows) - 1) if rows else None
        if not self.saved:
            sessions.add_option(Option(Content(_("No saved session yet.")), disabled=True))

    def model_changed(self) -> None:
        """Tell how the model is doing."""
        backend = self.model.backend
        state = _("loading the model…") if self.model.loading else self.model.problem
        self.query_one(Status).show(
            state or (_("Model ready: {name}", name=backend.name) if backend else "")
        )

    def _scene_row(self, found: ListedScene) -> Option:
        if found.problem:
            row = Content.assemble(
                (f"{printable(found.name)} ", "dim"), (_("cannot be read"), "red")
            )
            return Option(row)
        return Option(Content.assemble(printable(found.title), (f"  {found.name}", "dim")))

    def _session_row(self, saved: Saved) -> Option:
        when = f"{saved.saved:%m-%d %H:%M}"
        return Option(Content.assemble((f"{when}  ", "dim"), printable(saved.title)))

    @on(OptionList.OptionHighlighted)
    def _lit(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.has_focus:
            self._detail()

    def on_descendant_focus(self) -> None:
        self._detail()

    def _detail(self) -> None:
        lit = self.focused
        at = lit.highlighted if isinstance(lit, OptionList) else None
        details = self.query_one("#details", Static)
        if lit is None or at is None:
            details.update("")
        elif lit.id == "scenes" and at < len(self.found):
            found = self.found[at]
            details.update(Content(printable(found.problem or found.summary)))
        elif lit.id == "sessions" and at < len(self.saved):
            saved = self.saved[at]
            role = _("you: {role}", role=saved.role) if saved.role else _("watching")
            details.update(Content(printable(f"{role}  ·  {saved.last}")))

    @on(OptionList.OptionSelected, "#scenes")
    def _begin(self, event: OptionList.OptionSelected) -> None:
        scene = self._load(event.option_index)
        if scene:
            self.post_message(self.Begin(scene, scene.play_as))

    @on(OptionList.OptionSelected, "#sessions")
    def _resume(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Resume(self.saved[event.option_index].path))

    def action_role(self) -> None:
        """Ask which role is the player's, then start."""
        at = self.query_one("#scenes", OptionList).highlighted
        scene = self._load(at) if at is not None else None
        if scene is None:
            return

        def begin(chosen: tuple[str | None] | None) -> None:
            if chosen is not None:
                self.post_message(self.Begin(scene, chosen[0]))

        self.app.push_screen(RoleScreen(scene), begin)

    def _load(self, at: int) -> "Scene | None":
        from scenes.scene_loader import load_scene

        found = self.found[at]
        try:
            return load_scene(found.path)
        except KnownError as error:
            for problem in error.problems[:5]:
                self.notify(printable(problem), severity="error", markup=False, timeout=15)
            return None
