"""Which sessions have been saved: a glance at each, without opening it."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from base.errors import KnownError
from base.folders import sessions_folder
from base.messages import _, series
from base.names import nearest
from base.text import UNPRINTABLE, shown
from scenes.table.events import is_whole
from scenes.table.journal_repair import mended

LONGEST_OPENING = 64_000_000
"""Bytes of a session's first event that a list reads before it gives up."""
LAST_BYTES = 4096
"""Bytes of a readable log in which a list looks for the last line."""


@dataclass(frozen=True)
class Saved:
    """A saved session as a list shows it."""

    id: str
    path: Path
    title: str
    role: str | None
    last: str
    """The last line of its log."""
    saved: datetime
    readable: bool = True
    """Whether it begins as a session does; otherwise `last` says what is wrong."""


def saved_sessions(folder: Path | None = None) -> list[Saved]:
    """The sessions in `folder`, the newest first; a broken one is told as such in `last`."""
    folder = folder or sessions_folder()
    found = [saved for path in folder.glob("*.jsonl") if (saved := _glance(path))]
    return sorted(found, key=lambda saved: saved.saved, reverse=True)


def find_session(id: str | None, folder: Path | None = None) -> Path:
    """The journal of a session named whole or by its beginning; the newest for `None`."""
    folder = folder or sessions_folder()
    if id is None:
        for saved in saved_sessions(folder):
            if saved.readable:
                return saved.path
        raise KnownError(
            _("{folder}: no saved session yet; start one with: paotuan play", folder=folder)
        )
    ids = sorted(path.stem for path in folder.glob("*.jsonl"))
    matching = [known for known in ids if known == id] or [
        known for known in ids if known.startswith(id)
    ]
    if len(matching) == 1:
        return folder / f"{matching[0]}.jsonl"
    if matching:
        raise KnownError(_("{name}: which one? {ids}", name=shown(id), ids=series(matching[:5])))
    if hint := nearest(id, ids):
        raise KnownError(_("no session is named {name}{hint}", name=shown(id), hint=hint))
    raise KnownError(_("no session is named {name}; see: paotuan sessions list", name=shown(id)))


def _glance(path: Path) -> Saved | None:
    """What a list shows of the session at `path`; `None` where it has just been deleted."""
    title, role, readable = path.stem, None, True
    try:
        when = datetime.fromtimestamp(path.stat().st_mtime)
    except OSError:
        return None
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST_OPENING).rstrip(b"\n")
        opened = json.loads((mended(line) if is_whole(line) is False else line) or line)
        title, role = shown(str(opened["scene"]["title"])), opened["role"] and str(opened["role"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        readable = False
    last = _last_line(path.with_suffix(".txt")) if readable else "cannot be read; nothing said yet?"
    return Saved(path.stem, path, title, role, last, when, readable)


def _last_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(-min(path.stat().st_size, LAST_BYTES), os.SEEK_END)
            end = file.read().decode("utf-8", "replace")
    except OSError:
        return "(no readable log)"
    return UNPRINTABLE.sub("", end.rstrip("\n").rpartition("\n")[2])
