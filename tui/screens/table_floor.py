"""What can be done at the table about who speaks, and by which model."""

from tui.screens.controlled import ControlledScreen


class FloorActions(ControlledScreen):
    """Actions on the cast and the model."""
