"""Preference pairs on the disk: a prompt, what was picked after it, and what was not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _, series
from base.yaml_reader import kind
from models.backend import Prompt
from models.train.data import LONGEST, iterate_records, lines_of
from models.train.parquet import Columns, is_parquet

PARTS = ("stable", "history", "cue")
NEEDED = ("chosen", "rejected")
COLUMNS: Columns = dict.fromkeys(("prompt", *PARTS, *NEEDED), "text")
"""The columns that a table of pairs may have: the prompt whole, or in its parts."""


@dataclass(frozen=True)
class PreferencePair:
    """Two replies to one prompt, whole lines with their newline."""

    prompt: Prompt
    chosen: str
    rejected: str


def read_pairs(path: Path) -> list[PreferencePair]:
    """All pairs of a file, `{"prompt", "chosen", "rejected"}` a line or a row of a Parquet table,
    or the prompt in its parts `stable`, `history`, `cue`. Raises `KnownError` with the line or the
    row that is none."""
    return [pair_of(value, where) for where, value in pair_records(path)]


def pair_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What stands for each pair in a file, with where it stands, one after another."""
    if is_parquet(path):
        yield from iterate_records(path, COLUMNS, NEEDED)
        return
    for where, line in lines_of(path):
        yield where, _object(line, where)


def columns_of(value: dict[str, Any]) -> Columns:
    """The columns of a table of pairs such as this one, its prompt whole or in parts."""
    prompt = ("prompt",) if "prompt" in value else PARTS
    return dict.fromkeys((*prompt, *NEEDED), "text")


def record_of(value: dict[str, Any], where: str, columns: Columns) -> dict[str, Any]:
    """The cells of a pair. Raises `KnownError` for no pair, and where its prompt stands otherwise
    than the columns say."""
    pair_of(value, where)
    if columns_of(value).keys() != columns.keys():
        raise KnownError(
            _(
                "{where}: its prompt is not written as in the first pair, which has {columns}; "
                "write all prompts in one way",
                where=where,
                columns=series(columns),
            )
        )
    return {name: value[name] for name in columns}


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise KnownError(
            _(
                "{where}: not JSON; make pairs with: paotuan sessions export --to preference",
                where=where,
            )
        ) from error
    if not isinstance(value, dict):
        raise KnownError(
            _(
                "{where}: {type}, expected an object; make pairs with: paotuan "
                "sessions export --to preference",
                where=where,
                type=kind(value),
            )
        )
    return value


def pair_of(value: dict[str, Any], where: str) -> PreferencePair:
    """The pair of a line or of a row. Raises `KnownError` where it is none."""
    chosen, rejected = (_line(value, key, where) for key in NEEDED)
    if chosen == rejected:
        raise KnownError(
            _(
                "{where}: chosen and rejected are the same; make pairs with: paotuan "
                "sessions export --to preference",
                where=where,
            )
        )
    return PreferencePair(_prompt(value, where), chosen, rejected)


def _prompt(value: dict[str, Any], where: str) -> Prompt:
    if "prompt" not in value:
        return Prompt(*(_text(value, key, where) for key in PARTS))
    history, newline, cue = _text(value, "prompt", where).rpartition("\n")
    return Prompt("", history + newline, cue)


def _line(value: dict[str, Any], key: str, where: str) -> str:
    text = _text(value, key, where)
    if not text.strip():
        raise KnownError(
            _(
                "{where}: {key} is empty, expected a reply; make pairs with: paotuan "
                "sessions export --to preference",
                where=where,
                key=key,
            )
        )
    return text if text.endswith("\n") else f"{text}\n"


def _text(value: dict[str, Any], key: str, where: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or len(text) > LONGEST:
        raise KnownError(
            _(
                "{where}: {key} is {type}, expected text; make pairs with: paotuan "
                "sessions export --to preference",
                where=where,
                key=key,
                type=kind(text),
            )
        )
    return text
