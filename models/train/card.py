"""The model card of an adapter: what it was trained on, by which recipe, and what it came to."""

import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from models.catalog import MODELS
from models.train.base import base_name
from models.train.checkpoints import put_in_place
from models.train.objectives import OBJECTIVES, is_streamed, objective_of
from models.train.runs import Result
from models.train.settings import Settings

CARD = "README.md"
LIBRARIES = ("torch", "transformers", "peft", "paotuan")
NOTICES = {
    "Gemma Terms of Use": (
        "Gemma is provided under and subject to the Gemma Terms of Use found at "
        "ai.google.dev/gemma/terms. This adapter is a Model Derivative of Gemma; the terms and "
        "their use restrictions go with it."
    ),
}
"""What must stand beside an adapter of a base with such a licence."""


def write_card(settings: Settings, base: str, result: Result) -> Path:
    """Write the card into the adapter's folder. Raises `KnownError` where it cannot be written."""
    text = card(settings, base, result)

    def write(folder: Path) -> None:
        (folder / CARD).write_text(text, encoding="utf-8")

    put_in_place(settings.out, write)
    return settings.out / CARD


def card(settings: Settings, base: str, result: Result) -> str:
    """The card as Markdown with YAML in front, as the hub reads it; it names no local path."""
    licence = _licence(base)
    front: dict[str, Any] = {
        "library_name": "peft",
        "base_model": base_name(base),
        "language": ["zh"],
    }
    front |= {"tags": ["paotuan", settings.method]} | (
        {"license": _tag(licence)} if licence else {}
    )
    parts = [
        f"---\n{_yaml(front)}---\n\n# {settings.out.name}\n",
        f"A {_what(settings)} for the base `{base}`, trained by `paotuan train` "
        f"({OBJECTIVES[objective_of(settings)].title}).\n",
        f"## Data\n\n{_table(_data(settings, result))}",
        f"## Result\n\n{_table(_figures(result))}",
        f"## Recipe\n\n```yaml\n{_yaml(_recipe(settings))}```\n",
        f"## Made with\n\n{', '.join(f'{name} {version(name)}' for name in LIBRARIES)}\n",
    ]
    if licence:
        parts.append(
            f"## Licence of the base\n\n{licence}. {NOTICES.get(licence, '')}".rstrip() + "\n"
        )
    return "\n".join(parts)


def _what(settings: Settings) -> str:
    if settings.method == "prefix":
        return f"P-tuning v2 prefix of {settings.num_virtual_tokens} columns"
    if settings.method == "full":
        return "new model, every layer of which was trained but the embedding and the output,"
    weights = {"qlora": " on NF4 weights", "lora-int8": " on int8 weights"}
    return f"LoRA of rank {settings.r}{weights.get(settings.method, '')}"


def _data(settings: Settings, result: Result) -> list[tuple[str, object]]:
    reckoned = ", reckoned from its first rows" if is_streamed(settings) else ""
    return [
        ("files", ", ".join(path.name for path in (*settings.examples, *settings.pairs))),
        ("examples", result.examples),
        ("of these held out", result.held_out),
        ("left out for their length", result.too_long),
        (f"tokens learned in one pass{reckoned}", result.targets),
    ]


def _figures(result: Result) -> list[tuple[str, object]]:
    figures: list[tuple[str, object]] = [
        ("optimizer steps", result.steps),
        ("ended", result.why_ended),
    ]
    for name, loss in (("first", result.first_held_out), ("best", result.best_held_out)):
        if loss is not None:
            figure = f"{loss:.4f}, perplexity {math.exp(loss):.1f}"
            figures.append((f"{name} held-out loss a token", figure))
    return figures


def _table(rows: Sequence[tuple[str, object]]) -> str:
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)


def _recipe(settings: Settings) -> dict[str, Any]:
    """What the recipe says, with file names in place of paths."""
    values: dict[str, Any] = dict(vars(settings))
    values["examples"] = [path.name for path in settings.examples]
    values["pairs"] = [path.name for path in settings.pairs]
    values["start"] = settings.start and settings.start.name
    values["out"] = settings.out.name
    values["base"] = (
        Path(settings.base).name if Path(settings.base).is_absolute() else settings.base
    )
    values["target_modules"] = list(settings.target_modules)
    values["report_to"] = list(settings.report_to)
    values["objective"] = objective_of(settings)
    return {key: value for key, value in values.items() if value is not None}


def _licence(base: str) -> str | None:
    known = MODELS.get(base) or next((one for one in MODELS.values() if one.hub == base), None)
    return known.licence.name if known else None


def _tag(licence: str) -> str:
    """The licence as the hub tags it."""
    return {"Gemma Terms of Use": "gemma"}.get(licence, licence.lower())


def _yaml(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(value), allow_unicode=True, sort_keys=False)
