"""World info of SillyTavern, books of cards, RisuAI and KoboldAI as our `Lorebook`. Pure.

These files are written by many programs: a value of the wrong type is as if it were not there,
and what cannot be an entry is told as a warning. Sources: SPEC_V2, SPEC_V3, and the programs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.text import shown
from characters.lore.book import ALWAYS, LOGICS, MAX_SCAN_DEPTH, Field, Lorebook, LoreEntry
from characters.lore.decorators import split_decorators
from characters.lore.keys import SLASHED, pattern_of

Json = Mapping[str, Any]

MAX_ENTRIES = 50_000
MAX_KEYS = 1000
LARGEST = 1_000_000_000

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


def lorebook_of(value: object, where: str, name: str) -> Lorebook:
    """The lorebook in the JSON of a file, which messages call `where`.

    Raises `KnownError` where the file holds none.
    """
    if not isinstance(value, dict):
        raise KnownError(
            _("{where}: found no object, expected a lorebook with `entries`", where=where)
        )
    if value.get("type") == "risu" and isinstance(value.get("data"), list):
        rules = {"recursive": True, "overflow": "skip", "ignore_spaces": True}
        return _book(name, where, _risu(value["data"]), **rules)
    if isinstance(value.get("worldinfo"), list):
        return _kobold(value, where, name)
    card = value.get("data")
    if isinstance(card, dict):
        value = card if str(value.get("spec", "")).startswith("lorebook") else _in_card(card, where)
    elif "entries" not in value and "character_book" in value:
        value = _in_card(value, where)
    entries = value.get("entries")
    if isinstance(entries, dict):
        return _recursive(_book(_text(value, "name") or name, where, _world_info(entries)))
    if isinstance(entries, list):
        return _card_book(value, entries, where, name)
    raise KnownError(
        _(
            "{where}: found no `entries`, expected a lorebook: world info of "
            "SillyTavern, a card's book, or one of RisuAI or KoboldAI",
            where=where,
        )
    )


def _recursive(book: Lorebook) -> Lorebook:
    """World info does not say whether it is searched recursively, which is a setting of the
    program: it is where an entry speaks of recursion."""
    speaks = any(
        one.exclude_recursion or one.prevent_recursion or one.delay_until_recursion
        for one in book.entries
    )
    return replace(book, recursive=speaks)


def _in_card(card: Json, where: str) -> Json:
    book = card.get("character_book")
    if not isinstance(book, dict):
        raise KnownError(
            _("{where}: a card without a lorebook, expected one with entries", where=where)
        )
    return book


Read = Iterator[LoreEntry | str]
"""Entries, and a warning for what is none."""


def _book(name: str, where: str, read: Read, **settings: Any) -> Lorebook:
    entries: list[LoreEntry] = []
    warnings: list[str] = []
    for one in read:
        if isinstance(one, str):
            warnings.append(f"{where}: {one}")
        elif len(entries) >= MAX_ENTRIES:
            warnings.append(f"{where}: more than {MAX_ENTRIES:,} entries; the rest is left out")
            break
        else:
            entries.append(one)
            warnings += [f"{where}: entry {shown(one.uid)}: {said}" for said in _odd_keys(one)]
    return Lorebook(name, tuple(entries), warnings=tuple(warnings), **settings)


def _odd_keys(entry: LoreEntry) -> Iterator[str]:
    for key in (*entry.keys, *entry.secondary):
        if SLASHED.fullmatch(key) and pattern_of(key) is None:
            yield f"{shown(key)} is no regular expression that can be read; taken as plain text"


# --- SillyTavern ---------------------------------------------------------------------------------


def _world_info(entries: Json) -> Read:
    for number, (uid, entry) in enumerate(entries.items()):
        if isinstance(entry, dict):
            yield _of_world_info(entry, str(entry.get("uid", uid)))
        else:
            yield f"entry {number + 1} is no object; left out"


def _of_world_info(entry: Json, uid: str) -> LoreEntry:
    told = {_CAPITAL.sub(lambda found: f"_{found[0].lower()}", key): key for key in entry}
    plain: dict[str, Any] = {snake: entry[key] for snake, key in told.items()}
    filter_ = entry.get("characterFilter")
    names = filter_ if isinstance(filter_, dict) else {}
    made = LoreEntry(
        uid=uid,
        keys=_texts(entry, "key"),
        content=_text(entry, "content"),
        secondary=_texts(entry, "keysecondary") if _true(entry, "selective", True) else (),
        comment=_text(entry, "comment"),
        enabled=not _true(entry, "disable"),
        constant=_true(entry, "constant"),
        order=_number(entry, "order", 100, -LARGEST),
        ignore_budget=_true(entry, "ignoreBudget"),
        names=_texts(names, "names"),
        tags=_texts(names, "tags"),
        names_excluded=_true(names, "isExclude"),
        fields=tuple(name for key, name in MATCHES.items() if _true(entry, f"match{key}")),
    )
    return _decorated(_with_extensions(made, plain))


def _with_extensions(entry: LoreEntry, given: Json) -> LoreEntry:
    """What SillyTavern adds to the common part, in world info or in a card's `extensions`."""
    known = {"logic": _choice(given, "selective_logic", LOGICS, "and_any")}
    known["role"] = _choice(given, "role", ROLES, "system")
    known["position"] = _choice(given, "position", POSITIONS, entry.position)
    uses = _true(given, "use_probability", True)
    return replace(
        entry,
        **known,
        depth=_number(given, "depth", 4),
        probability=_real(given, "probability", ALWAYS) if uses else ALWAYS,
        exclude_recursion=_true(given, "exclude_recursion"),
        prevent_recursion=_true(given, "prevent_recursion"),
        delay_until_recursion=_number(given, "delay_until_recursion", 0),
        groups=_split(_text(given, "group")),
        group_override=_true(given, "group_override"),
        group_weight=_real(given, "group_weight", 100.0),
        group_scoring=_maybe(given, "use_group_scoring"),
        scan_depth=_optional(given, "scan_depth"),
        case_sensitive=_maybe(given, "case_sensitive", entry.case_sensitive),
        whole_words=_maybe(given, "match_whole_words"),
        sticky=_number(given, "sticky", 0),
        cooldown=_number(given, "cooldown", 0),
        delay=_number(given, "delay", 0),
    )


# --- cards ---------------------------------------------------------------------------------------


def _card_book(book: Json, entries: Sequence[object], where: str, name: str) -> Lorebook:
    return _book(
        _text(book, "name") or name,
        where,
        _of_card_book(entries),
        scan_depth=min(_number(book, "scan_depth", 2), MAX_SCAN_DEPTH),
        budget=_optional(book, "token_budget") or None,
        recursive=_true(book, "recursive_scanning"),
    )


def _of_card_book(entries: Sequence[object]) -> Read:
    for number, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield _of_card(entry, number)
        else:
            yield f"entry {number + 1} is no object; left out"


def _of_card(entry: Json, number: int) -> LoreEntry:
    extensions = entry.get("extensions")
    more: Json = extensions if isinstance(extensions, dict) else {}
    from_tavern = "position" in more or "selectiveLogic" in more
    bare = _true(entry, "use_regex") and not from_tavern
    uid = entry.get("id")
    made = LoreEntry(
        uid=str(number if uid is None or isinstance(uid, dict | list) else uid)[:100],
        keys=_texts(entry, "keys"),
        content=_text(entry, "content"),
        secondary=_texts(entry, "secondary_keys") if _true(entry, "selective") else (),
        bare_regex=bare,
        comment=_text(entry, "comment") or _text(entry, "name"),
        enabled=_true(entry, "enabled", True),
        constant=_true(entry, "constant"),
        order=_number(entry, "insertion_order", 100, -LARGEST),
        priority=_optional(entry, "priority", -LARGEST),
        position=_text(entry, "position"),
        case_sensitive=_maybe(entry, "case_sensitive"),
    )
    plain = {_CAPITAL.sub(lambda found: f"_{found[0].lower()}", key): more[key] for key in more}
    return _decorated(_with_extensions(made, plain))


# --- RisuAI and KoboldAI -------------------------------------------------------------------------


def _risu(entries: Sequence[object]) -> Read:
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield f"entry {number + 1} is no object; left out"
        elif entry.get("mode") != "folder":
            yield _of_risu(entry, number)


def _of_risu(entry: Json, number: int) -> LoreEntry:
    own = entry.get("extentions")
    more: Json = own if isinstance(own, dict) else {}
    order = _number(entry, "insertorder", 100, -LARGEST)
    bare = _true(entry, "useRegex")
    made = LoreEntry(
        uid=str(entry.get("id") or number)[:100],
        keys=(_text(entry, "key"),) if bare else _split(_text(entry, "key")),
        content=_text(entry, "content"),
        secondary=_split(_text(entry, "secondkey")) if _true(entry, "selective") else (),
        bare_regex=bare,
        comment=_text(entry, "comment"),
        constant=_true(entry, "alwaysActive") or entry.get("mode") == "constant",
        order=order,
        priority=order,
        probability=_real(entry, "activationPercent", ALWAYS),
        case_sensitive=_maybe(more, "risu_case_sensitive"),
    )
    return _decorated(made)


def _kobold(value: Json, where: str, name: str) -> Lorebook:
    depth = _number(value, "wisearchdepth", 0)
    return _book(
        name,
        where,
        _of_kobold(value["worldinfo"]),
        scan_depth=MAX_SCAN_DEPTH,
        scan_characters=depth or None,
    )


def _of_kobold(items: Sequence[object]) -> Read:
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            yield f"entry {number + 1} is no object; left out"
            continue
        yield LoreEntry(
            uid=str(number),
            keys=_split(_text(item, "key")),
            content=_text(item, "content"),
            secondary=_split(_text(item, "keysecondary")) if _true(item, "selective") else (),
            excluded=_split(_text(item, "keyanti")),
            comment=_text(item, "comment"),
            enabled=not _true(item, "widisabled"),
            constant=_true(item, "constant"),
            probability=_real(item, "probability", ALWAYS),
            groups=_split(_text(item, "wigroup")),
        )


# --- values --------------------------------------------------------------------------------------


def _decorated(entry: LoreEntry) -> LoreEntry:
    if not entry.content.startswith("@@"):
        return entry
    fields, content = split_decorators(entry.content)
    return replace(entry, content=content, **fields)


def _text(value: Json, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _texts(value: Json, key: str) -> tuple[str, ...]:
    found = value.get(key)
    if isinstance(found, str):
        return _split(found)
    items = found[:MAX_KEYS] if isinstance(found, list) else []
    return tuple(text for one in items if isinstance(one, str | int) and (text := str(one).strip()))


def _split(text: str) -> tuple[str, ...]:
    """The parts of a list with commas; a regular expression, which may hold commas, is one."""
    if SLASHED.fullmatch(text.strip()):
        return (text.strip(),)
    parts = re.split("[,，]", text)[:MAX_KEYS]
    return tuple(part for one in parts if (part := one.strip()))


def _true(value: Json, key: str, default: bool = False) -> bool:
    found = value.get(key, default)
    if isinstance(found, str):
        return found.strip().lower() in ("true", "1")
    return bool(found) if isinstance(found, bool | int | float) else default


def _maybe(value: Json, key: str, default: bool | None = None) -> bool | None:
    return default if value.get(key) is None else _true(value, key)


def _real(value: Json, key: str, default: float) -> float:
    found = value.get(key)
    try:
        number = float(found) if isinstance(found, int | float | str) else default
    except (ValueError, OverflowError):
        return default
    return min(max(number, 0.0), float(LARGEST)) if number == number else default


def _number(value: Json, key: str, default: int, least: int = 0) -> int:
    found = _optional(value, key, least)
    return default if found is None else found


def _optional(value: Json, key: str, least: int = 0) -> int | None:
    found = value.get(key)
    try:
        number = int(found) if isinstance(found, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return None if number is None else min(max(number, least), LARGEST)


def _choice(value: Json, key: str, choices: Sequence[Any], default: Any) -> Any:
    """One of `choices`, by number as SillyTavern writes it, or by its own name."""
    found = value.get(key)
    if isinstance(found, str) and not found.isdecimal():
        return found if found in choices else default
    number = _optional(value, key, -1)
    return choices[number] if number is not None and 0 <= number < len(choices) else default
