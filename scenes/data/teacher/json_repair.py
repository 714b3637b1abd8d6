"""JSON as models write it, read in spite of fences, words around it, stray marks, a lost tail."""

import json
from typing import Any

import json_repair


def repaired_json(text: str) -> Any | None:
    """The JSON value that an answer holds, or `None` where none can be made out.

    Of an answer that was cut off, the items that are whole are kept.
    """
    start = min((at for sign in "{[" if (at := text.find(sign)) >= 0), default=len(text))
    end = max(text.rfind(sign) for sign in "}]") + 1
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        whole = text[start:end]
    try:
        return json_repair.loads(whole, skip_json_loads=True) if whole else None
    except (ValueError, RecursionError):
        return None
