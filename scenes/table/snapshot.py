"""The values of a session as JSON objects and back, without what is empty. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
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

    Raises `TypeError`, `KeyError` or `ValueError` where the object is not of that shape.
    """
    _expect(isinstance(value, dict), kind.__name__, value)
    parts: dict[str, Any] = {}
    declared: Any = kind
    for name, read, required in _shape(declared):
        if name in value:
            parts[name] = read(value[name])
        elif required:
            raise KeyError(name)
    return kind(**parts)


@cache
def _shape(kind: Any) -> list[tuple[str, Callable[[Any], Any], bool]]:
    """The fields of a dataclass: name, how it is read, and whether it has no default."""
    hints = get_type_hints(kind)
    return [
        (field.name, _reader(hints[field.name]), field.default is field.default_factory is MISSING)
        for field in fields(kind)
    ]


def _reader(hint: Any) -> Callable[[Any], Any]:
    """What makes a value of the type `hint` of a JSON value, and refuses one of another type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (read,) = [_reader(arg) for arg in args if arg is not type(None)]
        return lambda value: None if value is None else read(value)
    if origin is Literal:
        return partial(_one_of, args)
    if origin is tuple:
        return partial(_tuple_of, _reader(args[0]))
    if origin is Mapping:
        return _mapping
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(from_json, hint)
    if hint is Path:
        return lambda value: Path(_typed((str,), value))
    return partial(_typed, (int, float) if hint is float else (hint,))


def _typed(kinds: tuple[type, ...], value: Any) -> Any:
    _expect(type(value) in kinds, kinds[-1].__name__, value)
    return value


def _one_of(choices: tuple[Any, ...], value: Any) -> Any:
    _expect(value in choices, " or ".join(map(str, choices)), value)
    return value


def _tuple_of(read: Callable[[Any], Any], value: Any) -> tuple[Any, ...]:
    _expect(isinstance(value, (list, tuple)), "a list", value)
    return tuple(read(part) for part in value)


def _mapping(value: Any) -> dict[str, Any]:
    _expect(isinstance(value, dict), "an object", value)
    return {key: tuple(v) if isinstance(v, list) else v for key, v in value.items()}


def _expect(satisfied: bool, what: str, value: object) -> None:
    if not satisfied:
        raise TypeError(f"expected {what}, found {str(value)[:40]!r}")
