"""What was written at a table and not sent, until that table is taken again.

It lies in `unsent.json` in the data folder; one that is broken is as none, and is replaced. Where
it cannot be kept, nothing is told: the table is being left.
"""

import json
from contextlib import suppress
from pathlib import Path

from base.folders import data_folder
from base.writing import replace_text
from scenes.table.play import Play

MOST = 100
"""Tables at which something is kept, those that were left last."""
LARGEST = 10_000_000

Unsent = tuple[str, str]
"""A text, and the feeling beside it."""


def keep(play: Play, text: str, label: str) -> None:
    """Keep what was written at a table; an empty text is nothing."""
    kept = _read()
    before = kept.pop(_name(play), None)
    if text:
        kept[_name(play)] = [text, label]
    elif before is None:
        return
    newest = dict(list(kept.items())[-MOST:])
    with suppress(OSError):
        data_folder().mkdir(parents=True, exist_ok=True)
        replace_text(_file(), json.dumps(newest, ensure_ascii=False, indent=1), ())


def take(play: Play) -> Unsent | None:
    """What was written at that table, which is kept no longer."""
    match _read().get(_name(play)):
        case [str(text), str(label)]:
            keep(play, "", "")
            return text, label
    return None


def _name(play: Play) -> str:
    """The session; before it has a file, the scene, as such a session is never opened again."""
    begun = play.journal.path.exists()
    return play.session.id if begun else f"scene: {play.scene.name}"


def _read() -> dict[str, object]:
    try:
        with _file().open("rb") as file:
            kept = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _file() -> Path:
    return data_folder() / "unsent.json"
