"""A lorebook as one model, whatever program it was written for. Holds no state and reads nothing.

Names and defaults are those of SillyTavern's world info, which the other formats map onto.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Logic = Literal["and_any", "not_all", "not_any", "and_all"]
LOGICS: tuple[Logic, ...] = ("and_any", "not_all", "not_any", "and_all")
"""How secondary keys decide, in the order of SillyTavern's numbers."""
Field = Literal[
    "persona", "description", "personality", "depth_prompt", "scenario", "creator_notes"
]
MAX_SCAN_DEPTH = 1000
"""Messages that no scan looks beyond."""
ALWAYS = 100.0
CALLED = 100
"""Characters of the text of an entry by which it is known that has no name and no key."""


@dataclass(frozen=True)
class LoreEntry:
    """One piece of knowledge, and when it comes up."""

    uid: str
    keys: tuple[str, ...] = ()
    """Any of them brings it up. `/pattern/flags` is a regular expression of JavaScript."""
    content: str = ""
    """What is told; decorators have been taken off."""
    secondary: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    """Keys any of which keeps it down."""
    required: tuple[tuple[str, ...], ...] = ()
    """Groups of keys, one of each of which must be there too."""
    logic: Logic = "and_any"
    bare_regex: bool = False
    """Whether keys are regular expressions without slashes."""
    comment: str = ""
    enabled: bool = True
    constant: bool = False
    always: bool | None = None
    """True fires whatever else is said of it, False never."""
    order: int = 100
    """The higher one has the first claim to the budget."""
    priority: int | None = None
    """What decides that before `order`; none is 0."""
    ignore_budget: bool = False
    last_resort: bool = False
    """Whether it gives way as soon as room is short."""
    position: str = ""
    """Where another program would put it; ours tells it where it fired."""
    depth: int = 4
    role: str = "system"
    probability: float = ALWAYS
    """In percent."""
    exclude_recursion: bool = False
    """Not fired by what other entries tell."""
    prevent_recursion: bool = False
    """What it tells fires nothing."""
    delay_until_recursion: int = 0
    """The level of recursion before which it does not fire; 0 is none."""
    groups: tuple[str, ...] = ()
    """Of the entries of a group one fires."""
    group_override: bool = False
    group_weight: float = 100.0
    group_scoring: bool | None = None
    scan_depth: int | None = None
    """Messages it looks at; none is as the book says, and so for the two below."""
    case_sensitive: bool | None = None
    whole_words: bool | None = None
    sticky: int = 0
    """Messages for which it stays active once fired."""
    cooldown: int = 0
    """Messages after that for which it cannot fire."""
    delay: int = 0
    """Messages that must have been said before it can fire."""
    after_replies: int = 0
    """Replies that must have been given before it can fire."""
    every_replies: int = 1
    """Fires only where the number of replies is a multiple of this."""
    greeting: int | None = None
    """The opening, counted from 0, with which alone it fires."""
    once: bool | None = None
    """True fires once only, False stays once it has fired."""
    names: tuple[str, ...] = ()
    """Characters for whom alone it fires, or for whom it does not where `names_excluded`."""
    tags: tuple[str, ...] = ()
    names_excluded: bool = False
    fields: tuple[Field, ...] = ()
    """What is searched beside the messages."""

    @property
    def is_profile(self) -> bool:
        """Whether it is told always, to all, whatever was said: a part of the profiles."""
        if not self.enabled or not (self.constant if self.always is None else self.always):
            return False
        conditional = self.names or self.tags or self.groups or self.probability < ALWAYS
        timed = self.delay or self.after_replies or self.every_replies > 1 or self.cooldown
        return not (
            conditional
            or timed
            or self.delay_until_recursion
            or self.greeting is not None
            or self.once
            or self.last_resort
        )

    @cached_property
    def mark(self) -> str:
        """What tells this entry, as it is written now, from any other of its book."""
        return (
            f"{self.uid}:{hashlib.sha256(self.content.encode('utf-8', 'replace')).hexdigest()[:8]}"
        )


@dataclass(frozen=True)
class Lorebook:
    """Entries, and how they are looked for unless one says otherwise."""

    name: str
    entries: tuple[LoreEntry, ...] = ()
    scan_depth: int = 2
    scan_characters: int | None = None
    """The end of the log to look at, in characters instead of messages."""
    budget: int | None = None
    """Tokens that this book may take at a time; none is the budget of the scan."""
    recursive: bool = False
    max_recursion_steps: int = 0
    """Rounds of a scan; 0 is until nothing new fires."""
    min_activations: int = 0
    """Entries for which the scan looks further back, a message at a time."""
    min_activations_depth_max: int = 0
    case_sensitive: bool = False
    whole_words: bool = False
    """Whether a key of one Latin word is not found inside another; Chinese has no word ends."""
    ignore_spaces: bool = False
    group_scoring: bool = False
    include_names: bool = True
    warnings: tuple[str, ...] = field(default=(), compare=False)
    """What could not be taken as it was meant, a line each."""

    left_out: Mapping[str, int] = field(default_factory=dict, compare=False, hash=False)
    """What was taken out of its texts, by the ids of the report."""

    @cached_property
    def called(self) -> tuple[tuple[str, LoreEntry], ...]:
        """Each entry with what tells it from all others also when its text is written anew, or
        others are put before it."""
        times: dict[str, int] = {}
        named = []
        for entry in self.entries:
            name = entry.comment or "、".join(entry.keys) or entry.content[:CALLED]
            times[name] = times.get(name, 0) + 1
            again = f"#{times[name]}" if times[name] > 1 else ""
            named.append((f"{self.name}:{name}{again}", entry))
        return tuple(named)

    def key_of(self, entry: LoreEntry) -> str:
        """What tells an entry of this book from those of all others."""
        return f"{self.name}:{entry.mark}"
