"""How the keys of a YAML file are declared: types as written, and docstrings for editors."""

import ast
import inspect
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Declaration(BaseModel):
    """Keys of a YAML file: nothing unknown, nothing converted, docstrings as descriptions."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The schema with the docstrings of the keys, which are read only where it is wanted."""
        schema = handler(core)
        keys = handler.resolve_ref_schema(schema).get("properties", {})
        for name, words in _texts_of(cls).items():
            field = cls.model_fields[name]
            key = keys.get(field.serialization_alias or field.alias or name)
            if key is not None:
                key.setdefault("description", words)
        return schema


@dataclass(frozen=True)
class Or:
    """Adds the shorthand forms of a value to its JSON Schema."""

    forms: tuple[dict[str, Any], ...]

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [*self.forms, handler(core)]}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _joined(value: object) -> object:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value


TEXT = {"type": "string"}
Words = Annotated[list[str], Field(max_length=100), BeforeValidator(_listed), Or((TEXT,))]
"""A list of texts, of which one may be written alone."""
Lines = Annotated[str, BeforeValidator(_joined), Or(({"type": "array", "items": TEXT},))]
"""A text, which may be written as a list of its lines."""
Name = Annotated[str, Field(min_length=1)]


def _texts_of(class_: type[Declaration]) -> dict[str, str]:
    """The docstrings of its keys, also of those that it inherits."""
    texts: dict[str, str] = {}
    for each in reversed(class_.__mro__):
        own = inspect.get_annotations(each) if issubclass(each, Declaration) else {}
        keys = [class_.model_fields[name] for name in own if name in class_.model_fields]
        if any(key.description is None for key in keys):
            texts |= docstrings(each)
    return {name: text for name, text in texts.items() if name in class_.model_fields}


def docstrings(class_: type) -> dict[str, str]:
    """The docstrings under the attributes of a class, which Python itself does not keep."""
    tree = ast.parse(inspect.getsource(class_)).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    descriptions: dict[str, str] = {}
    for before, after in pairwise(body):
        if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr):
            name, words = ast.unparse(before.target), ast.literal_eval(after.value)
            descriptions[name] = inspect.cleandoc(words)
    return descriptions
