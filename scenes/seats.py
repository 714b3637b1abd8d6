"""People by what they are called: characters, cards, roles of scenes, newcomers; a table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name
from base.folders import CARDS, SUFFIXES, find, folders, is_file, is_path, listed
from base.messages import _, series
from base.names import name_problem, nearest
from base.text import shown
from characters.character import Character
from characters.profile import read_character
from scenes.casting import opening_of, seated
from scenes.scene import Role, Scene
from scenes.scene_list import find_scenes
from scenes.scene_loader import read_scene

VISITORS = ("来客", "Visitor")
"""Who sits there where nobody says who they are: at a table of Chinese, and at any other."""
_DESCRIBED = re.compile(r"\s*[：:]\s*")
_HAN = re.compile("[\u3400-\u9fff]")


def seat(called: str, player: str | None = None) -> Role:
    """The one who is called so: a file of a character or a card, a character by file, name or
    alias, a role of a scene, or a newcomer as `NAME：WHO THEY ARE`; `player` is whom `{{user}}`
    means. Raises `KnownError` with the nearest name.
    """
    if is_path(called) or Path(called).suffix.lower() in CARDS:
        return _seated(read_character(Path(called)), player)
    name, *profile = _DESCRIBED.split(called.strip(), maxsplit=1)
    if profile and not is_file(Path(called)):
        if problem := name_problem(name):
            raise KnownError(problem)
        return Role(name, profile=" ".join(profile[0].split()))
    for character in _characters(called):
        return _seated(character, player)
    if role := _of_a_scene(called):
        return role
    raise KnownError(_unknown(called))


def named(called: str) -> Role:
    """The character of the library that is called so, else a role of which only the name is known.
    Raises `KnownError` for what can be no name, and for a file that cannot be read."""
    if is_path(called) or Path(called).suffix.lower() in CARDS:
        return seat(called)
    if problem := name_problem(called):
        raise KnownError(_("{name}: {problem}", name=shown(called), problem=problem))
    for character in _characters(called):
        return _seated(character, None)
    return _of_a_scene(called) or Role(called)


def _seated(character: Character, player: str | None) -> Role:
    return seated(Role(character.name, narrator=character.narrator), character, player)


def _characters(called: str) -> Iterator[Character]:
    """The characters of the library that are called so, by the file first; what cannot be read
    is passed over, unless it is the file that is meant."""
    places = folders("characters")
    if path := find(called, places, SUFFIXES + CARDS):
        yield read_character(path)
    own = find(file_name(called, "character"), places, SUFFIXES)
    for path in dict.fromkeys([*([own] if own else ()), *listed(places, SUFFIXES).values()]):
        try:
            character = read_character(path)
        except KnownError:
            continue
        if called in (character.name, *character.aliases):
            yield character


def _of_a_scene(called: str) -> Role | None:
    """The role of that name of the first scene that has one."""
    for listed_scene in find_scenes():
        if called in listed_scene.cast and not listed_scene.problem:
            try:
                return read_scene(listed_scene.path).role(called)
            except KnownError:
                continue
    return None


def _unknown(called: str) -> str:
    names: dict[str, None] = {}
    for path in listed(folders("characters"), SUFFIXES).values():
        try:
            character = read_character(path)
        except KnownError:
            continue
        names |= dict.fromkeys((character.name, *character.aliases))
    names |= dict.fromkeys(name for scene in find_scenes() for name in scene.cast)
    return _(
        "nobody is called {name}: give a card or a character's file, or say who they are as "
        "'{name}：…'{hint}",
        name=shown(called),
        hint=nearest(called, list(names)),
    )


def table_of(roles: Sequence[Role], player: str | None = None) -> Scene:
    """A table with those roles and the player; a visitor where no name is given.

    Raises `KnownError` where two of them have one name.
    """
    text = "".join(f"{role.name}{role.profile}" for role in roles)
    chinese = _HAN.search(text) is not None
    name = player or VISITORS[0 if chinese else 1]
    known = next((role for role in roles if name in (role.name, *role.aliases)), None)
    if problem := name_problem(name):
        raise KnownError(problem)
    cast = [*roles, *([] if known else [Role(name)])]
    _check_names(cast)
    names = series([role.name for role in roles])
    title = f"与{'、'.join(role.name for role in roles)}闲谈" if chinese else f"A talk with {names}"
    emotions = tuple(dict.fromkeys(label for role in roles for label in role.emotions))
    scene = Scene(
        name="-".join(role.name for role in roles)[:40],
        path=Path(),
        title=title,
        cast=tuple(cast),
        language="zh" if chinese else "en",
        play_as=known.name if known else name,
        opening=opening_of(cast, known.name if known else name),
        thoughts="private",
    )
    return replace(scene, emotions=emotions) if emotions else scene


def _check_names(cast: Sequence[Role]) -> None:
    """Raise `KnownError` where a name or an alias would be two people's."""
    names = [name for role in cast for name in {role.name, *role.aliases}]
    for name in names:
        if names.count(name) > 1:
            raise KnownError(_("{name} would sit here twice", name=shown(name)))
