"""Finding what was said in all sessions: only the journals in which the words stand are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from base.folders import sessions_folder
from base.text import shown
from scenes.log import Entry
from scenes.table.draws import Draw
from scenes.table.find import MOST, Found, Query, Searched, search


@dataclass(frozen=True)
class FoundIn:
    """A line that was found, and the session in which it stands."""

    session: str
    path: Path
    title: str
    found: Found


class _Scene(msgspec.Struct):
    title: str = ""


class _Turn(msgspec.Struct):
    """A turn whose entry is read when it is asked for."""

    id: int
    parent: int | None
    raw: msgspec.Raw = msgspec.field(name="entry")
    draw: int | None = None
    candidate: int | None = None
    of: int | None = None

    @property
    def entry(self) -> Entry:
        return _entry(self.raw)

    @property
    def reads(self) -> bool:
        """Whether its entry can be read."""
        try:
            return bool(self.entry)
        except (msgspec.MsgspecError, ValueError):
            return False


class _Open(msgspec.Struct):
    scene: _Scene
    turns: list[_Turn]


class _Turns(msgspec.Struct):
    turns: list[_Turn]


class _Head(msgspec.Struct):
    head: int | None


class _Kind(msgspec.Struct):
    event: str


_entry = msgspec.json.Decoder(Entry).decode
_kind = msgspec.json.Decoder(_Kind).decode
_open = msgspec.json.Decoder(_Open).decode
_turns = msgspec.json.Decoder(_Turns).decode
_head = msgspec.json.Decoder(_Head).decode
_DRAW = b'{"event":"draw"'


@dataclass
class _Glance:
    """A journal as far as a search must know it; what cannot be read of it is passed over."""

    title: str = ""
    turns: dict[int, _Turn] = field(default_factory=dict)
    head: int | None = None
    draws: list[Draw | bytes] = field(default_factory=list)

    def take(self, line: bytes) -> None:
        kind = "draw" if line.startswith(_DRAW) else _kind(line).event
        if kind == "draw":
            self.draws.append(line)
        elif kind == "open":
            opened = _open(line)
            self.title = shown(opened.scene.title)
            self._add(opened.turns)
        elif kind == "turns":
            self._add(_turns(line).turns)
        elif kind == "head":
            self.head = _head(line).head

    def _add(self, turns: list[_Turn]) -> None:
        self.turns |= {turn.id: turn for turn in turns}
        self.head = turns[-1].id if turns else self.head

    def searched(self, query: Query) -> Searched:
        path: set[int] = set()
        at = self.head
        while at in self.turns and at not in path:
            path.add(at)
            at = self.turns[at].parent
        newest = reversed(self.turns.values())
        suspects = [turn for turn in newest if query.may_be_in(bytes(turn.raw)) and turn.reads]
        return Searched(self.turns, suspects, path, self.draws)


def search_all(query: Query, folder: Path | None = None, most: int = MOST) -> Iterator[FoundIn]:
    """The lines that fit in all sessions, those played last first, at most so many.

    Journals are only read, whoever plays in them; one that has just gone is passed over.
    """
    folder, left = folder or sessions_folder(), most
    for path in _newest_first(folder) if query else ():
        for found in _search(path, query, left):
            left -= 1
            yield found
        if left <= 0:
            return


def _newest_first(folder: Path) -> list[Path]:
    times: dict[Path, float] = {}
    for path in folder.glob("*.jsonl"):
        try:
            times[path] = path.stat().st_mtime
        except OSError:
            continue
    return sorted(times, key=lambda path: (times[path], path.name), reverse=True)


def _search(path: Path, query: Query, most: int) -> list[FoundIn]:
    try:
        raw = path.read_bytes()
    except OSError:
        return []
    if not query.may_be_in(raw):
        return []
    glance = _Glance(path.stem)
    for line in raw.split(b"\n"):
        try:
            glance.take(line)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
            continue
    found = search(glance.searched(query), query, most)
    return [FoundIn(path.stem, path, glance.title, each) for each in found]
