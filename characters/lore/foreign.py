"""World info of SillyTavern, books of cards, RisuAI and KoboldAI as our `Lorebook`. Pure.

These files are written by many programs: a value of the wrong type is as if it were not there,
and what cannot be an entry is told as a warning. Sources: SPEC_V2, SPEC_V3, and the programs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from base.errors import KnownError
from base.messages import N_, _
from base.text import shown
from characters.cards.markup import setting_of
from characters.cards.patterns import SLASHED, pattern_of
from characters.lore.book import ALWAYS, MAX_SCAN_DEPTH, Lorebook, LoreEntry
from characters.lore.json_values import (
    LARGEST,
    Json,
    flag,
    maybe_flag,
    maybe_whole,
    real,
    split,
    text,
    whole,
)
from characters.lore.world_info import Entries, card_entries, decorated, world_info

MAX_ENTRIES = 50_000
MACHINERY = N_("entries about variables")
_MACHINERY = re.compile(r"\[\s*(?:mvu|initvar)|变量(?:更新|输出|初始化|规则|格式)", re.IGNORECASE)
_SETS = re.compile(r"<\s*(?:UpdateVariable|StatusPlaceHolder|JSONPatch)|^\s*_\.set\(", re.I | re.M)
"""What scripts of other programs read, by the names of the widespread ones."""


def lorebook_of(value: object, where: str, name: str) -> Lorebook:
    """The lorebook in the JSON of a file, which messages call `where`.

    Raises `KnownError` where the file holds none.
    """
    if not isinstance(value, dict):
        raise KnownError(
            _("{where}: not keys and values, expected a lorebook with `entries`", where=where)
        )
    if value.get("type") == "risu" and isinstance(value.get("data"), list):
        rules = {"recursive": True, "ignore_spaces": True}
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
        return _recursive(_book(text(value, "name") or name, where, world_info(entries)))
    if isinstance(entries, list):
        return _card_book(value, entries, where, name)
    raise KnownError(
        _(
            "{where}: no `entries` in it, expected a lorebook: world info of SillyTavern, a "
            "card's book, or one of RisuAI or KoboldAI",
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


def _book(name: str, where: str, read: Entries, **settings: Any) -> Lorebook:
    entries: list[LoreEntry] = []
    warnings: list[str] = []
    left_out: Counter[str] = Counter()
    for one in read:
        if isinstance(one, str):
            warnings.append(_("{where}: {problem}", where=where, problem=one))
        elif len(entries) >= MAX_ENTRIES:
            problem = _("more than {most} entries; the rest is left out", most=f"{MAX_ENTRIES:,}")
            warnings.append(_("{where}: {problem}", where=where, problem=problem))
            break
        else:
            cleaned = _told(one, left_out)
            if cleaned is None:
                continue
            entries.append(cleaned)
            warnings += [
                _(
                    "{where}: entry {entry}: {key} is not a regular expression that can be read; "
                    "taken as plain text",
                    where=where,
                    entry=shown(one.uid),
                    key=shown(key),
                )
                for key in _odd_keys(one)
            ]
    return Lorebook(
        name, tuple(entries), warnings=tuple(warnings), left_out=dict(+left_out), **settings
    )


def _told(entry: LoreEntry, left_out: Counter[str]) -> LoreEntry | None:
    """An entry without markup; `None` for one that tells a model how to write variables, which no
    log has."""
    if _MACHINERY.search(entry.comment) or _SETS.search(entry.content):
        left_out[MACHINERY] += 1
        return None
    content = setting_of(entry.content, left_out)
    return entry if content == entry.content else replace(entry, content=content)


def _odd_keys(entry: LoreEntry) -> Iterator[str]:
    """Keys written as patterns that are none."""
    for key in (*entry.keys, *entry.secondary):
        if SLASHED.fullmatch(key) and pattern_of(key) is None:
            yield key


def _card_book(book: Json, entries: Sequence[object], where: str, name: str) -> Lorebook:
    return _book(
        text(book, "name") or name,
        where,
        card_entries(entries),
        scan_depth=min(whole(book, "scan_depth", 2), MAX_SCAN_DEPTH),
        budget=maybe_whole(book, "token_budget") or None,
        recursive=flag(book, "recursive_scanning"),
    )


# --- RisuAI and KoboldAI -------------------------------------------------------------------------


def _risu(entries: Sequence[object]) -> Entries:
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield _("entry {number} is not keys and values; left out", number=number + 1)
        elif entry.get("mode") != "folder":
            yield _of_risu(entry, number)


def _of_risu(entry: Json, number: int) -> LoreEntry:
    own = entry.get("extentions")
    more: Json = own if isinstance(own, dict) else {}
    order = whole(entry, "insertorder", 100, -LARGEST)
    bare = flag(entry, "useRegex")
    made = LoreEntry(
        uid=str(entry.get("id") or number)[:100],
        keys=(text(entry, "key"),) if bare else split(text(entry, "key")),
        content=text(entry, "content"),
        secondary=split(text(entry, "secondkey")) if flag(entry, "selective") else (),
        bare_regex=bare,
        comment=text(entry, "comment"),
        constant=flag(entry, "alwaysActive") or entry.get("mode") == "constant",
        order=order,
        priority=order,
        probability=real(entry, "activationPercent", ALWAYS),
        case_sensitive=maybe_flag(more, "risu_case_sensitive"),
    )
    return decorated(made)


def _kobold(value: Json, where: str, name: str) -> Lorebook:
    depth = whole(value, "wisearchdepth", 0)
    return _book(
        name,
        where,
        _of_kobold(value["worldinfo"]),
        scan_depth=MAX_SCAN_DEPTH,
        scan_characters=depth or None,
    )


def _of_kobold(items: Sequence[object]) -> Entries:
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            yield _("entry {number} is not keys and values; left out", number=number + 1)
            continue
        yield LoreEntry(
            uid=str(number),
            keys=split(text(item, "key")),
            content=text(item, "content"),
            secondary=split(text(item, "keysecondary")) if flag(item, "selective") else (),
            excluded=split(text(item, "keyanti")),
            comment=text(item, "comment"),
            enabled=not flag(item, "widisabled"),
            constant=flag(item, "constant"),
            probability=real(item, "probability", ALWAYS),
            groups=split(text(item, "wigroup")),
        )
