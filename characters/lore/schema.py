"""The keys of a lorebook of our own, in YAML."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from base.declaration import TEXT, Declaration, Or, Words
from characters.lore.book import MAX_SCAN_DEPTH, Lorebook, LoreEntry

Count = Annotated[int, Field(ge=0)]


class LoreKeys(Declaration):
    """One piece of knowledge."""

    keys: Words = Field(default_factory=list)
    """Words any of which brings it up; `/pattern/i` is a regular expression."""
    text: Annotated[str, Field(min_length=1)]
    """What is told."""
    also: Words = Field(default_factory=list)
    """Secondary keys, which decide by `logic` once a key was found."""
    logic: Literal["and_any", "not_all", "not_any", "and_all"] = "and_any"
    """Of `also`: any, not all, none, or all must be there."""
    unless: Words = Field(default_factory=list)
    """Words any of which keeps it down."""
    always: bool = False
    """Whether it is told without any key."""
    enabled: bool = True
    order: int = 100
    """The higher one has the first claim to the room there is."""
    probability: Annotated[float, Field(ge=0, le=100)] = 100.0
    """In percent."""
    group: Words = Field(default_factory=list)
    """Of the entries of a group one is told."""
    weight: Annotated[float, Field(gt=0)] = 100.0
    """How likely it is among its group."""
    scan_depth: Annotated[int, Field(ge=0, le=MAX_SCAN_DEPTH)] | None = None
    """Turns that are searched; none is as the book says."""
    case_sensitive: bool | None = None
    whole_words: bool | None = None
    sticky: Count = 0
    """Turns for which it stays once told."""
    cooldown: Count = 0
    """Turns after that in which it is not told again."""
    delay: Count = 0
    """Turns before which it is not told."""
    recursion: Literal["both", "fires", "fired", "none", "only"] = "both"
    """Whether it fires others, is fired by them, both, none, or fired by them only."""
    roles: Words = Field(default_factory=list)
    """Roles for whose lines alone it is told."""
    not_roles: Words = Field(default_factory=list)
    """Roles for whose lines it is not told."""


def _entries(value: object) -> object:
    """A mapping `key: text` as the list of entries that it is short for."""
    if not isinstance(value, dict):
        return value
    return [
        {"keys": [name], **(told if isinstance(told, dict) else {"text": told})}
        for name, told in value.items()
    ]


class BookFile(Declaration):
    """A lorebook of paotuan (跑团)."""

    name: str = ""
    entries: Annotated[
        list[LoreKeys],
        Field(min_length=1, max_length=50_000),
        BeforeValidator(_entries),
        Or(({"type": "object", "additionalProperties": TEXT},)),
    ]
    """The pieces, as a list, or as `word: what is told of it`."""
    scan_depth: Annotated[int, Field(ge=0, le=MAX_SCAN_DEPTH)] = 2
    """Turns that are searched for the keys."""
    budget: Annotated[int, Field(ge=1)] | None = None
    """Tokens that may be told at a time."""
    recursive: bool = False
    """Whether what is told is searched for keys too."""
    max_recursion_steps: Count = 0
    case_sensitive: bool = False
    whole_words: bool = True
    """Whether a Latin key is a whole word; Chinese has no word ends."""


def book_of(keys: BookFile, name: str) -> Lorebook:
    """The lorebook that a checked file declares."""
    return Lorebook(
        keys.name or name,
        tuple(_entry(entry, str(number)) for number, entry in enumerate(keys.entries, 1)),
        scan_depth=keys.scan_depth,
        budget=keys.budget,
        recursive=keys.recursive,
        max_recursion_steps=keys.max_recursion_steps,
        case_sensitive=keys.case_sensitive,
        whole_words=keys.whole_words,
    )


def _entry(keys: LoreKeys, uid: str) -> LoreEntry:
    return LoreEntry(
        uid=uid,
        keys=tuple(keys.keys),
        content=keys.text,
        secondary=tuple(keys.also),
        logic=keys.logic,
        excluded=tuple(keys.unless),
        constant=keys.always,
        enabled=keys.enabled,
        order=keys.order,
        probability=keys.probability,
        groups=tuple(keys.group),
        group_weight=keys.weight,
        scan_depth=keys.scan_depth,
        case_sensitive=keys.case_sensitive,
        whole_words=keys.whole_words,
        sticky=keys.sticky,
        cooldown=keys.cooldown,
        delay=keys.delay,
        exclude_recursion=keys.recursion in ("fires", "none"),
        prevent_recursion=keys.recursion in ("fired", "none"),
        delay_until_recursion=int(keys.recursion == "only"),
        names=tuple(keys.roles or keys.not_roles),
        names_excluded=not keys.roles,
    )
