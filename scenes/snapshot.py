"""The values of a session as JSON objects and back, without what is empty. Pure."""

from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A dataclass as a JSON object; fields that have their default are left out."""
    if is_dataclass(value):
        return {
            field.name: to_json(part)
            for field in fields(value)
            if (part := getattr(value, field.name)) != field.default
        }
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [to_json(part) for part in value]
    if isinstance(value, dict):
        return {key: to_json(part) for key, part in value.items()}
    return value


def from_json(kind: type[T], value: dict[str, Any]) -> T:
    """The dataclass `kind` from its JSON object; keys that it does not know are passed over.

    Raises `TypeError`, `KeyError` or `ValueError` where the object is not of that shape.
    """
    if not isinstance(value, dict):
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    hints = get_type_hints(kind)
    parts: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name in value:
            parts[field.name] = _read(hints[field.name], value[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise KeyError(field.name)
    return kind(**parts)


def _read(hint: Any, value: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None:
            return None
        return _read(next(arg for arg in args if arg is not type(None)), value)
    if is_dataclass(hint):
        return from_json(hint, value)  # type: ignore[arg-type]
    if hint is Path:
        return Path(value)
    if origin is tuple:
        return tuple(_read(args[0], part) for part in value)
    if hint in (str, int, bool) and type(value) is not hint:
        raise TypeError(f"expected {hint.__name__}, found {value!r}")
    return value
