"""The map of a session: every turn, hand, bookmark and branch; go to any of them, or change it."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from base.messages import _, _n
from scenes.table.branch_map import Row, map_rows
from scenes.table.controller import Table
from scenes.table.hands import count_hands
from scenes.table.session import Turn
from tui.faults import line_of
from tui.paint import told
from tui.widgets.branch_map import BranchMap
from tui.widgets.field import Field

Answer = tuple[str, Turn] | None
"""`("go", turn)` or `("edit", turn)`; nothing where the person only looked."""


class BranchMapScreen(ModalScreen[Answer]):
    """Shows where one is in the tree, and gives where to go."""

    CSS_PATH = "branch_map.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="map.back"),
        Binding("ctrl+b", "dismiss(None)", "Back", id="map.close", show=False),
        Binding("up,k", "move(-1)", "Up", id="map.up", show=False),
        Binding("down,j", "move(1)", "Down", id="map.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="map.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="map.page_down", show=False),
        Binding("home", "end(0)", "Beginning", id="map.home", show=False),
        Binding("end", "end(-1)", "End", id="map.end", show=False),
        Binding("left,h", "fold", "Fold, or the fork before", id="map.fold", show=False),
        Binding("right,l", "unfold", "Unfold, or the next fork", id="map.unfold", show=False),
        Binding("enter", "go", "Go there", id="map.go"),
        Binding("e", "edit", "Rewrite", id="map.edit"),
        Binding("d,delete", "delete", "Delete", id="map.delete"),
        Binding("b", "mark", "Bookmark", id="map.mark"),
        Binding("slash", "filter", "Filter", id="map.filter"),
    ]

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self.session = table.play.session
        self.unfolded: set[int] = set()
        self.folded: set[int] = set()
        self.news = ""
        """What was done last, until another row is lit."""

    def compose(self) -> ComposeResult:
        with Vertical(id="map-box") as box:
            box.border_title = Content(_("Turns and branches"))
            yield BranchMap(self.session, id="map")
            yield Static(id="map-line", markup=False)
            yield Field(id="map-filter", placeholder=_("what a line or a bookmark says"))
            yield Static(self._keys(), id="map-keys", markup=False)

    def _keys(self) -> str:
        return _(
            "Enter goes there · ←→ fold, forks · e rewrites · d deletes · b bookmarks · / filters"
            " · Esc back"
        )

    def on_mount(self) -> None:
        self._lay_out(self.session.head)
        self.query_one(BranchMap).focus()

    # --- showing ---

    def _lay_out(self, turn: int | None) -> None:
        wanted = self.query_one(Input).value.strip()
        rows = map_rows(self.session, self.unfolded, self.folded, wanted)
        self.query_one(BranchMap).show(rows, turn)

    @on(BranchMap.Lit)
    def _lit(self) -> None:
        news, self.news = self.news, ""
        self._say(news or self._told(self.query_one(BranchMap).row))

    def _told(self, row: Row | None) -> str:
        """The line that is lit, whole, and its hands."""
        if row is None:
            return _("no turn says that")
        turn = self.session.turns[row.turn]
        line = told(turn.entry)
        hands = count_hands(self.session, row.turn if row.kind == "hand" else turn.parent)
        many = _n("{n} hand", "{n} hands", hands) if hands else ""
        return f"{line}  ⧉ {many}" if many else line

    def _say(self, text: str) -> None:
        self.query_one("#map-line", Static).update(Content(text))

    # --- moving ---

    def action_move(self, step: int) -> None:
        self.query_one(BranchMap).move(step)

    def action_page(self, step: int) -> None:
        rows = self.query_one(BranchMap)
        rows.move(step * max(rows.size.height - 1, 1))

    def action_end(self, at: int) -> None:
        rows = self.query_one(BranchMap)
        rows.light(at % max(len(rows.rows), 1))

    def action_fold(self) -> None:
        """Fold the run or the branch that is lit; else light the fork before."""
        rows = self.query_one(BranchMap)
        row = rows.row
        if row is None:
            return
        if row.run is not None:
            self.unfolded.discard(row.run)
            self._lay_out(row.run)
        elif row.begins and not row.count:
            self.folded.add(row.turn)
            self._lay_out(row.turn)
        else:
            self._jump(-1)

    def action_unfold(self) -> None:
        """Unfold the run or the branch that is lit; else light the next fork."""
        rows = self.query_one(BranchMap)
        row = rows.row
        if row is None:
            return
        if row.kind == "run":
            self.unfolded.add(row.turn)
            self._lay_out(row.turn)
        elif row.turn in self.folded:
            self.folded.discard(row.turn)
            self._lay_out(row.turn)
        else:
            self._jump(1)

    def _jump(self, step: int) -> None:
        rows = self.query_one(BranchMap)
        places = [at for at, row in enumerate(rows.rows) if row.ways or row.begins or row.here]
        beyond = [at for at in places if (at - rows.lit) * step > 0]
        if beyond:
            rows.light(min(beyond, key=lambda at: abs(at - rows.lit)))

    # --- doing ---

    @property
    def turn(self) -> Turn | None:
        """The turn that is lit."""
        row = self.query_one(BranchMap).row
        return None if row is None else self.session.turns[row.turn]

    @on(BranchMap.Chosen)
    def action_go(self) -> None:
        row = self.query_one(BranchMap).row
        if row is None:
            return
        if row.kind == "run":
            self.action_unfold()
        else:
            self.dismiss(("go", self.session.turns[row.turn]))

    def action_edit(self) -> None:
        if self.turn is None:
            return
        if self.session.is_on_path(self.turn.id):
            self.dismiss(("edit", self.turn))
        else:
            self._say(_("that line is on another branch; Enter goes there first"))

    def action_delete(self) -> None:
        turn = self.turn
        if turn is not None and self._done(lambda: self.table.delete(turn.id)):
            self._lay_out(self.session.head if turn.parent is None else turn.parent)
            self.news = _("Turn {number} is left out; Ctrl+Z brings it back", number=turn.id)

    def action_mark(self) -> None:
        turn = self.turn
        if turn is not None and self._done(lambda: self.table.mark(turn.id)):
            self._lay_out(turn.id)

    def _done(self, do: Callable[[], object]) -> bool:
        """Whether it could be done; what stood in its way is told."""
        try:
            do()
        except Exception as error:
            self._say(line_of(error))
            return False
        return True

    # --- filtering ---

    def action_filter(self) -> None:
        self.query_one(Input).add_class("open")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _filtered(self) -> None:
        turn = self.turn
        self._lay_out(None if turn is None else turn.id)

    @on(Input.Submitted)
    def _chosen(self) -> None:
        self.query_one(BranchMap).focus()

    def action_back(self) -> None:
        """Leave the filter, else the map."""
        asked = self.query_one(Input)
        if not asked.has_class("open"):
            self.dismiss(None)
            return
        turn = self.turn
        asked.remove_class("open")
        asked.clear()
        self._lay_out(None if turn is None else turn.id)
        self.query_one(BranchMap).focus()
