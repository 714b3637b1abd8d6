"""The readable log of a session: in step with its branch, at a cost that does not grow with it."""

import os
from contextlib import suppress
from pathlib import Path

from base.writing import UTF8, replace_text
from scenes.log import Entry, dump
from scenes.table.seeing import absent_at, log_of, missed_by
from scenes.table.session import Session, Turn
from scenes.view import NOBODY, Missing

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
        self._absent: Missing = NOBODY
        """Who is away at its end."""
        self._left: bool = False
        """Whether its last lines tell who left, or entered, behind the last turn."""

    def show(self, session: Session) -> None:
        """Write what the branch is now. Raises `OSError`; then the next call writes it whole."""
        path = session.path
        if self._many < 0 and not session.seats.hides and self._is_in_step(session):
            self._take(session)
        elif not (self._grew(path) and self._goes_on(session) and self._size == self._size_now()):
            self._write_whole(session)
            self._take(session)
        elif lines := list(log_of(session, self._many, self._absent)):
            self._append(dump(lines))
            self._take(session)

    def _write_whole(self, session: Session) -> None:
        self._many = -1
        replace_text(self.path, dump([_title(session), *log_of(session)]), (), private=True)

    def _goes_on(self, session: Session) -> bool:
        """Whether nobody came or went where the log tells already who did."""
        if not self._left:
            return True
        following = session.path[self._many : self._many + 1]
        away = missed_by(session, following[0]) if following else absent_at(session, session.head)
        return away == self._absent

    def _grew(self, path: list[Turn]) -> bool:
        if not 0 <= self._many <= len(path):
            return False
        return self._many == 0 or path[self._many - 1] is self._shown

    def _take(self, session: Session) -> None:
        path = session.path
        self._shown, self._many = path[-1] if path else None, len(path)
        self._size = self._size_now()
        self._absent = absent_at(session, session.head)
        self._left = self._absent != (missed_by(session, path[-1]) if path else NOBODY)

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
