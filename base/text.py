"""What may be shown of a text: printable, on one line, with nothing that drives a terminal."""

import re

from base.messages import _

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029"
_FORMATS = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_NO_CHARACTERS = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15)
)

UNPRINTABLE = re.compile(f"[{_CONTROLS}{_FORMATS}{_PRIVATE}{_NO_CHARACTERS}]")
"""What has no look of its own: controls, bidi overrides, tags and other invisible characters,
private use, and what is no character. It may drive a terminal or disguise a text.

Joiners and variation selectors are none of these: emoji and several scripts are written with them.
"""

_UNSEEN = re.compile(
    rf"{UNPRINTABLE.pattern}|[\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FORMAT = re.compile(f"[{_FORMATS}]")
_CONTROL = re.compile(f"[{_CONTROLS}]")

_JOINERS = "\u200c\u200d"

SHOWN = 40
"""Characters of a person's value that a message quotes."""

REPLACED = "\ufffd"
"""What stands for bytes that were not UTF-8."""

ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]{0,99}[ -/]{0,9}[@-~]"  # colours, the cursor
    "|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c\n]{0,999}(?:\x07|\x1b\\\\|\x9c)"  # titles, links
)
"""Sequences that drive a terminal, from their first character to their last."""


def unprintable(text: str) -> str | None:
    """The first character in `text` without a look of its own, as `control character U+001B`."""
    sign = UNPRINTABLE.search(text)
    if sign is None:
        return None
    code = f"U+{ord(sign[0]):04X}"
    if _CONTROL.match(sign[0]):
        return _("control character {code}", code=code)
    if _FORMAT.match(sign[0]):
        return _("invisible character {code}", code=code)
    return _("unprintable character {code}", code=code)


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in `text`."""
    return not _UNSEEN.sub("", text)


def printable(text: str) -> str:
    """`text` without what drives a terminal and what is invisible; others of `UNPRINTABLE`, which
    may stand between words, are blanks."""
    if text.replace("\n", "").isprintable():
        return text
    return UNPRINTABLE.sub(" ", _FORMAT.sub("", ESCAPES.sub("", text)))


def one_line(text: str, most: int | None = None) -> str:
    """`text` with single blanks for its breaks, without what drives a terminal, cut to `most`."""
    line = " ".join(printable(text if most is None else text[: 8 * most]).split())
    return line if most is None or len(line) <= most else f"{line[: most - 1]}…"


def without_place(line: str, where: object) -> str:
    """What `line` says after the `where: ` that it begins with, whichever colon it has there."""
    place = re.match(rf"{re.escape(str(where))}(?:: |：)", line)
    return line[place.end() :] if place else line


def shown(text: str) -> str:
    """One line of `text` that is safe to print, cut to a length that fits in a message."""
    safe = "".join(
        c if c.isprintable() or c in _JOINERS else f"\\u{ord(c):04x}" for c in text[:SHOWN]
    )
    return safe if len(text) <= SHOWN else f"{safe}…"
