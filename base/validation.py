"""A document against its declaration: pydantic finds what is wrong, said here in our words."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from base.declaration import Declaration
from base.errors import KnownError
from base.messages import N_, _, series
from base.names import nearest
from base.text import shown
from base.yaml_reader import Document, kind
from base.yaml_tree import Key

Declared = TypeVar("Declared", bound=Declaration)

EXPECTED = {
    "string_type": N_("text"),
    "int_type": N_("a whole number"),
    "int_from_float": N_("a whole number"),
    "float_type": N_("a number"),
    "finite_number": N_("a finite number"),
    "bool_type": N_("true or false"),
    "list_type": N_("a list"),
    "tuple_type": N_("a list"),
    "dict_type": N_("keys and values"),
    "model_type": N_("keys and values"),
    "model_attributes_type": N_("keys and values"),
}
ATTEMPTS = 5
"""Times that a document is tried without what was wrong in it the time before."""
BOUNDS = {
    "ge": N_("found {value}, expected at least {bound}"),
    "gt": N_("found {value}, expected more than {bound}"),
    "le": N_("found {value}, expected at most {bound}"),
    "lt": N_("found {value}, expected less than {bound}"),
}


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
            mistakes = error.errors(include_url=False)
        if attempt == 0:
            lines = (document.at(_key(one), _problem(declaration, one)) for one in mistakes)
            problems = document.in_order([*problems, *lines])
            data = {**deepcopy(data), **{k: v for k, v in needed.items() if k not in data}}
        for one in mistakes:
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


def _problem(declaration: type[BaseModel], error: ErrorDetails) -> str:
    """What is wrong, without the place."""
    value, name = error["input"], str(error["loc"][-1]) if error["loc"] else ""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(name, known_keys(declaration, error["loc"][:-1]))
        case "missing":
            return _("missing")
        case "too_short" | "string_too_short":
            return _("empty; expected at least one")
        case "too_long":
            return _("there are {n}; at most {most}", n=len(value), most=context["max_length"])
        case "literal_error":
            return _not_one_of(value, context["expected"])
        case "value_error":
            problem = context["error"].args[0]
            return problem if isinstance(problem, str) else str(problem)
        case other if other in EXPECTED:
            return _other_type(value, other)
    for bound, sentence in BOUNDS.items():
        if bound in context:
            return _(sentence, value=_shown(value), bound=context[bound])
    return _("found {value}, which cannot be used here", value=_shown(value))


def _unknown_key(name: str, known: Sequence[str]) -> str:
    if hint := nearest(name, known):
        return _("unknown key{hint}", hint=hint)
    return _("unknown key; the keys are {keys}", keys=series(known))


def _not_one_of(value: object, expected: str) -> str:
    """What is wrong with a value that is none of `expected`: `'a', 'b' or 'c'`."""
    words = [word.strip("' ") for word in expected.replace(" or ", ",").split(",")]
    hint = nearest(value, words) if isinstance(value, str) else ""
    return _(
        "found {value}, expected one of {words}{hint}",
        value=_shown(value),
        words=series(words),
        hint=hint,
    )


def _other_type(value: object, type_: str) -> str:
    expected = _(EXPECTED[type_])
    if type_ == "string_type" and isinstance(value, bool | int | float):
        return _(
            "found {value}, expected {expected}; put it in quotes",
            value=kind(value),
            expected=expected,
        )
    return _("found {value}, expected {expected}", value=kind(value), expected=expected)


def _shown(value: object) -> str:
    return shown(value) if isinstance(value, str) else kind(value)


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
