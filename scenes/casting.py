"""The cast of a scene file: roles with their characters' files filled in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

from base.errors import KnownError
from base.messages import _
from base.names import name_problem
from base.text import one_line, shown
from base.yaml_reader import Document
from base.yaml_tree import Key
from characters.character import Character
from characters.profile import problems_of, refer
from characters.sheets.values import merged
from scenes.constants import constants_of
from scenes.scene import AuthorNote, Role
from scenes.schema import CastKeys, SceneKeys

NOBODY = "玩家"
"""What `{{user}}` becomes in a scene with nobody else."""
STAND_INS = ("来客", "Visitor")
"""Who `{{user}}` is in sample dialogues, so that they put no words into the player's mouth: in
Chinese ones, and in others."""


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
        role = _role(name, entry, character, folder, _player(name, keys))
        has_own = "adapter" in entry.model_fields_set or role.adapter
        roles.append(role if has_own else replace(role, adapter=keys.model.adapter))
    return roles, problems + list(_shared_names(roles, document))


def _player(name: str, keys: SceneKeys) -> str:
    """Whom `{{user}}` means in the texts of the role `name`: the player's role, or else another."""
    others = [one for one in keys.cast if one != name]
    return keys.play_as if keys.play_as in others else next(iter(others), NOBODY)


def _role(name: str, entry: CastKeys, character: Character, folder: Path, player: str) -> Role:
    other_names = [character.name, *character.aliases, *entry.aliases]
    says = "talkativeness" in entry.model_fields_set or character.talkativeness is None

    own = [folder / file for file in entry.knowledge]

    def filled(text: str, user: str = player) -> str:
        if "{{" not in text:
            return text
        from characters.cards.macros import expand

        return expand(text, name, user, Random(f"{name}\n{text}"), datetime.now())

    return Role(
        name=name,
        aliases=tuple(dict.fromkeys(alias for alias in other_names if alias != name)),
        profile=entry.profile.strip() or filled(character.profile),
        voice=entry.voice.strip() or filled(character.voice, stand_in(character.voice)),
        likes=tuple(entry.likes) or character.likes,
        narrator=entry.narrator
        or (character.narrator and "narrator" not in entry.model_fields_set),
        offers=entry.offers,
        unknown=one_line(entry.unknown),
        talkativeness=entry.talkativeness if says else character.talkativeness or 0.0,
        adapter=entry.adapter if "adapter" in entry.model_fields_set else character.adapter,
        knowledge=(*character.knowledge, *own),
        emotions=tuple(entry.emotions) or character.emotions,
        openings=tuple(map(filled, character.openings)),
        sheet=merged(character.sheet, entry.sheet),
        secret=entry.secret.strip() or filled(character.secret),
        notes=_notes(entry) or tuple(replace(n, text=filled(n.text)) for n in character.notes),
        constants=constants_of((*character.knowledge, *own), name, player),
    )


def stand_in(voice: str) -> str:
    """Who speaks with the role in sample lines of its voice."""
    return STAND_INS[0 if any("\u3400" <= sign <= "\u9fff" for sign in voice) else 1]


def _notes(entry: CastKeys) -> tuple[AuthorNote, ...]:
    return tuple(AuthorNote(one_line(note.text), note.depth) for note in entry.notes)


def seated(role: Role, character: Character, player: str | None) -> Role:
    """A role of which only the name is known as `character`; `player` is whom `{{user}}` means."""
    entry = CastKeys(narrator=True) if role.narrator else CastKeys()
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
                problem = _(
                    "{alias} is also a name of {role}", alias=shown(alias), role=shown(owner)
                )
                yield document.at(key, problem)
