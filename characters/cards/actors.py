"""Characters that are no cards, a Foundry actor or one of CCFOLIA, as cards with a sheet."""

import re
from typing import Any

from characters.cards.card import V2_EMPTY, Card, card_of
from characters.cards.jsontext import Json
from characters.cards.lines import role_name
from characters.cards.mapping import OURS, plain
from characters.cards.markup import setting_of
from characters.sheets.foreign import ccfolia_values, foundry_values, is_ccfolia, is_foundry
from characters.sheets.values import Value

FOUNDRY, CCFOLIA = "foundry-actor", "ccfolia-character"
LONGEST = 20_000
"""Characters of what is told of a character that are taken."""
_BIOGRAPHY = (("biography",), ("details", "biography"), ("description",), ("notes",))


def program_of(value: object) -> str | None:
    """Which program's character a JSON value is, by the name of its importer."""
    if is_ccfolia(value):
        return CCFOLIA
    return FOUNDRY if is_foundry(value) else None


def from_actor(value: Json, program: str, where: str) -> Card:
    """The card of a character; all that a card has no field for stays under the program's name.

    Raises `KnownError` where it has no name.
    """
    data: Json = value
    if program == CCFOLIA:
        data = value["data"] if isinstance(value["data"], dict) else {}
        told, values = str(data.get("memo") or ""), ccfolia_values(value)
    else:
        told, values = _biography(value), foundry_values(value)
    name = data.get("name")
    return _card(name if isinstance(name, str) else "", told, values, {program: value}, where)


def _card(name: str, told: str, values: dict[str, Value], kept: Json, where: str) -> Card:
    """A V2 card; a player's name in brackets behind that of the character is not part of it."""
    data = {
        **V2_EMPTY,
        "name": role_name(re.sub(r"\s*[（(][^（）()]*[)）]\s*$", "", name)) or name,
        "description": told[:LONGEST].strip(),
        "extensions": {OURS: {"sheet": {key: plain(v) for key, v in values.items()}}, **kept},
    }
    return card_of({"spec": "chara_card_v2", "spec_version": "2.0", "data": data}, where)


def _biography(actor: Json) -> str:
    """What an actor's sheet tells of it, without its markup."""
    system: Any = actor.get("system", actor.get("data"))
    for path in _BIOGRAPHY:
        found: Any = system
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list):  # sections, as Call of Cthulhu has them
            parts = [one.get("value") for one in found if isinstance(one, dict)]
            found = "\n".join(part for part in parts if isinstance(part, str))
        if isinstance(found, dict):
            found = found.get("value", found.get("personalDescription"))
            found = found.get("value") if isinstance(found, dict) else found
        if isinstance(found, str) and found.strip():
            lines = setting_of(found[: 4 * LONGEST]).split("\n")
            return "\n".join(line.strip() for line in lines if line.strip())
    return ""
