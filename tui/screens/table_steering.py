"""What steers the draws, on the screen: sampling, knowledge, and what the model reads."""

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from base.errors import KnownError
from base.messages import _
from scenes.table import controller_events as happened
from tui.screens.controlled import ControlledScreen


class SteeringActions(ControlledScreen):
    """Actions on the draws to come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "sampling", "Sampling", id="table.sampling", priority=True),
        Binding("f7", "prompt", "What the model reads", id="table.prompt", priority=True),
    ]

    def take_event(self, event: happened.TableEvent) -> None:
        super().take_event(event)
        match event:
            case happened.Directed() | happened.Steered():
                self.tell()
            case happened.ViewAsked("sampling"):
                self.action_sampling()
            case happened.ViewAsked("lore", path):
                self.action_lore(path)
            case happened.ViewAsked("prompt", name):
                self.action_prompt(name)

    @work
    async def action_sampling(self) -> None:
        """Show the sliders, and draw by them from the next draw on."""
        from tui.screens.sampling import SamplingScreen

        if self.app.screen is not self:
            return
        changes = await self.app.push_screen_wait(SamplingScreen(self.table))
        if changes:
            with self.trying():
                self.table.set_sampling(changes)
                values = self.table.sampling_told()
                self.notify(_("From the next draw on: {values}", values=values), markup=False)

    def action_lore(self, path: str = "") -> None:
        """Show the knowledge, to be switched on and off, with the entries of the file at `path`."""
        from tui.screens.lore import LoreScreen

        if not self.play.knowledge_paths():
            self.tell_error(KnownError(_("this scene and its roles have no knowledge")))
        elif self.app.screen is self:
            self.app.push_screen(LoreScreen(self.table, Path(path) if path else None))

    def action_prompt(self, name: str = "") -> None:
        """Show all that the model would read now for a role, part by part."""
        from tui.screens.prompt import PromptScreen

        if self.app.screen is self:
            with self.trying():
                self.app.push_screen(PromptScreen(self.table, name))
