"""Which sessions have been saved: a glance at each, without opening it.

Only the head of a journal and its readable log are looked at; what has been seen once is seen again
only where a file has changed.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from base.errors import KnownError
from base.folders import sessions_folder
from base.messages import Message, _, rendered, series
from base.names import nearest
from base.text import UNPRINTABLE, one_line, shown
from scenes.table.events import is_whole
from scenes.table.journal_bits import mended

LONGEST_OPENING = 64_000_000
"""Bytes of a session's first event that a list reads before it gives up."""
LAST_BYTES = 4096
"""Bytes of a readable log in which a list looks for the last line."""
BLOCK = 1 << 20
ARCHIVE, BIN = "archive", "bin"
"""Folders inside that of the sessions: what is kept out of sight, and what was deleted."""
TITLE = ".title"
"""Ends the name of the file with a session's own title."""
LONGEST_TITLE = 200
"""Characters of a session's own title."""


@dataclass(frozen=True)
class Saved:
    """A saved session as a list shows it."""

    id: str
    path: Path
    title: str
    """The name that the person gave it, else the scene's title."""
    role: str | None
    last: str
    """The last line of its log."""
    saved: datetime
    readable: bool = True
    """Whether it begins as a session does; otherwise `last` says what is wrong."""
    scene: str = ""
    """The name of the scene's file."""
    scene_title: str = ""
    turns: int | None = None
    """Lines of its branch after the opening; `None` where there is no readable log."""


def saved_sessions(folder: Path | None = None) -> list[Saved]:
    """The sessions in `folder`, the newest first; a broken one is told as such in `last`."""
    folder = folder or sessions_folder()
    files = _files(folder)
    journals = (name for name in files if name.endswith(".jsonl"))
    sessions = [_glance(folder / name, files) for name in journals]
    return sorted(sessions, key=lambda saved: saved.saved, reverse=True)


def session_count(folder: Path | None = None) -> int:
    """How many sessions lie in `folder`, by their names alone."""
    return sum(name.endswith(".jsonl") for name in _names(folder or sessions_folder()))


def begun_at(folder: Path | None = None) -> dict[str, str]:
    """The moment when each scene was last begun, by the scene's name, as sortable text; told by
    the names of the sessions alone."""
    begun: dict[str, str] = {}
    for name in _names(folder or sessions_folder()):
        moment, __, scene = name[:15], name[15:16], name[16:].removesuffix(".jsonl")
        if name.endswith(".jsonl") and moment.replace("-", "").isdigit():
            begun[scene] = max(begun.get(scene, ""), moment)
    return begun


def find_session(id: str | None, folder: Path | None = None) -> Path:
    """The journal of a session named whole or by its beginning; the newest for `None`.

    One that is named may lie in the archive.
    """
    folder = folder or sessions_folder()
    if id is None:
        for saved in saved_sessions(folder):
            if saved.readable:
                return saved.path
        raise KnownError(
            _("{folder}: no saved session yet; start one with: paotuan play", folder=folder)
        )
    for place in (folder, folder / ARCHIVE):
        if path := _named(id, place):
            return path
    if _named(id, folder / BIN):
        raise KnownError(
            _(
                "{name} is in the bin; take it out with: paotuan sessions restore {name}",
                name=shown(id),
            )
        )
    if hint := nearest(id, _ids(folder)):
        raise KnownError(_("no session is named {name}{hint}", name=shown(id), hint=hint))
    raise KnownError(_("no session is named {name}; see: paotuan sessions list", name=shown(id)))


def find_in(id: str, folder: Path) -> Path:
    """The journal of a session in that folder alone. Raises `KnownError`."""
    if path := _named(id, folder):
        return path
    name, hint = shown(id), nearest(id, _ids(folder))
    raise KnownError(
        _("{folder}: no session is named {name}{hint}", folder=folder, name=name, hint=hint)
    )


def _named(id: str, folder: Path) -> Path | None:
    """The journal in a folder whose name is `id`, or alone begins so. Raises for several."""
    ids = _ids(folder)
    matching = [id] if id in ids else [known for known in ids if known.startswith(id)]
    if len(matching) > 1:
        raise KnownError(_("{name}: which one? {ids}", name=shown(id), ids=series(matching[:5])))
    return folder / f"{matching[0]}.jsonl" if matching else None


def _ids(folder: Path) -> list[str]:
    names = _names(folder)
    return sorted(name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl"))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


# --- a glance at one ---


class _Scene(msgspec.Struct):
    title: str
    name: str = ""


class _Opened(msgspec.Struct):
    """What a list wants of a session's first event."""

    scene: _Scene
    role: str | None
    turns: list[msgspec.Raw] = []


_opened = msgspec.json.Decoder(_Opened).decode

Stamp = tuple[int, int]
"""When a file was changed, in nanoseconds, and its bytes."""


def _files(folder: Path) -> dict[str, Stamp]:
    """The files of a folder by name."""
    files: dict[str, Stamp] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    state = entry.stat()
                    if entry.is_file():
                        files[entry.name] = (state.st_mtime_ns, state.st_size)
                except OSError:
                    continue  # deleted meanwhile, or a link to nothing
    except OSError:
        pass
    return files


def glance(path: Path) -> Saved:
    """What a list shows of the session at `path`."""
    return _glance(path, _files(path.parent))


def _glance(path: Path, files: Mapping[str, Stamp]) -> Saved:
    """What a list shows of the session at `path`."""
    title, log = files.get(f"{path.stem}{TITLE}"), files.get(f"{path.stem}.txt")
    saved = _glanced(path, files.get(path.name, (0, 0)), log, title)
    # what is wrong may have been said in another language
    return replace(saved, last=rendered(saved.last)) if isinstance(saved.last, Message) else saved


@lru_cache(maxsize=20_000)
def _glanced(path: Path, journal: Stamp, log: Stamp | None, title: Stamp | None) -> Saved:
    when = datetime.fromtimestamp(journal[0] / 1e9)
    head = _head(path, journal[1])
    if head is None:
        broken = _("cannot be read; was nothing said yet?")
        return Saved(path.stem, path, path.stem, None, broken, when, readable=False)
    scene, scene_title, role, opening = head
    own = own_title(path) if title else ""
    lines, last = _end(path.with_suffix(".txt")) if log else (None, _("(no readable log)"))
    turns = None if lines is None else max(0, lines - 1 - opening)
    name = own or scene_title
    return Saved(path.stem, path, name, role, last, when, True, scene, scene_title, turns)


def _head(path: Path, size: int) -> tuple[str, str, str | None, int] | None:
    """The scene's name and title, the role, and the lines of the opening, of a first event."""
    try:
        with path.open("rb") as file:
            line = file.readline(min(LONGEST_OPENING, size)).rstrip(b"\n")
    except OSError:
        return None
    line = (mended(line) if is_whole(line) is False else line) or line
    try:
        opened = _opened(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _odd_head(line)
    scene = opened.scene
    return scene.name, shown(scene.title), opened.role, len(opened.turns)


def _odd_head(line: bytes) -> tuple[str, str, str | None, int] | None:
    """The same of what another program wrote, as far as it can be told."""
    try:
        opened = json.loads(line)
        scene, role = opened["scene"], opened["role"] and str(opened["role"])
        name, turns = str(scene.get("name", "")), opened.get("turns")
        opening = len(turns) if isinstance(turns, list) else 0
        return name, shown(str(scene["title"])), role, opening
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def own_title(path: Path) -> str:
    """The name that a person gave the session at `path`; nothing where they gave none."""
    try:
        with path.with_suffix(TITLE).open("rb") as file:
            text = file.read(4 * LONGEST_TITLE).decode("utf-8", "replace")
    except OSError:
        return ""
    return one_line(text.strip(), LONGEST_TITLE)


def _end(log: Path) -> tuple[int | None, str]:
    """How many lines a readable log has, and its last one."""
    try:
        with log.open("rb") as file:
            lines, block, end = 0, b"", b""
            while block := file.read(BLOCK):
                lines += block.count(b"\n")
                end = (end + block)[-LAST_BYTES:]
    except OSError:
        return None, _("(no readable log)")
    last = end.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
    return lines, UNPRINTABLE.sub("", last)
