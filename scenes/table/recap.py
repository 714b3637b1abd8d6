"""Where a session was left: its last lines, branches and bookmarks, without replaying it. Pure but
for reading."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from base.messages import _, _n
from base.text import one_line
from scenes.log import Entry, parse
from scenes.table.session import Session
from scenes.view import is_presence

END_BYTES = 16_384
"""Bytes of a readable log of which the last lines are shown."""
LINES = 12
LONGEST_JOURNAL = 256_000_000
"""Bytes of a journal that is looked through for branches."""
LONG = 12
"""Turns from which on a person is told where they are when they come back."""
LINE_SHOWN = 40
"""Characters of the last line that are quoted."""


@dataclass(frozen=True)
class Recap:
    """What a person wants to know before they go on with a session."""

    entries: tuple[Entry, ...] = ()
    """The last lines of the branch."""
    branches: int = 1
    draws: int = 0
    marks: tuple[str, ...] = ()
    """The names of the bookmarks, in the order of their turns."""


class _Turn(msgspec.Struct):
    id: int
    parent: int | None = None


class _Turns(msgspec.Struct):
    turns: list[_Turn]


class _Mark(msgspec.Struct):
    turn: int
    name: str | None = None


_turns_of = msgspec.json.Decoder(_Turns).decode
_mark_of = msgspec.json.Decoder(_Mark).decode
_TURNS, _OPEN, _DRAW, _MARK = (
    b'{"event":"%s"' % name for name in (b"turns", b"open", b"draw", b"mark")
)


def recap(path: Path) -> Recap:
    """The recap of the session whose journal is at `path`; what cannot be read is left out."""
    try:
        state, log = path.stat(), path.with_suffix(".txt")
        changed = log.stat().st_mtime_ns if log.exists() else 0
    except OSError:
        return Recap()
    return _recap(path, state.st_mtime_ns, state.st_size, changed)


@lru_cache(maxsize=256)
def _recap(path: Path, changed: int, size: int, log_changed: int) -> Recap:
    entries = tuple(_last_entries(path.with_suffix(".txt")))
    if size > LONGEST_JOURNAL:
        return Recap(entries)
    parents: Counter[int | None] = Counter()
    marks: dict[int, str] = {}
    draws = turns = 0
    try:
        with path.open("rb") as file:
            for line in file:
                if line.startswith(_DRAW):
                    draws += 1
                elif line.startswith((_TURNS, _OPEN)):
                    new = [turn.parent for turn in _turns(line)]
                    turns += len(new)
                    parents.update(new)
                elif line.startswith(_MARK):
                    _marked(line, marks)
    except OSError:
        return Recap(entries)
    leaves = max(1, turns - len(parents) + (None in parents))
    return Recap(entries, leaves, draws, tuple(marks[turn] for turn in sorted(marks)))


def _turns(line: bytes) -> list[_Turn]:
    try:
        return _turns_of(line).turns
    except (msgspec.MsgspecError, ValueError):
        return []


def _marked(line: bytes, marks: dict[int, str]) -> None:
    try:
        mark = _mark_of(line)
    except (msgspec.MsgspecError, ValueError):
        return
    if mark.name is None:
        marks.pop(mark.turn, None)
    else:
        marks[mark.turn] = one_line(mark.name, LINE_SHOWN) or f"{mark.turn}"


def _last_entries(log: Path) -> Sequence[Entry]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - END_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = text.split("\n")[1:] if size > END_BYTES else text.split("\n")
    entries = parse("\n".join(lines[-LINES - 1 :]))[-LINES:]
    return [one for one in entries if one.kind != "chapter" and not is_presence(one)]


# --- in words ---


def ago(then: datetime, now: datetime | None = None) -> str:
    """How long ago that was, as one says it; a moment of another clock is just now."""
    now = now or datetime.now(then.tzinfo)
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _n("{n} minute ago", "{n} minutes ago", int(seconds // 60))
    if then.date() == now.date():
        return _n("{n} hour ago", "{n} hours ago", int(seconds // 3600))
    days = (now.date() - then.date()).days
    if days == 1:
        return _("yesterday")
    if days < 30:
        return _n("{n} day ago", "{n} days ago", days)
    return f"{then:%Y-%m-%d}"


def where_it_was_left(session: Session) -> str | None:
    """Where a person is who comes back to a long session; nothing of a short one."""
    said = [turn for turn in session.path if turn.by != "opening"]
    if len(said) <= LONG:
        return None
    last = said[-1]
    time = session.times.get(last.id)
    words = one_line(last.entry.text, LINE_SHOWN)
    line = (
        _("{name} just said: {words}", name=last.entry.speaker, words=words)
        if last.entry.speaker and last.entry.kind == "speech"
        else words
    )
    return _("Last time: turn {turn}, {ago}; {line}", turn=len(said), ago=_ago_of(time), line=line)


def _ago_of(time: str | None) -> str:
    try:
        return ago(datetime.fromisoformat(time or "").astimezone())
    except ValueError:
        return _("a while ago")
