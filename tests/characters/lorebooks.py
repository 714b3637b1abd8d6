"""Lorebooks that tests make, and what they fire."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from characters.lore.book import Lorebook, LoreEntry
from characters.lore.matching import Moment, Utterance
from characters.lore.scan import scan

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"


def fixture(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"no {name} beside the checkout")
    return path


def said(*lines: str) -> Moment:
    return Moment([Utterance("苏晚", line) for line in lines])


def fire(
    book: Lorebook, *lines: str, moment: Moment | None = None, budget: int = 1000, seed: int = 1
) -> list[str]:
    found = scan([book], moment or said(*lines), budget, len, Random(seed))
    return [one.text for one in found]


def book_of(*entries: LoreEntry, **settings: object) -> Lorebook:
    numbered = [replace(entry, uid=str(at)) for at, entry in enumerate(entries)]
    return replace(Lorebook("书", tuple(numbered)), **settings)  # type: ignore[arg-type]


def entry(keys: Sequence[str] | str, content: str, **fields: object) -> LoreEntry:
    keys = (keys,) if isinstance(keys, str) else tuple(keys)
    return LoreEntry("", keys, content, **fields)  # type: ignore[arg-type]
