"""Preference pairs on the disk: a prompt, what was picked after it, and what was not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.yaml_reader import kind
from models.backend import Prompt
from models.train.data import LONGEST, lines_of


@dataclass(frozen=True)
class PreferencePair:
    """Two replies to one prompt, whole lines with their newline."""

    prompt: Prompt
    chosen: str
    rejected: str


def read_pairs(path: Path) -> list[PreferencePair]:
    """All pairs of a file, `{"prompt", "chosen", "rejected"}` a line, or the prompt in its parts
    `stable`, `history`, `cue`. Raises `KnownError` with the line that is none."""
    return list(_read(path))


def _read(path: Path) -> Iterator[PreferencePair]:
    for where, line in lines_of(path):
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
        chosen, rejected = (_line(value, key, where) for key in ("chosen", "rejected"))
        if chosen == rejected:
            raise KnownError(
                _(
                    "{where}: chosen and rejected are the same; make pairs with: paotuan "
                    "sessions export --to preference",
                    where=where,
                )
            )
        yield PreferencePair(_prompt(value, where), chosen, rejected)


def _prompt(value: dict[str, Any], where: str) -> Prompt:
    if "prompt" not in value:
        return Prompt(*(_text(value, key, where) for key in ("stable", "history", "cue")))
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
