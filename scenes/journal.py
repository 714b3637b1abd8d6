"""The only input and output of a session: its journal, its readable log, its lock.

`<id>.jsonl` is append-only, an event a line, on the disk before anything is shown as said;
`<id>.txt` is the log of the current branch, replaced atomically.
"""

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from filelock import FileLock, Timeout

from scenes.errors import SceneError
from scenes.log import Entry, dump
from scenes.saved import sessions_folder
from scenes.session import Event, Session

UTF8 = ("utf-8", "surrogatepass")


class Journal:
    """One session's files, held by a lock until `close`. Raises `SceneError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        """What a person should know about the files, a line each."""
        self._lock = FileLock(path.with_suffix(".lock"), thread_local=False)
        with _said(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise _InUse(
                    f"{path.name}: open in another paotuan; close that one first"
                ) from None
        self._file: FileIO | None = None
        self._end = 0
        self._unfinished = False

    @classmethod
    def create(cls, scene_name: str, folder: Path | None = None) -> "Journal":
        """A new journal named after the moment and the scene."""
        folder = folder or sessions_folder()
        stem = re.sub(r"[^\w-]+", "-", scene_name)[:40].strip("-") or "scene"
        base = f"{datetime.now():%Y%m%d-%H%M%S}-{stem}"
        for name in (base, *(f"{base}-{number}" for number in range(2, 100))):
            path = folder / f"{name}.jsonl"
            with suppress(_InUse):
                journal = cls(path)
                with _said(path), suppress(FileExistsError):
                    journal._file = FileIO(path, "x+", opener=_private)
                    return journal
                journal.close()
        raise SceneError(f"{folder}: a hundred sessions of this second; try again")

    @classmethod
    def open(cls, path: Path) -> tuple["Journal", list[Event]]:
        """The journal at `path` and its events. A torn last line is dropped with a notice.

        A file that does not load whole otherwise is refused, and never written.
        """
        with _said(path):
            if not path.is_file():
                raise SceneError(f"{path}: no such session; see: paotuan sessions list")
        journal = cls(path)
        try:
            with _said(path):
                events, journal._end = _read_events(path)
                journal._file = FileIO(path, "r+")
                journal._inspect_end(journal._file)
        except BaseException:
            journal.close()
            raise
        return journal, events

    @property
    def id(self) -> str:
        return self.path.stem

    def append(self, event: Event) -> None:
        """Write one event and wait until it is on the disk; on failure the file is as before."""
        stamped = {**event, "time": datetime.now(UTC).isoformat(timespec="seconds")}
        line = json.dumps(stamped, ensure_ascii=False, separators=(",", ":")).encode(*UTF8)
        file = self._file
        if file is None:
            raise SceneError(f"{self.path.name}: already closed; resume the session to go on")
        with _said(self.path):
            self._set_torn_line_aside(file)
            data = b"\n" * self._unfinished + line + b"\n"
            try:
                file.seek(self._end)
                _write_all(file, data)
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(self._end)
                raise
        self._end += len(data)
        self._unfinished = False

    def save_log(self, session: Session) -> None:
        """Replace the readable log by that of the current branch."""
        text = dump([Entry("chapter", session.scene.title), *session.entries])
        with _said(self.path):
            replace_text(self.path.with_suffix(".txt"), text)

    def close(self) -> None:
        """Let go of the files and the lock; a journal in which nothing stands yet is deleted."""
        if self._file is not None:
            self._file.close()
            self._file = None
            if self._end == 0:
                self.path.unlink(missing_ok=True)
        self._lock.release()

    def _inspect_end(self, file: FileIO) -> None:
        file.seek(self._end - 1)
        self._unfinished = file.read(1) != b"\n"
        if file.read(1):
            self.notices.append(f"{self.path.name}: the last line was cut off and is left out")

    def _set_torn_line_aside(self, file: FileIO) -> None:
        """Move what a crash left of a line to a file beside the journal: nothing is lost."""
        file.seek(self._end)
        torn = file.read()
        if not torn:
            return
        with self.path.with_suffix(".torn").open("ab") as aside:
            aside.write(torn + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        file.truncate(self._end)


def read_session(path: Path) -> Session:
    """The session at `path` as it is on the disk now, without the lock: it may be played on
    meanwhile, and what is only being written is left out. Raises `SceneError`."""
    with _said(path):
        if not path.is_file():
            raise SceneError(f"{path}: no such session; see: paotuan sessions list")
        events, _ = _read_events(path)
    try:
        return Session.replay(events, _not_recorded)
    except SceneError as error:
        raise SceneError(f"{path.name}: {error}") from error


def _not_recorded(event: Event) -> None:
    raise SceneError("this session was only read; resume it to go on")


def replace_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    replace_pieces(path, [text])


def replace_pieces(path: Path, pieces: Iterable[str]) -> None:
    """Write a text, which comes a piece at a time, to a file whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.writelines(piece.encode(*UTF8) for piece in pieces)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read_events(path: Path) -> tuple[list[Event], int]:
    """The events of a journal, and the byte where the last whole one ends."""
    events: list[Event] = []
    good = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            event = _event(line)
            if event is None:
                if file.read(1):
                    raise SceneError(
                        f"{path}:{number}: not an event; the file is damaged and left as it is. "
                        f"The readable log is in {path.with_suffix('.txt').name}"
                    )
                if not events:
                    raise SceneError(f"{path}: cut off before anything was said; delete it")
                return events, good
            events.append(event)
            good += len(line)
    if not events:
        raise SceneError(f"{path}: empty; delete it")
    return events, good


def _event(line: bytes) -> Event | None:
    try:
        event = json.loads(line.decode(*UTF8))
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


class _InUse(SceneError):
    """Another program holds the lock."""


class _said:
    """Turns the errors of the system into one line for a person."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise SceneError(
                f"{self.path}: cannot be written or read: {error.strerror or error}; "
                "make room or mend the folder's permissions, then try again"
            ) from error
