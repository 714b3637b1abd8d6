"""The options of `paotuan play` about a table that plays by itself."""

from dataclasses import replace
from typing import Annotated

import typer

from base.messages import _
from tui.failures import BadInput
from tui.model_options import Choice

LONGEST_PACE = 3600
"""Seconds a turn."""
MOST_TURNS = 10_000

Auto = Annotated[
    int | None,
    typer.Option(
        "--auto",
        metavar="TURNS",
        help="Play so many turns by itself, your own role's too, taking the best candidate each "
        "time; any key stops it.",
    ),
]
WaitForMe = Annotated[
    bool,
    typer.Option(
        "--wait-for-me",
        help="With --auto: leave your own role to you; it goes on once you have said your line.",
    ),
]
Pace = Annotated[
    float | None,
    typer.Option(
        "--pace",
        metavar="SECONDS",
        help="Seconds a turn of a table that plays by itself; by default as long as a line "
        "takes to be read.",
    ),
]


def by_itself(
    choice: Choice, watch: bool, auto: int | None, waits: bool, pace: float | None
) -> Choice:
    """The choice with how the table plays by itself. Raises `BadInput`."""
    if auto is not None and not 1 <= auto <= MOST_TURNS:
        raise BadInput(_("--auto {n}: expected 1 to {most} turns", n=auto, most=MOST_TURNS))
    if waits and (auto is None or watch):
        raise BadInput(_("--wait-for-me belongs to --auto, with a role of yours; give both"))
    if pace is not None and not 0 <= pace <= LONGEST_PACE:
        raise BadInput(
            _("--pace {pace}: expected 0 to {most} seconds", pace=pace, most=LONGEST_PACE)
        )
    return replace(choice, watch=watch, auto=auto or 0, waits=waits, pace=pace)
