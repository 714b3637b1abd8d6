"""What a person chose at the start before: the role in each scene, and when it was opened.

It lies in `start.json` in the data folder; one that is broken is as none, and is replaced.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from base.folders import data_folder
from base.writing import replace_text

MOST = 500
"""Scenes that are remembered."""
LARGEST = 1_000_000


@dataclass(frozen=True)
class LastChoice:
    """What was chosen in a scene."""

    opened: str = ""
    """The local time, as sortable text like the name of a session."""
    chose: bool = False
    """Whether the role was chosen, other than the one that the scene proposes."""
    role: str | None = None
    """`None` where the person chose to watch."""


def last_choices() -> dict[str, LastChoice]:
    """What was chosen, by the name of the scene."""
    try:
        with _file().open("rb") as file:
            kept = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: _choice(one) for name, one in kept.items() if isinstance(one, dict)}


def remember_choice(scene: str, role: str | None, chose: bool) -> None:
    """Keep that a scene was opened now, as which role; one that was chosen earlier stays where
    none is chosen now."""
    choices = last_choices()
    before = choices.get(scene, LastChoice())
    opened = f"{datetime.now():%Y%m%d-%H%M%S}"
    if not chose:
        role, chose = before.role, before.chose
    choices[scene] = LastChoice(opened, chose, role)
    newest = sorted(choices, key=lambda name: choices[name].opened, reverse=True)[:MOST]
    kept = {name: vars(choices[name]) for name in newest}
    with suppress(OSError):  # the play goes on where it cannot be kept
        data_folder().mkdir(parents=True, exist_ok=True)
        replace_text(_file(), json.dumps(kept, ensure_ascii=False, indent=1), ())


def _choice(one: dict[str, object]) -> LastChoice:
    opened, role = one.get("opened"), one.get("role")
    return LastChoice(
        opened if isinstance(opened, str) else "",
        one.get("chose") is True,
        role if isinstance(role, str) else None,
    )


def _file() -> Path:
    return data_folder() / "start.json"
