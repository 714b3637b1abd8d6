"""A training recipe: flat YAML whose keys are the settings of a run, and `key=value` beside it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import yaml
from pydantic import AliasChoices, BeforeValidator, Field, create_model

from base.declaration import Declaration, Name, Words, docstrings
from base.errors import KnownError
from base.messages import _
from base.text import shown
from base.validation import checked
from base.yaml_reader import Document, read_document
from models.train.objectives import OBJECTIVES
from models.train.settings import RENAMED, Settings

SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
NEEDED = ("base", "out")
HOUR = 240_000
"""Tokens that a LoRA of the starter learns from in less than an hour on two cores."""
FILES = tuple(dict.fromkeys(objective.data for objective in OBJECTIVES.values()))
"""Keys that name files; one of them is given."""
LISTS = ("target_modules", "report_to")
RANGES: dict[str, dict[str, float]] = {
    "beta": {"gt": 0},
    "contrast": {"ge": 0, "le": 100},
    "r": {"ge": 1, "le": 512},
    "lora_alpha": {"gt": 0},
    "lora_dropout": {"ge": 0, "lt": 1},
    "num_virtual_tokens": {"ge": 1, "le": 1024},
    "learning_rate": {"gt": 0, "le": 10},
    "warmup_ratio": {"ge": 0, "le": 1},
    "weight_decay": {"ge": 0, "le": 1},
    "max_grad_norm": {"ge": 0},
    "num_train_epochs": {"gt": 0, "le": 1000},
    "max_steps": {"ge": 1},
    "max_train_tokens": {"ge": 16},
    "batch_tokens": {"ge": 16},
    "per_device_train_batch_size": {"ge": 1},
    "gradient_accumulation_steps": {"ge": 1},
    "max_length": {"ge": 16},
    "eval_steps": {"ge": 1},
    "eval_limit": {"ge": 0},
    "early_stopping_patience": {"ge": 0},
    "save_steps": {"ge": 1},
    "save_total_limit": {"ge": 1},
    "logging_steps": {"ge": 1},
    "shuffle_buffer": {"ge": 1, "le": 1 << 20},
    "processes": {"ge": 1},
    "seed": {"ge": 0, "lt": 2**32},
}
FIRST = {
    "base": "starter",
    "examples": "examples.jsonl",
    "out": "adapters/my-voice",
    "max_train_tokens": HOUR,
}
"""What a new recipe says of the keys that have no default, and of how long it takes."""

Notice = Callable[[str], None]


def read_recipe(
    path: Path, changes: Sequence[str] = (), notice: Notice = lambda line: None
) -> Settings:
    """The settings of a recipe with `key=value` changes put over it.

    Paths in the file are from its own folder, those of changes from the working folder. `notice` is
    told of keys that have another name now, and of those without effect. Raises `KnownError` with a
    line for each problem.
    """
    document = _without_doubles(read_document(path), notice)
    recipe, problems = checked(RecipeKeys, document, {})
    keys = recipe.model_dump(exclude_unset=True, exclude_none=True) if recipe else {}
    changed, others = _changed(changes, notice)
    together = {**document.data, **keys, **changed}
    problems += _missing(document, together) + _objective_problems(document, together)
    if problems or others:
        raise KnownError(*document.in_order(problems), *others)
    settings = Settings(**_paths(keys, path.parent) | _paths(changed, Path()))
    for key in sorted(_without_effect(keys.keys() | changed.keys(), settings)):
        notice(_("{key} has no effect on this objective", key=key))
    return settings


def template(wrap: Callable[[str], Iterable[str]]) -> str:
    """A recipe with every key, what it says and its default, to be written to a file.

    `wrap` gives the lines of a sentence, since a Chinese character takes two cells.
    """
    texts = docstrings(Settings)
    head = _("A recipe for: paotuan train RECIPE")
    lines = [f"# {head}", ""]
    for one in fields(Settings):
        about = " ".join(texts[one.name].split())
        lines += [f"# {line}" for line in wrap(_(about))]
        value = FIRST.get(one.name, one.default)
        text = yaml.safe_dump(
            list(value) if isinstance(value, tuple) else value, default_flow_style=True
        )
        comment = "" if one.name in FIRST else "# "
        lines += [f"{comment}{one.name}: {text.removesuffix('...').strip()}".strip(), ""]
    return "\n".join(lines).replace("\n...", "")


def _without_doubles(document: Document, notice: Notice) -> Document:
    """The document without keys that it has under both their names; earlier names are told."""
    data, problems = dict(document.data), list(document.problems)
    for old in [key for key in data if key in RENAMED]:
        new = RENAMED[old]
        if new in data:
            del data[old]
            twice = _("an earlier name of {key}, which is given too; leave one out", key=new)
            problems.append(document.at((old,), twice))
        else:
            notice(document.at((old,), _("this key is called {key} now", key=new)))
    return replace(document, data=data, problems=tuple(problems))


def _missing(document: Document, together: dict[str, Any]) -> list[str]:
    lacking = (key for key in NEEDED if not together.get(key))
    return [document.at((key,), _("missing; expected {key}: …", key=key)) for key in lacking]


def _objective_problems(document: Document, together: dict[str, Any]) -> list[str]:
    """What is wrong with the files to learn from, and with the objective beside them."""
    given = [key for key in FILES if together.get(key)]
    if len(given) != 1:
        expected = _("expected examples: … or pairs: …, one of them; name what to learn from")
        return [document.at((), expected)]
    objective = together.get("objective")
    if objective not in OBJECTIVES or OBJECTIVES[objective].data == given[0]:
        return []
    data = OBJECTIVES[objective].data
    wrong = _("{objective} learns from {data}, not from {other}", objective=objective, data=data,
              other=given[0])  # fmt: skip
    return [document.at(("objective",), wrong)]


def _without_effect(keys: Iterable[str], settings: Settings) -> set[str]:
    """Which of `keys` belong to another objective than the one that is learned."""
    of_others = {
        key
        for objective in OBJECTIVES.values()
        if not getattr(settings, objective.data)
        for key in objective.keys
    }
    return of_others & set(keys)


def _paths(keys: dict[str, Any], folder: Path) -> dict[str, Any]:
    values = dict(keys)
    for key in FILES:
        if key in keys:
            values[key] = tuple(folder / Path(one).expanduser() for one in keys[key])
    for key in ("out", "start"):
        if keys.get(key):
            values[key] = folder / Path(keys[key]).expanduser()
    for key in LISTS:
        if key in keys:
            values[key] = tuple(one for one in keys[key] if one != "none")
    base = keys.get("base")
    if base and not Path(base).is_absolute() and (folder / base).exists():
        values["base"] = str(folder / base)
    return values


def _changed(changes: Sequence[str], notice: Notice) -> tuple[dict[str, Any], list[str]]:
    """What `key=value` changes say, and a line for each that is wrong."""
    values: dict[str, object] = {}
    problems = []
    for change in changes:
        key, sign, text = change.partition("=")
        if not sign or not key.strip():
            problems.append(_("{change}: expected key=value, such as r=8", change=shown(change)))
            continue
        try:
            values[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError:
            problems.append(
                _("{change}: the value is not valid YAML; put it in quotes", change=shown(change))
            )
    document = _without_doubles(Document("key=value", values, {}, {}), notice)
    keys, others = checked(RecipeKeys, document, {})
    return keys.model_dump(exclude_unset=True) if keys else {}, problems + others


def _scientific(value: object) -> object:
    """`1e-3` as the number it is meant to be; YAML takes it for text unless it has a point."""
    if isinstance(value, str) and SCIENTIFIC.fullmatch(value):
        return float(value)
    return value


def _recipe_keys() -> type[Declaration]:
    hints, texts = get_type_hints(Settings), docstrings(Settings)
    earlier = {new: old for old, new in RENAMED.items()}
    keys: dict[str, Any] = {}
    for one in fields(Settings):
        type_, default = hints[one.name], one.default
        if one.name in FILES or type_ == tuple[str, ...]:
            type_, default = Words, []
        elif one.name in (*NEEDED, "start"):
            type_, default = Name | None, None
        elif type_ is float:
            type_ = Annotated[float, BeforeValidator(_scientific)]
        options: dict[str, Any] = dict(RANGES.get(one.name, {}))
        if one.name in earlier:
            options["validation_alias"] = AliasChoices(one.name, earlier[one.name])
        keys[one.name] = (type_, Field(default, description=texts[one.name], **options))
    return create_model(
        "RecipeKeys", __base__=Declaration, __doc__="A training recipe of paotuan (跑团).", **keys
    )


if TYPE_CHECKING:

    class RecipeKeys(Declaration):
        """The names of `Settings`."""

else:
    RecipeKeys = _recipe_keys()
