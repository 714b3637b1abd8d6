"""What can be done at the table to find what was said, and to take it along."""

from tui.screens.controlled import ControlledScreen


class KeepActions(ControlledScreen):
    """Finding, copying, exporting."""
