"""Roles of a log or a chat that are characters of the person: with all that is known of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name
from base.folders import CARDS, SUFFIXES, find, folders
from base.messages import _
from characters.profile import read_character
from scenes.casting import seated
from scenes.scene import Role


def with_known_characters(
    cast: Sequence[Role], player: str | None, tell: Callable[[str], None]
) -> tuple[Role, ...]:
    """`cast`, each role whose character lies in `./characters` or in the data folder as that one.

    `player` is whom `{{user}}` means; `tell` gets a line for each such file. Characters that only
    come along are none of the person's.
    """
    return tuple(_known(role, _other(role, cast, player), tell) for role in cast)


def _other(role: Role, cast: Sequence[Role], player: str | None) -> str | None:
    others = [one.name for one in cast if one != role]
    return player if player in others else next(iter(others), None)


def _known(role: Role, player: str | None, tell: Callable[[str], None]) -> Role:
    path = _file_of(role.name)
    if path is None:
        return role
    try:
        character = read_character(path)
    except KnownError as error:
        tell(
            _(
                "{role} is played without a character file: {why}",
                role=role.name,
                why=error.problems[0],
            )
        )
        return role
    if role.name not in (character.name, *character.aliases):
        return role
    tell(_("{role} is played as the character in {path}", role=role.name, path=path))
    return seated(role, character, player)


def _file_of(name: str) -> Path | None:
    return find(file_name(name, "character"), folders("characters")[:2], SUFFIXES + CARDS)
