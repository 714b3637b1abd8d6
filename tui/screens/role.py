"""Asks which role of a scene is the player's."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from base.messages import _
from tui.paint import printable

if TYPE_CHECKING:
    from scenes.scene import Scene


class RoleScreen(ModalScreen[tuple[str | None] | None]):
    """Gives a tuple of a role's name, or of `None` to watch; or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="role.back")
    ]

    def __init__(self, scene: "Scene", role: str | None = None) -> None:
        """`role` is lit first."""
        super().__init__()
        self.scene, self.role = scene, role

    def compose(self) -> ComposeResult:
        options = [
            Option(Content.assemble((printable(role.name), "bold"), f"  {printable(role.profile)}"))
            for role in self.scene.cast
        ]
        roles = OptionList(*options, Option(Content(_("Watch, play nobody"))), id="roles")
        roles.border_title = Content(_("Which role is yours?"))
        names = [role.name for role in self.scene.cast]
        roles.highlighted = names.index(self.role) if self.role in names else 0
        yield roles

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        names = [role.name for role in self.scene.cast]
        chosen = names[event.option_index] if event.option_index < len(names) else None
        self.dismiss((chosen,))
