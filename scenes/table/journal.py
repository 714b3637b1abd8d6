"""A session's journal while it is played: the only writer of its files, held by a lock.

`<id>.jsonl` is append-only, an event a line, on the disk before anything is shown as said;
`<id>.txt` is the log of the current branch. Only their owner can read them.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name
from base.folders import sessions_folder
from base.messages import _
from base.writing import replaced
from scenes.table.events import Event, line_of
from scenes.table.journal_files import (
    InUse,
    delete,
    file_errors,
    held_lock,
    make_private,
    private_opener,
    tidy,
    tighten,
)
from scenes.table.journal_reader import aside_of, read_journal
from scenes.table.readable import Readable
from scenes.table.session import Session


class Journal:
    """One session's files, held by a lock until `close`. Raises `KnownError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        """What a person should know about the files, a line each."""
        self._readable = Readable(path.with_suffix(".txt"))
        self._file: FileIO | None = None
        self.just_begun = False
        """Whether it was begun here, and no event was added since."""
        self._end = 0
        self._unfinished = False
        self._mended: list[bytes] | None = None
        with file_errors(path):
            make_private(path.parent)
            self._lock = held_lock(path)
            for ending in (".jsonl", ".txt", ".lock", ".torn"):
                tighten(path.with_suffix(ending))

    @classmethod
    def create(cls, scene_name: str, folder: Path | None = None) -> "Journal":
        """A new journal named after the moment and the scene; its file comes with its first event.

        What killed programs have left in the folder is deleted.
        """
        folder = folder or sessions_folder()
        tidy(folder)
        base = f"{datetime.now():%Y%m%d-%H%M%S}-{file_name(scene_name, 'scene')}"
        for name in (base, *(f"{base}-{number}" for number in range(2, 1000))):
            path = folder / f"{name}.jsonl"
            with suppress(InUse):
                journal = cls(path)
                if not path.exists():
                    return journal
                journal.close()
        raise KnownError(
            _("{folder}: a thousand sessions began in this second; try again", folder=folder)
        )

    @classmethod
    def open(cls, path: Path) -> tuple["Journal", list[Event]]:
        """The journal at `path` and its events. What is torn or damaged is told in `notices`.

        Nothing is written before the first event; then the file as it was is kept beside it.
        """
        with file_errors(path):
            if not path.is_file():
                raise KnownError(
                    _("{path}: no such session; see: paotuan sessions list", path=path)
                )
        tidy(path.parent)
        journal = cls(path)
        try:
            with file_errors(path):
                contents = read_journal(path)
                journal._file = FileIO(path, "r+")
        except BaseException:
            journal.close()
            raise
        journal._end, journal._unfinished = contents.end, contents.unfinished
        journal._mended = contents.mended
        journal.notices += contents.notices
        return journal, contents.events

    @property
    def id(self) -> str:
        return self.path.stem

    def append(self, event: Event) -> None:
        """Write one event and wait until it is on the disk; on failure the file is as before."""
        stamped = {**event, "time": datetime.now(UTC).isoformat(timespec="seconds")}
        line = line_of(stamped)
        if not self._lock.is_locked:
            raise KnownError(
                _("{path}: already closed; resume the session to go on", path=self.path.name)
            )
        with file_errors(self.path):
            if self._file is None:
                self._begin(line)
                return
            self.just_begun = False
            self._replace_damaged()
            self._set_torn_line_aside(self._file)
            data = b"\n" * self._unfinished + line + b"\n"
            try:
                self._file.seek(self._end)
                _write_all(self._file, data)
                os.fsync(self._file.fileno())
            except OSError:
                with suppress(OSError):
                    self._file.truncate(self._end)
                raise
        self._end += len(data)
        self._unfinished = False

    def begin_with(self, events: Iterable[Event]) -> None:
        """Make the file of a journal that has not begun, with these events whole in it."""
        with file_errors(self.path):
            self._begin(b"\n".join(map(line_of, events)))
        self.just_begun = False

    def save_log(self, session: Session) -> None:
        """Bring the readable log in step with the current branch; as it was where the journal is
        damaged, until something is said: it may hold what the journal has lost."""
        if self._mended is not None:
            return
        with file_errors(self.path):
            self._readable.show(session)

    def close(self) -> None:
        """Let go of the files and the lock; nothing is left of a journal that never began."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock.is_locked:
            if not self.path.exists():
                delete(self.path.with_suffix(".lock"))
            self._lock.release()

    def discard(self) -> None:
        """Let go of the files and the lock, and delete them."""
        self.just_begun = False
        with file_errors(self.path):
            if self._file is not None:
                self._file.close()
                self._file = None
            for ending in (".jsonl", ".txt"):
                self.path.with_suffix(ending).unlink(missing_ok=True)
        self.close()

    def _begin(self, line: bytes) -> None:
        """Make the file, with its first events whole in it."""
        with replaced(self.path, (), private=True) as file:
            file.write(line + b"\n")
        self._file = FileIO(self.path, "r+")
        self._end = len(line) + 1
        self.just_begun = True

    def _replace_damaged(self) -> None:
        """Keep the damaged file as it was, and put what can be told of it in its place."""
        if self._mended is None or self._file is None:
            return
        raw = self.path.read_bytes()
        aside = aside_of(self.path, raw)
        if not aside.exists():
            with replaced(aside, (self.path,), private=True) as file:
                file.write(raw)
            with suppress(FileNotFoundError):
                log = self.path.with_suffix(".txt").read_bytes()
                with replaced(aside.with_name(f"{aside.name}.txt"), (), private=True) as file:
                    file.write(log)
        text = b"".join(line + b"\n" for line in self._mended)
        with replaced(self.path, (aside,), private=True) as file:
            file.write(text)
        self._file.close()
        self._file = FileIO(self.path, "r+")
        self._end, self._unfinished, self._mended = len(text), False, None

    def _set_torn_line_aside(self, file: FileIO) -> None:
        """Move what a crash left of a line to a file beside the journal: nothing is lost."""
        file.seek(self._end)
        torn = file.read()
        if not torn:
            return
        aside = self.path.with_suffix(".torn")
        with open(aside, "ab", opener=private_opener) as torn_lines:
            torn_lines.write(torn + b"\n")
            torn_lines.flush()
            os.fsync(torn_lines.fileno())
        file.truncate(self._end)


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
