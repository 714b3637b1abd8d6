"""JSON as models write it, read in spite of fences, words around it, commas, and a lost tail."""

import json
import re
from typing import Any

_THOUGHT = re.compile(r"(?s)^.*?</think>")
_COMMA = re.compile(r",(\s*[\]}])")
MOST_DROPPED = 40
"""Places from the end at which a cut answer is tried to be closed."""


def repaired_json(text: str) -> Any | None:
    """The JSON value that an answer holds, or `None` where none can be made out.

    Of an answer that was cut off, the items that are whole are kept.
    """
    text = _THOUGHT.sub("", text) if "</think>" in text else text
    start = min((at for sign in "{[" if (at := text.find(sign)) >= 0), default=-1)
    if start < 0:
        return None
    body = text[start:]
    for candidate in (body, _COMMA.sub(r"\1", body)):
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        return value
    return _closed(_COMMA.sub(r"\1", body))


def _closed(text: str) -> Any | None:
    """`text` up to the last item that is whole, with its open brackets closed."""
    ends = [found.end() for found in re.finditer(r"[\]}]", text)]
    for end in reversed(ends[-MOST_DROPPED:]):
        open_brackets = _open(text[:end])
        if open_brackets is None:
            continue
        closing = "".join("]" if sign == "[" else "}" for sign in reversed(open_brackets))
        try:
            return json.loads(text[:end] + closing, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _open(text: str) -> list[str] | None:
    """The brackets that stay open; `None` where a text in quotes does, or they do not pair."""
    waiting: list[str] = []
    quoted = escaped = False
    for sign in text:
        if quoted:
            escaped, quoted = sign == "\\" and not escaped, sign != '"' or escaped
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            waiting.append(sign)
        elif sign in "]}" and (not waiting or "[{"["]}".index(sign)] != waiting.pop()):
            return None
    return None if quoted else waiting
