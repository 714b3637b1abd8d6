"""JSON of what others wrote, on one line, without a character that could drive a terminal. Pure."""

import json
import re
from typing import Any

from base.text import UNPRINTABLE

_UNSAFE = re.compile(rf"{UNPRINTABLE.pattern}|\r")


def json_line(value: Any, compact: bool = False) -> str:
    """A value as JSON; control characters, bidi overrides and halves of pairs are escaped."""
    separators = (",", ":") if compact else None
    written = json.dumps(value, ensure_ascii=False, separators=separators)
    return safe_json(written)


def safe_json(written: str) -> str:
    """JSON with what could drive a terminal, or is not seen, escaped: the same value."""
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], written)
