"""Writing systems by name, and which of them a character or a text belongs to."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

from base.errors import KnownError
from base.messages import _, series

SCRIPTS = {
    "han": ("CJK", "IDEOGRAPHIC", "KANGXI"),
    "latin": ("LATIN", "FULLWIDTH LATIN"),
    "kana": ("HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA"),
    "hangul": ("HANGUL",),
    "cyrillic": ("CYRILLIC",),
    "greek": ("GREEK",),
    "arabic": ("ARABIC",),
    "hebrew": ("HEBREW",),
    "thai": ("THAI",),
    "devanagari": ("DEVANAGARI",),
}
"""Scripts by name, as the beginnings of their characters' Unicode names."""
INCOMPLETE = "\ufffd"
"""What stands for bytes that are no whole character."""
OTHER = "other"
"""The script of letters that are of none of these."""


def check_scripts(scripts: Collection[str]) -> None:
    """Raise `KnownError` for a name that is none of `SCRIPTS`."""
    unknown = [script for script in scripts if script not in SCRIPTS]
    if unknown:
        raise KnownError(
            _(
                "scripts: {name} is unknown, expected some of {scripts}; correct the list",
                name=unknown[0],
                scripts=series(SCRIPTS),
            )
        )


@lru_cache(maxsize=1 << 16)
def script_of(character: str) -> str | None:
    """The script of a letter, `OTHER` where it is not known here, `None` where it is no letter."""
    if character == INCOMPLETE or unicodedata.category(character)[0] not in "LM":
        return None
    name = unicodedata.name(character, "")
    if name.startswith("FULLWIDTH LATIN"):
        return "latin"
    return next(
        (script for script, starts in SCRIPTS.items() if name.startswith(starts)),
        OTHER,
    )


def is_written_in(text: str, scripts: Sequence[str]) -> bool:
    """Whether every letter of a text is of one of the scripts; blanks and signs are of each."""
    return all(script in scripts for script in map(script_of, text) if script is not None)


def letters_by_script(text: str) -> Counter[str]:
    """How many letters of each script a text has."""
    return Counter(script for script in map(script_of, text) if script is not None)
