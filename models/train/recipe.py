"""A training recipe: flat YAML whose keys are the settings of a run, and `key=value` beside it."""

import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import yaml
from pydantic import BeforeValidator, Field, create_model

from base.declaration import Declaration, Name, Words, docstrings
from base.errors import KnownError
from base.messages import _
from base.text import shown
from base.validation import checked
from base.yaml_reader import Document, read_document
from models.train.settings import Settings

SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
NEEDED = ("base", "out")
FILES = ("examples", "pairs")
"""Keys that name files; one of them is given."""
RANGES: dict[str, dict[str, float]] = {
    "rank": {"ge": 1, "le": 512},
    "alpha": {"gt": 0},
    "beta": {"gt": 0},
    "contrast": {"ge": 0, "le": 100},
    "dropout": {"ge": 0, "lt": 1},
    "prefix_length": {"ge": 1, "le": 1024},
    "learning_rate": {"gt": 0, "le": 10},
    "warmup": {"ge": 0, "le": 1},
    "weight_decay": {"ge": 0, "le": 1},
    "max_grad_norm": {"ge": 0},
    "epochs": {"gt": 0, "le": 1000},
    "max_steps": {"ge": 1},
    "batch_tokens": {"ge": 16},
    "accumulate": {"ge": 1},
    "max_length": {"ge": 16},
    "eval_every": {"ge": 1},
    "eval_limit": {"ge": 0},
    "patience": {"ge": 0},
    "save_every": {"ge": 1},
    "keep": {"ge": 1},
    "log_every": {"ge": 1},
    "seed": {"ge": 0, "lt": 2**32},
}
FIRST = {
    "base": "starter",
    "examples": "examples.jsonl",
    "out": "adapters/my-voice",
}
"""What a new recipe says of the keys that have no default."""


def read_recipe(path: Path, changes: Sequence[str] = ()) -> Settings:
    """The settings of a recipe with `key=value` changes put over it.

    Paths in the file are from its own folder, those of changes from the working folder. Raises
    `KnownError` with a line for each problem.
    """
    document = read_document(path)
    found, problems = checked(RecipeKeys, document, {})
    keys = found.model_dump(exclude_unset=True, exclude_none=True) if found else {}
    changed, others = _changed(changes)
    said = {**document.data, **keys, **changed}
    problems += [
        document.at((key,), f"missing; expected {key}: …") for key in NEEDED if not said.get(key)
    ]
    if bool(said.get("examples")) == bool(said.get("pairs")):
        what = "expected examples: … or pairs: …, one of them; name what to learn from"
        problems.append(document.at((), what))
    if problems or others:
        raise KnownError(*document.in_order(problems), *others)
    return Settings(**_paths(keys, path.parent) | _paths(changed, Path()))


def template() -> str:
    """A recipe with every key, what it says and its default, to be written to a file."""
    said = docstrings(Settings)
    lines = ["# A recipe for: paotuan train RECIPE", ""]
    for one in fields(Settings):
        lines += [f"# {line}" for line in said[one.name].splitlines()]
        value = FIRST.get(one.name, one.default)
        text = yaml.safe_dump(
            list(value) if isinstance(value, tuple) else value, default_flow_style=True
        )
        comment = "" if one.name in FIRST else "# "
        lines += [f"{comment}{one.name}: {text.removesuffix('...').strip()}".strip(), ""]
    return "\n".join(lines).replace("\n...", "")


def _paths(keys: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = dict(keys)
    for key in FILES:
        if key in keys:
            found[key] = tuple(folder / Path(one).expanduser() for one in keys[key])
    for key in ("out", "start"):
        if keys.get(key):
            found[key] = folder / Path(keys[key]).expanduser()
    if "targets" in keys:
        found["targets"] = tuple(keys["targets"])
    base = keys.get("base")
    if base and not Path(base).is_absolute() and (folder / base).exists():
        found["base"] = str(folder / base)
    return found


def _changed(changes: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """What `key=value` changes say, and a line for each that is wrong."""
    values: dict[str, object] = {}
    problems = []
    for change in changes:
        key, sign, text = change.partition("=")
        if not sign or not key.strip():
            problems.append(_("{change}: expected key=value, such as rank=8", change=shown(change)))
            continue
        try:
            values[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError:
            problems.append(_("{change}: the value is no YAML; quote it", change=shown(change)))
    keys, others = checked(RecipeKeys, Document("key=value", values, {}, {}), {})
    return keys.model_dump(exclude_unset=True) if keys else {}, problems + others


def _scientific(value: object) -> object:
    """`1e-3` as the number it is meant to be; YAML takes it for text unless it has a point."""
    if isinstance(value, str) and SCIENTIFIC.fullmatch(value):
        return float(value)
    return value


def _recipe_keys() -> type[Declaration]:
    hints, said = get_type_hints(Settings), docstrings(Settings)
    keys: dict[str, Any] = {}
    for one in fields(Settings):
        type_, default = hints[one.name], one.default
        if one.name in FILES:
            type_, default = Words, []
        elif one.name in (*NEEDED, "start"):
            type_, default = Name | None, None
        elif type_ is float:
            type_ = Annotated[float, BeforeValidator(_scientific)]
        elif type_ == tuple[str, ...]:
            type_, default = Words, []
        ranges: Any = RANGES.get(one.name, {})
        keys[one.name] = (type_, Field(default, description=said[one.name], **ranges))
    return create_model(
        "RecipeKeys", __base__=Declaration, __doc__="A training recipe of paotuan (跑团).", **keys
    )


if TYPE_CHECKING:

    class RecipeKeys(Declaration):
        """The names of `Settings`."""

else:
    RecipeKeys = _recipe_keys()
