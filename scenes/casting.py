"""The cast of a scene file: roles with their characters' files filled in, and what is odd."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path
from random import Random

from base.errors import KnownError
from base.names import name_problem, nearest
from base.text import shown
from base.yaml_reader import Document
from base.yaml_tree import Key
from characters import Character
from characters.cards.macros import expand
from characters.profile import problems_of, refer
from scenes.log import SPOKEN, read
from scenes.scene import Role
from scenes.schema import CastKeys, SceneKeys

NOBODY = "玩家"
"""What `{{user}}` becomes in a scene with nobody else."""


def cast_of(keys: SceneKeys, document: Document, folder: Path) -> tuple[list[Role], list[str]]:
    """The roles, and a line for each thing that is wrong with them."""
    roles: list[Role] = []
    problems: list[str] = []
    for name, entry in keys.cast.items():
        key: Key = ("cast", name)
        if problem := name_problem(name):
            problems.append(document.at(key, problem))
        problems += problems_of(entry, document, key, folder)
        try:
            character = refer(entry.character, folder) if entry.character else Character(name)
        except KnownError as error:
            problems.append(document.at((*key, "character"), str(error)))
            character = Character(name)
        found = _role(name, entry, character, folder, _player(name, keys))
        said = "adapter" in entry.model_fields_set
        roles.append(found if said or found.adapter else replace(found, adapter=keys.model.adapter))
    return roles, problems + list(_shared_names(roles, document))


def _player(name: str, keys: SceneKeys) -> str:
    """Whom `{{user}}` means in the texts of the role `name`: the player's role, or else another."""
    others = [one for one in keys.cast if one != name]
    return keys.play_as if keys.play_as in others else next(iter(others), NOBODY)


def _role(name: str, entry: CastKeys, character: Character, folder: Path, player: str) -> Role:
    other_names = [character.name, *character.aliases, *entry.aliases]
    said = "talkativeness" in entry.model_fields_set or character.talkativeness is None

    def filled(text: str) -> str:
        return expand(text, name, player, Random(f"{name}\n{text}")) if "{{" in text else text

    return Role(
        name=name,
        aliases=tuple(dict.fromkeys(alias for alias in other_names if alias != name)),
        profile=entry.profile.strip() or filled(character.profile),
        voice=entry.voice.strip() or filled(character.voice),
        likes=tuple(entry.likes) or character.likes,
        narrator=entry.narrator,
        talkativeness=entry.talkativeness if said else character.talkativeness or 0.0,
        adapter=entry.adapter if "adapter" in entry.model_fields_set else character.adapter,
        knowledge=(*character.knowledge, *(folder / file for file in entry.knowledge)),
        emotions=tuple(entry.emotions) or character.emotions,
        openings=tuple(map(filled, character.openings)),
    )


def seated(role: Role, character: Character, player: str | None) -> Role:
    """A role of which only the name is known as `character`; `player` is whom `{{user}}` means."""
    entry = CastKeys(narrator=role.narrator)
    return _role(role.name, entry, character, Path(), player or NOBODY)


def opening_of(cast: Sequence[Role], play_as: str | None) -> str:
    """The opening that the cast brings along: the first of a role that is not the player's."""
    return next((role.openings[0] for role in cast if role.openings and role.name != play_as), "")


def _shared_names(roles: Sequence[Role], document: Document) -> Iterator[str]:
    owners: dict[str, str] = {role.name: role.name for role in roles}
    for role in roles:
        for alias in role.aliases:
            owner = owners.setdefault(alias, role.name)
            if owner != role.name:
                key = ("cast", role.name, "aliases")
                yield document.at(key, f"{shown(alias)} is also a name of {shown(owner)}")


def oddities(keys: SceneKeys, document: Document, cast: Sequence[Role]) -> Iterator[str]:
    """Lines of opening and voices that no role speaks, or with a label that the scene lacks."""
    names = {name for role in cast for name in (role.name, *role.aliases)}
    yield from _odd_lines(keys.opening, ("opening",), keys.emotions, document, names)
    for role in cast:
        key = ("cast", role.name, "voice")
        yield from _odd_lines(role.voice, key, [*keys.emotions, *role.emotions], document, names)


def _odd_lines(
    text: str, key: Key, labels: Sequence[str], document: Document, names: Set[str]
) -> Iterator[str]:
    for number, entry in read(text.split("\n")):
        place = _place(document, key, number)
        if entry.kind == "unrecognised":
            yield f"{place}: not a line of a log: {shown(entry.text)}"
        if entry.kind in SPOKEN and entry.speaker not in names:
            close = nearest(entry.speaker, names)
            yield f"{place}: {shown(entry.speaker)} is not in the cast{close}"
        if entry.emotion and entry.emotion not in labels:
            close = nearest(entry.emotion, labels)
            yield f"{place}: {shown(entry.emotion)} is no emotion of this scene{close}"


def _place(document: Document, key: Key, number: int) -> str:
    """Where line `number` of a text stands: exact in a literal block or a list."""
    if key in document.blocks:
        line = document.blocks[key] + number - 1
    else:
        item = (*key, number - 1)
        key = item if item in document.lines else key
        line = document.line(key)
    return f"{document.where}:{line}: {'.'.join(map(shown, map(str, key)))}"
