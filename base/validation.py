"""A document against its declaration: pydantic finds what is wrong, said here in our words."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from base.errors import KnownError
from base.names import nearest
from base.text import shown
from base.yaml_reader import Document, kind
from base.yaml_tree import Key

Declared = TypeVar("Declared", bound="Declaration")

EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
}
ATTEMPTS = 5
"""Times that a document is tried without what was wrong in it the time before."""
BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


class Declaration(BaseModel):
    """Keys of a YAML file: types as written, nothing unknown, docstrings for editors."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


def check(declaration: type[Declared], document: Document) -> Declared:
    """The document as what it declares. Raises `KnownError` with a line for each problem."""
    keys, problems = checked(declaration, document, {})
    if keys is None or problems:
        raise KnownError(*problems)
    return keys


def checked(
    declaration: type[Declared], document: Document, needed: Mapping[str, object]
) -> tuple[Declared | None, list[str]]:
    """What can be made of a document, and a line for each problem.

    What is wrong is taken for not said, and `needed` says what a missing key is taken for, so that
    all else can be looked at as well. `None` where even so nothing can be made of it.
    """
    problems, data = list(document.problems), document.data
    for attempt in range(ATTEMPTS):
        try:
            return declaration.model_validate(data), problems
        except ValidationError as error:
            found = error.errors(include_url=False)
            if attempt == 0:
                lines = (document.at(_key(one), _said(declaration, one)) for one in found)
                problems = document.in_order([*problems, *lines])
                data = {**deepcopy(data), **{k: v for k, v in needed.items() if k not in data}}
            for one in found:
                if one["type"] != "missing":
                    _take_out(data, one)
    return None, problems


def _take_out(data: dict[str, object], error: ErrorDetails) -> None:
    """Take a wrong value for nothing; where it is that or unknown already, take out its key."""
    here: object = data
    holder, key = data, ""
    for part in _key(error):
        if isinstance(here, dict) and part in here:
            holder, key, here = here, str(part), here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            break
    if holder.get(key) is None or error["type"] == "extra_forbidden":
        holder.pop(key, None)
    else:
        holder[key] = None


def _key(error: ErrorDetails) -> Key:
    return error["loc"]


def _said(declaration: type[BaseModel], error: ErrorDetails) -> str:
    """What is wrong, without the place."""
    found, name = error["input"], str(error["loc"][-1]) if error["loc"] else ""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            known = known_keys(declaration, error["loc"][:-1])
            return "unknown key" + (nearest(name, known) or f"; known are {', '.join(known)}")
        case "missing":
            return "missing"
        case "too_short" | "string_too_short":
            return "empty; expected at least one"
        case "too_long":
            return f"{len(found)} of them; at most {context['max_length']}"
        case "literal_error":
            return f"found {_value(found)}, expected {context['expected']}{_close(found, context)}"
        case "value_error":
            return str(context["error"])
        case other if other in EXPECTED:
            quotes = "; put it in quotes" if _unquoted(other, found) else ""
            return f"found {kind(found)}, expected {EXPECTED[other]}{quotes}"
    for bound, words in BOUNDS.items():
        if bound in context:
            return f"found {_value(found)}, expected {words} {context[bound]}"
    return f"found {_value(found)}: {shown(error['msg'])}"


def _value(found: object) -> str:
    return shown(found) if isinstance(found, str) else kind(found)


def _unquoted(type_: str, found: object) -> bool:
    return type_ == "string_type" and isinstance(found, bool | int | float)


def _close(found: object, context: dict[str, Any]) -> str:
    allowed = [word.strip("' ") for word in context["expected"].replace(" or ", ",").split(",")]
    return nearest(found, allowed) if isinstance(found, str) else ""


def known_keys(declaration: type[BaseModel], key: Sequence[str | int]) -> list[str]:
    """The keys that are allowed below `key`."""
    here: Any = declaration
    for part in key:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = _inside(field.annotation) if field else None
        elif get_origin(here) in (dict, list):
            here = _inside(get_args(here)[-1])
    return list(here.model_fields) if _declares(here) else []


def _inside(annotation: Any) -> Any:
    """What an annotation holds when it holds something, without its metadata."""
    if hasattr(annotation, "__metadata__"):
        return _inside(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        return next(one for one in get_args(annotation) if one is not type(None))
    return annotation


def _declares(here: Any) -> bool:
    return isinstance(here, type) and issubclass(here, BaseModel)
