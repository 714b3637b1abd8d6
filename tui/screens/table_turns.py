"""What can be done at the table with any turn: leaf through its hands, branch, mark, the map."""

from textual import work

from scenes.table.session import Turn
from tui.screens.branch_map import BranchMapScreen
from tui.screens.controlled import ControlledScreen


class TurnActions(ControlledScreen):
    """Actions on turns, each by the turn's number."""

    def rewrite(self, turn: Turn) -> None:
        """A hook: put a turn where the person writes."""

    def turn_edit(self, number: int) -> None:
        with self.trying():
            self.rewrite(self.table.turn(number))

    def turn_redraw(self, number: int) -> None:
        """Draw a hand more for a turn, beside those it has."""
        with self.trying():
            self.table.look_at(number)
            self.table.redraw()

    def turn_leaf(self, number: int, step: int) -> None:
        """Show the hands of a turn; where they are shown, the one so many further on."""
        with self.trying():
            looking = self.table.looking
            if looking is None or looking.id != number:
                self.table.look_at(number)
            else:
                self.table.leaf(step)

    def turn_delete(self, number: int) -> None:
        with self.trying():
            self.table.delete(number)

    def turn_branch(self, number: int) -> None:
        """Stand at a turn; what is said there begins a branch."""
        with self.trying():
            self.table.go(number)

    def turn_extend(self, number: int) -> None:
        """Draw how a line goes on that stopped early."""
        with self.trying():
            self.table.extend(number)

    def turn_mark(self, number: int) -> None:
        """Put a bookmark at a turn, or take it away."""
        with self.trying():
            self.table.mark(number)

    @work
    async def action_turns(self) -> None:
        """Show the map of turns and branches, and go where the person says."""
        chosen = await self.app.push_screen_wait(BranchMapScreen(self.table))
        if chosen is None:
            return
        what, turn = chosen
        if what == "edit":
            self.turn_edit(turn.id)
        else:
            self.turn_branch(turn.id)
