"""Options of commands that make characters of cards."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from tui.commands.group import one_of

if TYPE_CHECKING:
    from characters.cards.mapping import Mode

Called = Annotated[
    str,
    typer.Option(
        "--name", metavar="NAME", help="What the character is called here, of a card without one."
    ),
]
AsMode = Annotated[
    str | None,
    typer.Option(
        "--mode",
        metavar="person|narrator",
        help="Whether a card is one of the cast or tells the story; by default the card tells.",
    ),
]


def mode_of(given: str | None) -> "Mode | None":
    """What an option says that a card is. Raises `BadInput`."""
    from typing import get_args

    from characters.cards.mapping import Mode

    return cast("Mode | None", one_of(given, get_args(Mode), "mode") if given else None)
