"""All that the model will read for a role's next line, part by part, so that nothing is hidden."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.errors import KnownError
from base.messages import _
from scenes.table.controller import Table
from scenes.table.inspect import Inspection, Kind
from scenes.table.inspect_words import NAMES, summary
from tui.paint import printable

STYLES: dict[Kind, str] = {
    "fixed": "dim",
    "recap": "$text-primary",
    "secret": "$text-primary",
    "lore": "$text-secondary",
    "history": "",
    "note": "$text-warning",
    "director": "$text-warning",
    "cue": "bold",
}
"""What each part is written in."""


class PromptScreen(ModalScreen[None]):
    """Shows the prompt of a role, under what is to be known of it; ← and → are for other roles."""

    DEFAULT_CSS = """
    PromptScreen { align: center middle; }
    #prompt-panel {
        width: 100%; max-width: 100; height: 95%; padding: 0 1; border: round $primary;
        background: $surface;
    }
    #prompt-head { height: auto; max-height: 50%; border-bottom: solid $primary 40%; }
    #prompt-text { height: 1fr; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,f7", "dismiss(None)", "Back", id="prompt.back", priority=True),
        Binding("left", "role(-1)", "Role before", id="prompt.before", show=False, priority=True),
        Binding("right", "role(1)", "Next role", id="prompt.next", show=False, priority=True),
    ]

    def __init__(self, table: Table, name: str = "") -> None:
        """Raises `KnownError` for a name of nobody, and where there is no model."""
        super().__init__()
        self.table = table
        self.inspection = table.inspect(name)

    def compose(self) -> ComposeResult:
        with Vertical(id="prompt-panel") as panel:
            panel.border_subtitle = Content(_("←→ role · ↑↓ PgUp PgDn scroll · Esc closes"))
            with VerticalScroll(id="prompt-head", can_focus=False):
                yield Static(id="prompt-summary")
            with VerticalScroll(id="prompt-text"):
                yield Static(id="prompt-parts")

    def on_mount(self) -> None:
        self._show()
        self.query_one("#prompt-text").focus()

    def action_role(self, step: int) -> None:
        """Show the prompt of the role before or after in the cast."""
        names = [role.name for role in self.table.play.scene.cast]
        at = names.index(self.inspection.role) if self.inspection.role in names else 0
        try:
            self.inspection = self.table.inspect(names[(at + step) % len(names)])
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._show()
        self.query_one("#prompt-text").scroll_home(animate=False)

    def _show(self) -> None:
        one = self.inspection
        panel = self.query_one("#prompt-panel")
        panel.border_title = Content(_("What {name} reads", name=printable(one.role)))
        lines = "\n".join(map(printable, summary(one)))
        self.query_one("#prompt-summary", Static).update(Content(lines))
        self.query_one("#prompt-parts", Static).update(parts_of(one))


def parts_of(one: Inspection) -> Content:
    """Each part under its name and tokens."""
    shown: list[tuple[str, str] | str] = []
    for kind, text, tokens in one.parts:
        shown.append((f"▎{_(NAMES[kind])} {tokens:,}\n", "bold $text-muted"))
        body = "\n".join(map(printable, text.split("\n"))).removesuffix("\n")
        shown += [(body, STYLES[kind]), "\n"]
    return Content.assemble(*shown)
