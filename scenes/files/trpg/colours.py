"""Colours and styles in the logs of IRC, which are signs before and behind words. Pure.

Source: https://modern.ircdocs.horse/formatting
"""

import re

COLOURED = re.compile("[\x02-\x04\x0f\x11\x16\x1d-\x1f]")
"""What each of them begins with."""
_COLOURS = re.compile(
    "\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?|[\x02\x0f\x11\x16\x1d-\x1f]"
)


def without_colours(line: str) -> str:
    """A line without the signs that paint it."""
    return _COLOURS.sub("", line) if COLOURED.search(line) else line
