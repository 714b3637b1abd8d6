"""The readable log of a session: in step with its branch, at a cost that does not grow with it."""

import os
from contextlib import suppress
from pathlib import Path

from base.writing import UTF8, replace_text
from scenes.log import Entry, dump
from scenes.table.seeing import log_of
from scenes.table.session import Session, Turn

LOOKED_AT = 64
"""Turns whose lines are compared with the end of a log that is there already."""
BLOCK = 1 << 20


class Readable:
    """The file `path`: `show` brings it in step, by adding to it where the branch only grew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shown: Turn | None = None
        """The last turn that stands in it."""
        self._many = -1
        """How many turns stand in it; -1 where that is not known."""
        self._size = 0

    def show(self, session: Session) -> None:
        """Write what the branch is now. Raises `OSError`; then the next call writes it whole."""
        path = session.path
        if session.seats.hides:
            self._write_whole(session)
        elif self._many < 0 and self._is_in_step(session):
            self._take(path)
        elif not (self._grew(path) and self._size == self._size_now()):
            self._write_whole(session)
            self._take(path)
        elif len(path) > self._many:
            self._append(dump(turn.entry for turn in path[self._many :]))
            self._take(path)

    def _write_whole(self, session: Session) -> None:
        self._many = -1
        replace_text(self.path, dump([_title(session), *log_of(session)]), (), private=True)

    def _grew(self, path: list[Turn]) -> bool:
        if not 0 <= self._many <= len(path):
            return False
        return self._many == 0 or path[self._many - 1] is self._shown

    def _take(self, path: list[Turn]) -> None:
        self._shown, self._many = path[-1] if path else None, len(path)
        self._size = self._size_now()

    def _size_now(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return -1

    def _append(self, lines: str) -> None:
        self._many, many = -1, self._many
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        try:
            rest = memoryview(lines.encode(*UTF8))
            while rest:
                rest = rest[os.write(file, rest) :]
        finally:
            os.close(file)
        self._many = many

    def _is_in_step(self, session: Session) -> bool:
        """Whether a log that an earlier run left has as many lines as the branch, and ends so."""
        path = session.path
        end = dump(turn.entry for turn in path[-LOOKED_AT:]).encode(*UTF8)
        if len(path) <= LOOKED_AT:
            end = dump([_title(session)]).encode(*UTF8) + end
        with suppress(OSError), self.path.open("rb") as file:
            lines = 0
            while block := file.read(BLOCK):
                lines += block.count(b"\n")
            if lines != len(path) + 1 or file.tell() < len(end):
                return False
            file.seek(-len(end), os.SEEK_END)
            return file.read() == end and (len(path) > LOOKED_AT or file.tell() == len(end))
        return False


def _title(session: Session) -> Entry:
    return Entry("chapter", session.scene.title)
