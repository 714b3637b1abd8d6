"""The regular expressions by which a card changes its own texts, as SillyTavern runs them.

They are other people's: each has a time limit and a limit of what it may make, and one that goes
beyond is left out.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from base.messages import N_
from characters.cards.jsontext import Json
from characters.cards.patterns import SLASHED, pattern_of

SCRIPTS = N_("places that the card's own scripts changed")
TOO_SLOW = N_("scripts of the card that take too long")
NO_PATTERN = N_("scripts of the card that cannot be read")
PATIENCE = 1.0
"""Seconds that one script may take with one text: far more than any needs that ends at all, so that
a card gives the same each time it is read."""
PATIENCE_OF_ALL = 4.0
"""Seconds that the scripts of a card may take together."""
MOST = 200
"""Scripts of a card that are run."""
LONGEST = LONGEST_TEXT = 50_000
"""Characters that a script may make of a text, and of one above which none is run."""
LONGEST_PATTERN = 20_000
INPUT, OUTPUT, BOOK = 1, 2, 5
"""Placements: what the player writes, what the character says, what a lorebook tells."""


@dataclass(frozen=True)
class Script:
    """One enabled script."""

    name: str
    find: str
    replacement: str
    placement: frozenset[int]
    trims: tuple[str, ...] = ()
    macros: bool = False
    """Whether macros in the pattern are filled."""


@dataclass
class Scripts:
    """The scripts of a card in their order, and what they have taken of their time."""

    scripts: tuple[Script, ...] = ()
    char: str = ""
    left: float = PATIENCE_OF_ALL
    given_up: set[Script] = field(default_factory=set)

    def apply(self, text: str, placement: int, counts: Counter[str]) -> str:
        """`text` as the scripts for its place make it; changes and failures are counted."""
        if len(text) > LONGEST_TEXT:
            counts[TOO_SLOW] += sum(placement in script.placement for script in self.scripts)
            return text
        for script in self.scripts:
            if placement not in script.placement or script in self.given_up or not text:
                continue
            text = self._run(script, text, counts)
        return text

    def _run(self, script: Script, text: str, counts: Counter[str]) -> str:
        find = script.find.replace("{{char}}", self.char) if script.macros else script.find
        pattern = pattern_of(find, True, LONGEST_PATTERN)
        if pattern is None:
            self.given_up.add(script)
            counts[NO_PATTERN] += 1
            return text
        slashed = SLASHED.fullmatch(find)
        once = slashed is None or "g" not in slashed[2]
        started, patience = time.monotonic(), min(PATIENCE, self.left)
        try:
            if patience <= 0:
                raise TimeoutError
            replaced: str
            replaced, places = pattern.subn(
                _replacement(script, self.char), text, count=int(once), timeout=patience
            )
        except (TimeoutError, MemoryError, RecursionError):
            self.given_up.add(script)
            counts[TOO_SLOW] += 1
            return text
        finally:
            self.left -= time.monotonic() - started
        counts[SCRIPTS] += places
        return replaced


def scripts_of(extensions: Json, char: str) -> Scripts:
    """The enabled scripts of a card that concern its first messages.

    One for display alone, one for the prompt alone and one for both are run alike, since one text
    is shown, read by the model and kept here; one for older messages only is not.
    """
    given = extensions.get("regex_scripts")
    if not isinstance(given, list):
        return Scripts()
    made = (_script(one) for one in given[:MOST] if isinstance(one, dict))
    return Scripts(tuple(one for one in made if one is not None), char)


def _script(one: Json) -> Script | None:
    find, made = one.get("findRegex"), one.get("replaceString", "")
    places = one.get("placement")
    if one.get("disabled") or not isinstance(find, str) or not find or not isinstance(made, str):
        return None
    depth = one.get("minDepth")
    if isinstance(depth, int | float) and depth > 0:
        return None
    if not isinstance(places, list):
        return None
    trims = one.get("trimStrings")
    return Script(
        str(one.get("scriptName") or ""),
        find,
        made,
        frozenset(place for place in places if isinstance(place, int)),
        tuple(t for t in trims if isinstance(t, str) and t) if isinstance(trims, list) else (),
        bool(one.get("substituteRegex")),
    )


def _replacement(script: Script, char: str) -> Callable[[Any], str]:
    """What stands in place of a match: `$1`, `$<name>`, `$0` or `{{match}}` are what was found."""
    import re

    mark = re.compile(r"\$(\d{1,2})|\$<(\w{1,50})>|\$&|\{\{match\}\}", re.IGNORECASE)
    room = [LONGEST]

    def trimmed(text: str) -> str:
        for trim in script.trims:
            text = text.replace(trim.replace("{{char}}", char), "")
        return text

    def replaced(found: Any) -> str:
        def group(asked: Any) -> str:
            try:
                value = (
                    found[int(asked[1])] if asked[1] else found[asked[2]] if asked[2] else found[0]
                )
            except (IndexError, KeyError):
                return ""
            return trimmed(value or "")

        text = mark.sub(group, script.replacement)
        room[0] -= len(text)
        if room[0] < 0:
            raise MemoryError
        return text

    return replaced
