"""What a character sheet holds: numbers, short texts, and lists of things; its bounds. Pure."""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from types import MappingProxyType

from base.errors import KnownError
from base.messages import N_, _, series
from base.names import nearest
from base.text import is_blank, one_line, shown, unprintable
from characters.sheets.names import ITEMS, is_pool, key_in, key_problem, same

Value = int | str | tuple[str, ...]
"""A number, a text such as `8/11` or 医生, or things."""
Sheet = Mapping[str, Value]
NO_SHEET: Sheet = MappingProxyType({})

MOST_KEYS = 200
"""Values of one sheet."""
LONGEST_TEXT = 200
"""Characters of a text, or of one thing."""
MOST_ITEMS = 100
"""Things of one list."""
LARGEST = 999_999_999
EXPECTED = N_("a whole number, a short text or a list of short texts")

_OF = re.compile(r"(-?\d{1,9})\s*/\s*(\d{1,9})")
_CHANGE = re.compile(r"([+-])\s*(\d{1,9})")
_NUMBER = re.compile(r"=?\s*(-?\d{1,9})")
_APART = re.compile(r"\s*[、，,;；]\s*")
_DICE = re.compile(r"[+-]?\s*\d{0,3}[dD]\d{1,4}(?:\s*[-+*]\s*\d*(?:[dD]\d+)?)*")
_WIDE = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {"−": "-"})


def value_problem(value: object) -> str | None:
    """Why a value of a file cannot stand in a sheet, or `None` where it can."""
    if isinstance(value, bool) or not isinstance(value, int | str | list | tuple):
        return _("expected {expected}", expected=_(EXPECTED))
    if isinstance(value, int):
        if abs(value) > LARGEST:
            return _("a number beyond {most}", most=f"{LARGEST:,}")
        return None
    if isinstance(value, str):
        return _text_problem(value)
    if len(value) > MOST_ITEMS:
        return _("there are {n}; at most {most}", n=len(value), most=MOST_ITEMS)
    for each in value:
        if not isinstance(each, str):
            return _("a list holds short texts; put {value} in quotes", value=shown(str(each)))
        if problem := _text_problem(each):
            return problem
    return None


def _text_problem(text: str) -> str | None:
    if is_blank(text):
        return _("an empty text")
    if len(text) > LONGEST_TEXT:
        return _("a text of {n} characters; at most {most}", n=len(text), most=LONGEST_TEXT)
    if "\n" in text.strip():
        return _("more than one line")
    if code := unprintable(text.strip()):
        return _("{code} in a text", code=code)
    return None


def sheet_problems(sheet: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What is wrong with the values of a file, each with its name."""
    names: dict[str, str] = {}
    for name, value in sheet.items():
        if problem := key_problem(name) or value_problem(value):
            yield name, problem
        elif (first := names.setdefault(same(name), name)) != name:
            yield name, _("means the same as {other}", other=shown(first))


def value_of(value: object) -> Value:
    """A value that `value_problem` finds nothing wrong with, as a sheet holds it."""
    if isinstance(value, list | tuple):
        return tuple(str(each).strip() for each in value)
    return value.strip() if isinstance(value, str) else int(value)  # type: ignore[call-overload]


def kept_values(found: Mapping[str, object]) -> dict[str, Value]:
    """What of another program's values a sheet can hold: what it cannot is left out, and of two
    names of the same the first one is kept."""
    sheet: dict[str, Value] = {}
    for name, value in found.items():
        key = one_line(name, 4 * LONGEST_TEXT).strip()
        if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
            value = int(value)
        elif isinstance(value, float):
            value = f"{value:g}" if isfinite(value) else None
        elif isinstance(value, str):
            value = one_line(value, LONGEST_TEXT)
            value = int(value) if re.fullmatch(r"-?\d{1,9}", value) else value
        elif isinstance(value, list | tuple):
            texts = (one_line(each, LONGEST_TEXT) for each in value if isinstance(each, str))
            value = tuple(text for text in texts if not is_blank(text))[:MOST_ITEMS]
        if key_problem(key) or value_problem(value) or key_in(sheet, key) is not None:
            continue
        sheet[key] = value_of(value)
        if len(sheet) == MOST_KEYS:
            break
    return sheet


def apart(text: str) -> list[str]:
    """The things of a text such as `手电、绳子`."""
    return [each for each in _APART.split(text.strip()) if each]


# --- numbers ---


def amount(value: Value | None) -> int | None:
    """The number that a value is, or begins with in `8/11`; `None` of any other."""
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        if found := _OF.fullmatch(value):
            return int(found[1])
        return int(value) if re.fullmatch(r"-?\d{1,9}", value) else None
    return None


def out_of(value: Value | None) -> int | None:
    """The number that stands behind the `/` of a value; `None` where there is none."""
    found = _OF.fullmatch(value) if isinstance(value, str) else None
    return int(found[2]) if found else None


def with_amount(value: Value | None, number: int) -> Value:
    """A value with another number; what stands behind its `/` stays."""
    if isinstance(value, str) and (found := _OF.fullmatch(value)):
        return f"{number}/{found[2]}"
    return number


# --- changes ---


def changed(key: str, before: Value | None, text: str) -> Value | None:
    """What a value is after a change as it is typed: `8`, `-3`, `+手电`, `-手电`, or a text.

    `None` is that nothing is left of it. Raises `KnownError`.
    """
    text = " ".join(text.split())
    level = text.translate(_WIDE)
    number = amount(before)
    if found := _CHANGE.fullmatch(level):
        if before is not None and number is None:
            raise KnownError(
                _("{key} is no number: {value}", key=shown(key), value=shown(told(before)))
            )
        step = int(found[2]) * (-1 if found[1] == "-" else 1)
        return _within(key, with_amount(before, (number or 0) + step))
    if found := _NUMBER.fullmatch(level):
        return _within(key, with_amount(before, int(found[1])))
    if found := _OF.fullmatch(level):
        return _within(key, f"{int(found[1])}/{int(found[2])}")
    if _DICE.fullmatch(level):
        raise KnownError(
            _("{key}: roll {dice} first, then write the number", key=shown(key), dice=shown(text))
        )
    if level[:1] in "+-" and level[1:].strip():
        return _things(key, before, level[0] == "+", text[1:].strip())
    if number is not None:
        raise _is_number(key)
    return _text(key, before, text[1:].strip() if level[:1] == "=" else text)


def _is_number(key: str) -> KnownError:
    return KnownError(_("{key} is a number: +N and -N change it, N sets it", key=shown(key)))


def _things(key: str, before: Value | None, more: bool, text: str) -> Value | None:
    """A list with some things more, or less."""
    if isinstance(before, int) or amount(before) is not None:
        raise _is_number(key)
    things = list(before) if isinstance(before, tuple) else [before] if before else []
    for each in apart(text):
        if more:
            things.append(each)
            continue
        at = next((i for i, one in enumerate(things) if same(one) == same(each)), None)
        if at is None:
            raise KnownError(
                _(
                    "{key} holds no {thing}{hint}",
                    key=shown(key),
                    thing=shown(each),
                    hint=nearest(each, things),
                )
            )
        del things[at]
    return _checked(key, tuple(things)) if things else None


def _text(key: str, before: Value | None, text: str) -> Value:
    if isinstance(before, tuple) or (before is None and same(key) == same(ITEMS)):
        return _checked(key, tuple(apart(text)))
    return _checked(key, text)


def _checked(key: str, value: Value) -> Value:
    if problem := value_problem(value):
        raise KnownError(_("{name}: {problem}", name=shown(key), problem=problem))
    return value_of(value)


def _within(key: str, value: Value) -> Value:
    if abs(amount(value) or 0) > LARGEST:
        raise KnownError(
            _("{name}: {problem}", name=shown(key), problem=value_problem(LARGEST + 1))
        )
    return value


# --- told ---


def told(value: Value | None) -> str:
    """A value as it is written for people, and for a model."""
    if value is None:
        return "—"
    return "、".join(value) if isinstance(value, tuple) else str(value)


def beside_first(key: str, first: Value | None, now: Value | None) -> str:
    """A value that has changed as a model reads it: `HP 8/11`, `侦查 65`, `物品 手电、绳子`."""
    if now is None:
        return f"{key} {'none' if key.isascii() else '无'}"
    if is_pool(key) and isinstance(first, int) and isinstance(now, int):
        return f"{key} {now}/{first}"
    return f"{key} {'、'.join(now) if isinstance(now, tuple) else now}"


def listed(sheet: Sheet) -> str:
    """All of a sheet in a line."""
    return series(f"{key} {told(value)}" for key, value in sheet.items())


def merged(sheet: Sheet, over: Mapping[str, object]) -> dict[str, Value]:
    """A sheet with other values in the place of its own, or beside them."""
    both = dict(sheet)
    for name, value in over.items():
        key = key_in(both, name)
        if key is None and len(both) >= MOST_KEYS:
            continue
        if key is not None:
            both = {(name if one == key else one): each for one, each in both.items()}
        if not value_problem(value):
            both[name] = value_of(value)
    return both
