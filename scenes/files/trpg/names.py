"""What can be the name of one who writes, and what only stands where a name would."""

import re
from functools import lru_cache

from scenes.files.trpg.clocks import CLOCK, DATE

_NONE = re.compile(
    rf"[\W\d_]*|{CLOCK}|{DATE}(?:\W*{CLOCK})?|[AaPp][Mm]\b.*|[上下]午.*"
    r"|/?[A-Za-z][A-Za-z0-9]*\s.*=.*|[^=]*=.*|/.*|!--.*|(?:https?|ftp|file)$"
    r"|(?:div|span|p|br|hr|td|tr|table|b|i|u|a|li|ul|font|img|html|body|head|script|style)"
)
LONGEST = 80


@lru_cache(4096)
def is_name(text: str) -> bool:
    """Whether a text where a name stands can be one: no clock, date, tag, address or number."""
    text = text.strip()
    return 0 < len(text) <= LONGEST and (
        _NONE.fullmatch(text) is None or any(_is_sign(sign) for sign in text)
    )


def _is_sign(sign: str) -> bool:
    """Whether a sign is a picture, which people use as names: `🐱`."""
    return ord(sign) >= 0x1F000
