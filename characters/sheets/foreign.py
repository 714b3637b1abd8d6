"""Sheets of other programs as ours: actors of Foundry VTT, characters of CCFOLIA, extensions of
cards. Whatever is none of what is expected is passed over. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from characters.sheets.names import ITEMS, POOLS, is_known, usual_name
from characters.sheets.values import MOST_ITEMS, MOST_KEYS, Value, amount, kept_values

GROUPS = ("characteristics", "attribs", "abilities", "attributes")
"""Where Foundry's systems hold values by their names."""
THINGS = frozenset(
    {
        *("item", "weapon", "equipment", "armor", "loot", "consumable", "tool", "book"),
        *("container", "backpack"),
    }
)
"""Kinds of items that one carries."""
EXTENSIONS = ("sheet", "stats", "attributes", "coc", "coc7", "dnd", "dnd5e", "trpg")
"""Under what names other programs keep a sheet in a card."""
_CHECK = re.compile(
    r"(?:s?CCB?|1?[dD]100)\s*<=\s*(\d{1,3})\s*[【\[]?\s*([^\W\d][^\n【】\[\]]{0,40})"
)
_MOST = 20_000
"""Items of a list that are looked at."""


def is_foundry(value: object) -> bool:
    """Whether a JSON value is an actor as Foundry VTT exports it."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return False
    return isinstance(_system(value), dict) and isinstance(value.get("items"), list)


def is_ccfolia(value: object) -> bool:
    """Whether a JSON value is a character as CCFOLIA puts it into the clipboard."""
    if not isinstance(value, dict) or value.get("kind") != "character":
        return False
    return isinstance(value.get("data"), dict)


def foundry_values(actor: Mapping[str, Any]) -> dict[str, Value]:
    """The sheet of an actor: what its system counts, its skills, and what it carries."""
    system = _dict(_system(actor))
    values: dict[str, object] = {}
    for group in GROUPS:
        for name, one in list(_dict(system.get(group)).items())[:_MOST]:
            found = _number_with_most(one)
            if found is not None and is_known(name):
                values.setdefault(usual_name(name), _pooled(usual_name(name), *found))
    for key in ("infos", "details"):
        for name, one in list(_dict(system.get(key)).items())[:_MOST]:
            if is_known(name) and isinstance(one, str | int | float) and one not in ("", 0):
                values.setdefault(usual_name(name), one)
    things: list[str] = []
    for item in _list(actor.get("items"))[:_MOST]:
        kind, title = item.get("type"), item.get("name")
        if not isinstance(title, str):
            continue
        if kind == "skill" and (skill := _skill(item)) is not None:
            values.setdefault(_plain(title), skill)
        elif kind in THINGS and len(things) < MOST_ITEMS:
            things.append(title)
        elif kind == "class":
            values.setdefault(usual_name("class"), title)
    return kept_values(_with_things(values, things))


def ccfolia_values(character: Mapping[str, Any]) -> dict[str, Value]:
    """The sheet of a character: its status, its parameters, and the skills of its commands."""
    data = _dict(character.get("data"))
    values: dict[str, object] = {}
    for one in _list(data.get("status"))[:_MOST]:
        if isinstance(label := one.get("label"), str):
            number = _number(one.get("value"))
            if number is not None:
                values.setdefault(label.strip(), _pooled(label, number, _number(one.get("max"))))
    for one in _list(data.get("params"))[:_MOST]:
        if isinstance(label := one.get("label"), str) and one.get("value") not in (None, ""):
            values.setdefault(label.strip(), one.get("value"))
    for number, name in _checks(data.get("commands")):
        values.setdefault(_plain(name), number)
    return kept_values(values)


def values_of(extensions: Mapping[str, Any], ours: str) -> dict[str, Value]:
    """The sheet that the extensions of a card hold, ours before another program's."""
    own = _dict(extensions.get(ours)).get("sheet")
    if isinstance(own, dict):
        return kept_values(own)
    for key in EXTENSIONS:
        found = extensions.get(key)
        if isinstance(found, dict):
            flat: dict[str, object] = {}
            for name, one in list(found.items())[:_MOST]:
                group = one if isinstance(one, dict) and "value" not in one else {name: one}
                for each, value in list(group.items())[:_MOST]:
                    flat.setdefault(str(each), _dict(value).get("value", value))
            if kept := kept_values(flat):
                return kept
    return {}


def _checks(commands: object) -> Iterator[tuple[int, str]]:
    """The skills that a palette of commands checks: `CC<=60 【目星】`."""
    if isinstance(commands, str):
        for line in commands[: _MOST * 10].split("\n"):
            if found := _CHECK.match(line.strip()):
                yield int(found[1]), found[2].strip()


def _with_things(values: dict[str, object], things: list[str]) -> dict[str, object]:
    """The values, with room left for what is carried."""
    kept = dict(list(values.items())[: MOST_KEYS - 1])
    return {**kept, ITEMS: things} if things else kept


def _skill(item: Mapping[str, Any]) -> int | None:
    """What a skill is worth: its value, else what its parts come to."""
    system = _dict(_system(item))
    if (value := _number(system.get("value"))) is not None:
        return value
    parts = [_number(one) for one in list(_dict(system.get("adjustments")).values())[:20]]
    known = [one for one in parts if one is not None]
    return sum(known) if known else _number(system.get("base"))


def _pooled(name: str, number: int, most: int | None) -> object:
    """A number, with the most it can be where it is less."""
    pool = usual_name(name) in POOLS and most is not None and 0 < most != number
    return f"{number}/{most}" if pool else number


def _number_with_most(one: object) -> tuple[int, int | None] | None:
    value = _number(one.get("value")) if isinstance(one, dict) else _number(one)
    return None if value is None else (value, _number(_dict(one).get("max")))


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if abs(value) < 1e9 else None
    if isinstance(value, int):
        return value if abs(value) < 1_000_000_000 else None
    return amount(value.strip()) if isinstance(value, str) else None


def _plain(name: str) -> str:
    """A skill's name without the brackets and colons that ours cannot hold."""
    return " ".join(re.sub(r"[【】：:，,；;=＝\\{}]", " ", name).split())


def _system(value: Mapping[str, Any]) -> object:
    return value.get("system", value.get("data"))


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
