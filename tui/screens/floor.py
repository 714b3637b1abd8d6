"""Who speaks: the cast with who is next and why, and what can be done about it by one key."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from base.errors import KnownError
from base.messages import N_, _
from scenes.scene import Role
from scenes.table.controller import Table
from scenes.table.speakers import RULE_HELP, RULE_NAMES
from scenes.turns import RULES
from tui.adapter_choice import told
from tui.paint import printable
from tui.widgets.field import Field

KEYS = N_(
    "Enter speaks · m mute · l leave/enter · r rule · i my own line · n narrator · a newcomer · Esc"
)


LONGEST = 600
"""Characters of a newcomer's name and what is said of them."""


class FloorScreen(ModalScreen[None]):
    """Changes the floor of a table; closes when somebody is to speak."""

    DEFAULT_CSS = """
    FloorScreen { align: center middle; }
    #floor-panel { width: 90%; max-width: 80; height: auto; max-height: 95%; }
    #floor-cast {
        height: auto; min-height: 3; max-height: 14; border: round $primary; padding: 0 1;
        background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
    }
    #floor-why, #floor-keys { padding: 0 2; background: $surface; }
    #floor-keys { color: $text-muted; }
    #floor-newcomer { border: round $primary; height: 3; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f4", "back", "Back", id="floor.back"),
        Binding("m", "mute", "Mute", id="floor.mute"),
        Binding("l", "leave", "Leave or enter", id="floor.leave"),
        Binding("r", "rule", "Rule", id="floor.rule"),
        Binding("i", "own", "My own line", id="floor.own"),
        Binding("n", "narrator", "Narrator", id="floor.narrator"),
        Binding("a", "newcomer", "Newcomer", id="floor.newcomer"),
    ]

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def compose(self) -> ComposeResult:
        with Vertical(id="floor-panel"):
            yield OptionList(id="floor-cast")
            yield Field(id="floor-newcomer", max_length=LONGEST)
            yield Static(id="floor-why")
            yield Static(Content(_(KEYS)), id="floor-keys")

    def on_mount(self) -> None:
        newcomer = self.query_one(Input)
        newcomer.display = False
        newcomer.border_title = Content(_("Who joins? NAME, or NAME: WHO THEY ARE"))
        self._show()
        cast = list(self.table.play.scene.cast)
        following = self.table.play.next
        lit = cast.index(following) if following in cast else 0
        self.query_one(OptionList).highlighted = lit
        self.query_one(OptionList).focus()

    # --- showing ---

    def _show(self) -> None:
        roles, at = self.query_one(OptionList), self.query_one(OptionList).highlighted
        roles.clear_options()
        roles.add_options([Option(self._row(role)) for role in self.table.play.scene.cast])
        roles.highlighted = at
        rule = self.table.rule
        roles.border_title = Content(
            _("Who speaks · {rule}: {help}", rule=_(RULE_NAMES[rule]), help=_(RULE_HELP[rule]))
        )
        why = Content(printable(_("why: {why}", why=self.table.why())))
        self.query_one("#floor-why", Static).update(why)

    def _row(self, role: Role) -> Content:
        play = self.table.play
        following = play.next is not None and play.next.name == role.name
        parts = [
            _("you") if role.name == play.session.role else "",
            _("narrator") if role.narrator else "",
            _("next") if following else "",
            _("muted") if role.name in play.floor.muted else "",
            _("has left") if role.name in play.floor.away else "",
            _("adapter {name}", name=told(role)) if role.adapter else "",
        ]
        dim = "dim" if role.name in play.floor.silent else ""
        name = (printable(role.name), f"bold {dim}" if following else dim)
        marks = printable(" · ".join(filter(None, parts)))
        return Content.assemble("▸ " if following else "  ", name, "  ", (marks, "dim"))

    # --- what the person does ---

    def _lit(self) -> str:
        at = self.query_one(OptionList).highlighted
        cast = self.table.play.scene.cast
        return cast[at].name if at is not None and at < len(cast) else ""

    def _do(self, intention: str, *given: object, closes: bool = False) -> None:
        """Do it; what cannot be done is told and the panel stays."""
        if self.query_one(Input).display:
            return
        try:
            getattr(self.table, intention)(*given)
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if closes:
            self.dismiss(None)
        else:
            self._show()

    @on(OptionList.OptionSelected)
    def _speaks(self) -> None:
        self._do("speak_as", self._lit(), closes=True)

    def action_mute(self) -> None:
        self._do("mute", self._lit(), self._lit() not in self.table.play.floor.muted)

    def action_leave(self) -> None:
        away = self._lit() in self.table.play.floor.away
        self._do("enter_table" if away else "leave_table", self._lit())

    def action_rule(self) -> None:
        self._do("set_rule", RULES[(RULES.index(self.table.rule) + 1) % len(RULES)])

    def action_own(self) -> None:
        self._do("draw_own", closes=True)

    def action_narrator(self) -> None:
        self._do("draw_narrator", closes=True)

    def action_newcomer(self) -> None:
        newcomer = self.query_one(Input)
        newcomer.display = True
        newcomer.focus()

    @on(Input.Submitted)
    def _joins(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.table.speak_as(event.value)
        except KnownError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.dismiss(None)

    def action_back(self) -> None:
        """Esc: stop asking for a name, else close."""
        newcomer = self.query_one(Input)
        if newcomer.display:
            newcomer.display = False
            newcomer.clear()
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)
