"""What we store in a chat of SillyTavern, where it has no place for it: put in, read, taken out."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
OURS = "paotuan"
"""Under which name what is ours is kept in a chat."""


def with_ours(value: Json, holder: str, ours: Json) -> Json:
    """A message or header with ours in its `holder`, or beside it where that is no object."""
    if holder not in value:
        return {**value, holder: {OURS: {**ours, "bare": True}}}
    inner = value[holder]
    return (
        {**value, holder: {**inner, OURS: ours}}
        if isinstance(inner, dict)
        else {**value, OURS: ours}
    )


def ours_in(value: Mapping[str, Any], holder: str) -> Json | None:
    """What we had written into a message (`extra`) or a header (`chat_metadata`)."""
    inner = value.get(holder)
    stored = inner.get(OURS) if isinstance(inner, dict) else value.get(OURS)
    return stored if isinstance(stored, dict) else None


def without_ours(value: Json, holder: str) -> Json:
    """A message or header as the other program wrote it."""
    ours = ours_in(value, holder)
    if ours is None:
        return value
    inner = value.get(holder)
    if not isinstance(inner, dict):
        return {key: one for key, one in value.items() if key != OURS}
    rest = {key: one for key, one in inner.items() if key != OURS}
    if ours.get("bare") is True and not rest:
        return {key: one for key, one in value.items() if key != holder}
    return {**value, holder: rest}
