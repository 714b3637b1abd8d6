"""Entries of SillyTavern's world info and of cards' books, which share most of their keys. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from base.messages import _
from characters.lore.book import ALWAYS, LOGICS, Field, LoreEntry
from characters.lore.decorators import split_decorators
from characters.lore.json_values import (
    LARGEST,
    Json,
    choice,
    flag,
    maybe_flag,
    maybe_whole,
    real,
    split,
    text,
    texts,
    whole,
)

Entries = Iterator[LoreEntry | str]
"""Entries, and a warning for what is none."""

POSITIONS = (
    *("before_char", "after_char", "an_top", "an_bottom", "at_depth"),
    *("em_top", "em_bottom", "outlet"),
)
ROLES = ("system", "user", "assistant")
MATCHES: Mapping[str, Field] = {
    "PersonaDescription": "persona",
    "CharacterDescription": "description",
    "CharacterPersonality": "personality",
    "CharacterDepthPrompt": "depth_prompt",
    "Scenario": "scenario",
    "CreatorNotes": "creator_notes",
}
_CAPITAL = re.compile("[A-Z]")


def world_info(entries: Json) -> Entries:
    """The entries of world info, by their numbers."""
    for number, (uid, entry) in enumerate(entries.items()):
        if isinstance(entry, dict):
            yield _of_world_info(entry, str(entry.get("uid", uid)))
        else:
            yield _("entry {number} is not keys and values; left out", number=number + 1)


def _of_world_info(entry: Json, uid: str) -> LoreEntry:
    snake_keys = {_CAPITAL.sub(lambda found: f"_{found[0].lower()}", key): key for key in entry}
    plain: dict[str, Any] = {snake: entry[key] for snake, key in snake_keys.items()}
    filter_ = entry.get("characterFilter")
    names = filter_ if isinstance(filter_, dict) else {}
    made = LoreEntry(
        uid=uid,
        keys=texts(entry, "key"),
        content=text(entry, "content"),
        secondary=texts(entry, "keysecondary") if flag(entry, "selective", True) else (),
        comment=text(entry, "comment"),
        enabled=not flag(entry, "disable"),
        constant=flag(entry, "constant"),
        order=whole(entry, "order", 100, -LARGEST),
        ignore_budget=flag(entry, "ignoreBudget"),
        names=texts(names, "names"),
        tags=texts(names, "tags"),
        names_excluded=flag(names, "isExclude"),
        fields=tuple(name for key, name in MATCHES.items() if flag(entry, f"match{key}")),
    )
    return decorated(_with_extensions(made, plain))


def _with_extensions(entry: LoreEntry, given: Json) -> LoreEntry:
    """What SillyTavern adds to the common part, in world info or in a card's `extensions`."""
    known = {"logic": choice(given, "selective_logic", LOGICS, "and_any")}
    known["role"] = choice(given, "role", ROLES, "system")
    known["position"] = choice(given, "position", POSITIONS, entry.position)
    uses = flag(given, "use_probability", True)
    return replace(
        entry,
        **known,
        depth=whole(given, "depth", 4),
        probability=real(given, "probability", ALWAYS) if uses else ALWAYS,
        exclude_recursion=flag(given, "exclude_recursion"),
        prevent_recursion=flag(given, "prevent_recursion"),
        delay_until_recursion=whole(given, "delay_until_recursion", 0),
        groups=split(text(given, "group")),
        group_override=flag(given, "group_override"),
        group_weight=real(given, "group_weight", 100.0),
        group_scoring=maybe_flag(given, "use_group_scoring"),
        scan_depth=maybe_whole(given, "scan_depth"),
        case_sensitive=maybe_flag(given, "case_sensitive", entry.case_sensitive),
        whole_words=maybe_flag(given, "match_whole_words"),
        sticky=whole(given, "sticky", 0),
        cooldown=whole(given, "cooldown", 0),
        delay=whole(given, "delay", 0),
    )


def card_entries(entries: Sequence[object]) -> Entries:
    """The entries of a card's book."""
    for number, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield _of_card(entry, number)
        else:
            yield _("entry {number} is not keys and values; left out", number=number + 1)


def _of_card(entry: Json, number: int) -> LoreEntry:
    extensions = entry.get("extensions")
    more: Json = extensions if isinstance(extensions, dict) else {}
    from_tavern = "position" in more or "selectiveLogic" in more
    bare = flag(entry, "use_regex") and not from_tavern
    uid = entry.get("id")
    made = LoreEntry(
        uid=str(number if uid is None or isinstance(uid, dict | list) else uid)[:100],
        keys=texts(entry, "keys"),
        content=text(entry, "content"),
        secondary=texts(entry, "secondary_keys") if flag(entry, "selective") else (),
        bare_regex=bare,
        comment=text(entry, "comment") or text(entry, "name"),
        enabled=flag(entry, "enabled", True),
        constant=flag(entry, "constant"),
        order=whole(entry, "insertion_order", 100, -LARGEST),
        priority=maybe_whole(entry, "priority", -LARGEST),
        position=text(entry, "position"),
        case_sensitive=maybe_flag(entry, "case_sensitive"),
    )
    plain = {_CAPITAL.sub(lambda found: f"_{found[0].lower()}", key): more[key] for key in more}
    return decorated(_with_extensions(made, plain))


def decorated(entry: LoreEntry) -> LoreEntry:
    """An entry with what the decorators before its content say."""
    if not entry.content.startswith("@@"):
        return entry
    fields, content = split_decorators(entry.content)
    return replace(entry, content=content, **fields)
