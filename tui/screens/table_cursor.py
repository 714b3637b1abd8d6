"""The turn that is lit in what was said, and what its keys do; the map of all turns."""

from textual import work

from base.messages import _
from scenes.table.lines import body_of
from scenes.table.session import Turn
from tui.screens.branch_map import BranchMapScreen
from tui.screens.table_editing import EditingActions
from tui.screens.table_keep import KeepActions
from tui.widgets.composer import Composer
from tui.widgets.transcript import Transcript


class CursorActions(EditingActions, KeepActions):
    """Actions on the turn that is lit."""

    @property
    def lit_turn(self) -> Turn | None:
        path, cursor = self.play.session.path, self.query_one(Transcript).cursor
        return path[cursor] if cursor is not None and cursor < len(path) else None

    def light(self, step: int) -> None:
        """Light a turn before or after; after the last one, what is written has the keys."""
        transcript, count = self.query_one(Transcript), len(self.play.session.path)
        at = count if transcript.cursor is None else transcript.cursor
        to = max(at + step, 0)
        if to < count:
            self._look_back()
            transcript.light(to)
        else:
            self.leave_turns()

    def light_first(self) -> None:
        self._look_back()
        self.query_one(Transcript).light(0)

    def leave_turns(self) -> None:
        """Give the keys back to what is written; the candidates are those of here again."""
        self.query_one(Composer).mode = "text"
        self._look_back()

    def _look_back(self) -> None:
        if self.table.looking is not None:
            self.table.look_at(None)

    def leaf(self, step: int) -> None:
        """Show the candidates drawn before or after: of the lit turn, where one is lit."""
        turn = self.lit_turn
        if turn is not None and self.table.looking != turn:
            self.table.look_at(turn.id)
        else:
            self.table.leaf(step)

    def on_turn(self, do: str) -> None:
        """Do with the lit turn what a key says. Raises `KnownError`."""
        turn = self.lit_turn
        if turn is None:
            return
        match do:
            case "stand":
                self.table.go(turn.id)
            case "edit_turn":
                self.rewrite(turn)
            case "redraw_turn":
                self.table.look_at(turn.id)
                self.table.redraw()
            case "delete":
                self.table.delete(turn.id)
            case "continue_turn":
                self.table.extend(turn.id)
            case "bookmark":
                self.table.mark(turn.id)
            case "copy_turn":
                self.copy(body_of(turn.entry), _("turn {number}", number=turn.id))

    @work
    async def action_turns(self) -> None:
        """Show the map of turns and branches, and go where the person says."""
        chosen = await self.app.push_screen_wait(BranchMapScreen(self.table))
        if chosen is None:
            return
        what, turn = chosen
        with self.trying():
            if what == "edit":
                self.rewrite(turn)
            else:
                self.table.go(turn.id)
