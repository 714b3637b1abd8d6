"""Values of strangers' JSON as what they should be: what has another type is as if not there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from characters.cards.patterns import SLASHED

Json = Mapping[str, Any]

MAX_KEYS = 1000
LARGEST = 1_000_000_000


def text(value: Json, key: str) -> str:
    """A text; empty where it is none."""
    given = value.get(key)
    return given if isinstance(given, str) else ""


def texts(value: Json, key: str) -> tuple[str, ...]:
    """A list of texts, or one text with commas."""
    given = value.get(key)
    if isinstance(given, str):
        return split(given)
    items = given[:MAX_KEYS] if isinstance(given, list) else []
    return tuple(text for one in items if isinstance(one, str | int) and (text := str(one).strip()))


def split(text: str) -> tuple[str, ...]:
    """The parts of a list with commas; a regular expression, which may hold commas, is one."""
    if SLASHED.fullmatch(text.strip()):
        return (text.strip(),)
    parts = re.split("[,，]", text)[:MAX_KEYS]
    return tuple(part for one in parts if (part := one.strip()))


def flag(value: Json, key: str, default: bool = False) -> bool:
    """Whether a value says yes, as a truth value, a number or a word."""
    given = value.get(key, default)
    if isinstance(given, str):
        return given.strip().lower() in ("true", "1")
    return bool(given) if isinstance(given, bool | int | float) else default


def maybe_flag(value: Json, key: str, default: bool | None = None) -> bool | None:
    """As `flag`, or `None` where nothing is said."""
    return default if value.get(key) is None else flag(value, key)


def real(value: Json, key: str, default: float) -> float:
    """A number of at least 0 and at most `LARGEST`."""
    given = value.get(key)
    try:
        number = float(given) if isinstance(given, int | float | str) else default
    except (ValueError, OverflowError):
        return default
    return min(max(number, 0.0), float(LARGEST)) if number == number else default


def whole(value: Json, key: str, default: int, least: int = 0) -> int:
    """A whole number of at least `least` and at most `LARGEST`."""
    given = maybe_whole(value, key, least)
    return default if given is None else given


def maybe_whole(value: Json, key: str, least: int = 0) -> int | None:
    """As `whole`, or `None` where it is none."""
    given = value.get(key)
    try:
        number = int(given) if isinstance(given, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return None if number is None else min(max(number, least), LARGEST)


def choice(value: Json, key: str, choices: Sequence[Any], default: Any) -> Any:
    """One of `choices`, by number as SillyTavern writes it, or by its own name."""
    given = value.get(key)
    if isinstance(given, str) and not given.isdecimal():
        return given if given in choices else default
    number = maybe_whole(value, key, -1)
    return choices[number] if number is not None and 0 <= number < len(choices) else default
