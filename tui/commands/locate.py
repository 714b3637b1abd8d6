"""`paotuan locate`: where the person's files lie."""

from typing import Annotated

import typer
from platformdirs import user_cache_path, user_config_path, user_data_path

from tui.commands.group import one_of
from tui.output import data

PLACES = ("config", "data", "sessions", "cache")


def locate(
    what: Annotated[
        str,
        typer.Argument(metavar="|".join(PLACES), help="Which folder."),
    ],
) -> None:
    """Print the folder of your settings, scenes and characters, sessions, or models."""
    own = user_data_path("paotuan", appauthor=False)
    folders = {
        "config": user_config_path("paotuan", appauthor=False),
        "data": own,
        "sessions": own / "sessions",
        "cache": user_cache_path("paotuan", appauthor=False),
    }
    data(str(folders[one_of(what, PLACES, "place")]))
