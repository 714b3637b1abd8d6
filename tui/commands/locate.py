"""`paotuan locate`: where the person's files lie."""

from typing import Annotated

import typer

from base.folders import cache_folder, config_folder, data_folder, log_folder, sessions_folder
from tui.commands.group import one_of
from tui.output import data

PLACES = {
    "config": config_folder,
    "data": data_folder,
    "sessions": sessions_folder,
    "cache": cache_folder,
    "log": log_folder,
}


def locate(
    what: Annotated[
        str,
        typer.Argument(
            metavar="|".join(PLACES),
            help="Which folder.",
            autocompletion=lambda: list(PLACES),
        ),
    ],
) -> None:
    """Print the folder of your settings, scenes and characters, sessions, models, or error logs."""
    data(str(PLACES[one_of(what, tuple(PLACES), "place")]()))
