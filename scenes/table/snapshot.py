"""The values of a session as JSON objects and back, without what is empty. Pure."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from base.messages import N_, _, series
from base.text import shown

T = TypeVar("T")
KINDS = {
    "int": N_("a whole number"),
    "float": N_("a number"),
    "str": N_("text"),
    "bool": N_("true or false"),
    "array": N_("a list"),
    "object": N_("keys and values"),
    "null": N_("nothing"),
}
"""What msgspec calls a value, and what a person does."""
_QUOTED = re.compile(r"`([a-z_]+)(?: \| null)?`")
_SCALARS = frozenset({str, int, float, bool, type(None)})


def to_json(value: Any) -> Any:
    """A dataclass as a JSON object; fields that have their default are left out."""
    kind: Any = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {
            key: part if type(part) in _SCALARS else to_json(part) for key, part in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [part if type(part) in _SCALARS else to_json(part) for part in value]
    if isinstance(value, Path):
        return str(value)
    if (defaults := _defaults(kind)) is None:
        return value
    return {
        name: part if type(part) in _SCALARS else to_json(part)
        for name, default in defaults
        if (part := getattr(value, name)) is not default and part != default
    }


@cache
def _defaults(kind: Any) -> list[tuple[str, Any]] | None:
    """The fields of a dataclass, each with its default; `None` of what is no dataclass."""
    return [(each.name, _default(each)) for each in fields(kind)] if is_dataclass(kind) else None


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def from_json(kind: type[T], value: Mapping[str, Any]) -> T:
    """The dataclass `kind` from its JSON object; keys that it does not know are passed over.

    Lists become tuples. Raises `TypeError` where the object is not of that shape, and what the
    dataclass raises.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_other)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, ValueError):  # what the dataclass itself refuses
            raise error.__cause__ from None
        raise TypeError(_problem(kind, str(error))) from None


def _other(kind: type, value: Any) -> Any:
    """What JSON itself has no type for: a path, and anything in a mapping of `object`."""
    if kind is object:
        return tuple(value) if isinstance(value, list) else value
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"expected {kind.__name__}, found {str(value)[:40]!r}")


def _problem(kind: type, error: str) -> str:
    """What msgspec says of a value, in our words: where it is, what was found and expected."""
    words, __, place = error.partition(" - at `$")
    key = shown(place.strip("`.")) or "$"
    types = [name for name in _QUOTED.findall(words) if name in KINDS]
    if words.startswith("Expected") and len(types) == 2:
        expected, value = (_(KINDS[name]) for name in types)
        return _(
            "{key}: found {value}, expected {expected}", key=key, value=value, expected=expected
        )
    if words.startswith("Object missing"):
        name = "".join(_QUOTED.findall(words))
        return _("{key}: missing", key=name if key == "$" else f"{key}.{name}")
    if choices := get_args(get_type_hints(kind).get(key)):
        return _("{key}: expected one of {words}", key=key, words=series(map(str, choices)))
    return _("{key}: a value that cannot be there", key=key)
