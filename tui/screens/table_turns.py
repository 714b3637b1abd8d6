"""What can be done at the table with any turn: leaf through its hands, branch, mark, the map."""

from tui.screens.controlled import ControlledScreen


class TurnActions(ControlledScreen):
    """Actions on turns."""
