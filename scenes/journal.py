"""The only input and output of a session: its journal, its readable log, its lock.

`<id>.jsonl` is append-only, an event a line, on the disk before anything is shown as said;
`<id>.txt` is the log of the current branch, replaced atomically.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from characters.names import nearest
from characters.text import shown
from scenes.errors import SceneError
from scenes.log import Entry, dump
from scenes.session import Event, Session

UTF8 = ("utf-8", "surrogatepass")


def sessions_folder() -> Path:
    """Where sessions are kept: the folder of the person's data on this system."""
    return user_data_path("paotuan", appauthor=False) / "sessions"


class Journal:
    """One session's files, held by a lock until `close`. Raises `SceneError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        """What a person should know about the files, a line each."""
        self._lock = FileLock(path.with_suffix(".lock"))
        with _said(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise SceneError(
                    f"{path.name}: open in another paotuan; close that one first"
                ) from None
        self._file = -1
        self._end = 0
        self._unfinished = False

    @classmethod
    def create(cls, scene_name: str, folder: Path | None = None) -> "Journal":
        """A new journal named after the moment and the scene."""
        folder = folder or sessions_folder()
        stem = re.sub(r"[^\w-]+", "-", scene_name)[:40].strip("-") or "scene"
        base = f"{datetime.now():%Y%m%d-%H%M%S}-{stem}"
        for name in (base, *(f"{base}-{number}" for number in range(2, 100))):
            journal = cls(folder / f"{name}.jsonl")
            try:
                with _said(journal.path):
                    journal._file = os.open(journal.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                journal.close()
            else:
                return journal
        raise SceneError(f"{folder}: a hundred sessions of this second; try again")

    @classmethod
    def open(cls, path: Path) -> tuple["Journal", list[Event]]:
        """The journal at `path` and its events. A torn last line is dropped with a notice.

        A file that does not load whole otherwise is refused, and never written.
        """
        if not path.exists():
            raise SceneError(f"{path}: no such session")
        journal = cls(path)
        try:
            with _said(path):
                events, journal._end = _read_events(path)
                journal._file = os.open(path, os.O_RDWR)
                journal._inspect_end()
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
        with _said(self.path):
            try:
                self._set_torn_line_aside()
                data = b"\n" * self._unfinished + line + b"\n"
                os.lseek(self._file, self._end, os.SEEK_SET)
                _write_all(self._file, data)
                os.fsync(self._file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._file, self._end)
                raise
        self._end += len(data)
        self._unfinished = False

    def save_log(self, session: Session) -> None:
        """Replace the readable log by that of the current branch."""
        text = dump([Entry("chapter", session.scene.title), *session.entries])
        with _said(self.path):
            replace_text(self.path.with_suffix(".txt"), text)

    def close(self) -> None:
        """Let go of the files and the lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._lock.release()

    def _inspect_end(self) -> None:
        last = os.pread(self._file, 1, self._end - 1)
        self._unfinished = last != b"\n"
        if self._torn_bytes():
            self.notices.append(f"{self.path.name}: the last line was cut off and is left out")

    def _torn_bytes(self) -> int:
        return os.fstat(self._file).st_size - self._end

    def _set_torn_line_aside(self) -> None:
        """Move what a crash left of a line to a file beside the journal: nothing is lost."""
        if not (size := self._torn_bytes()):
            return
        with self.path.with_suffix(".torn").open("ab") as aside:
            aside.write(os.pread(self._file, size, self._end) + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        os.ftruncate(self._file, self._end)


def replace_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(text.encode(*UTF8))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


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


def saved_sessions(folder: Path | None = None) -> list[Saved]:
    """The sessions in `folder`, the newest first; a broken one is told as such in `last`."""
    folder = folder or sessions_folder()
    found = [_glance(path) for path in folder.glob("*.jsonl")]
    return sorted(found, key=lambda saved: saved.saved, reverse=True)


def find_session(id: str | None, folder: Path | None = None) -> Path:
    """The journal of a session named whole or by its beginning; the newest for `None`."""
    folder = folder or sessions_folder()
    ids = sorted(path.stem for path in folder.glob("*.jsonl"))
    if id is None:
        saved = saved_sessions(folder)
        if not saved:
            raise SceneError(f"{folder}: no saved session yet; start one with: paotuan play")
        return saved[0].path
    matching = [known for known in ids if known == id] or [k for k in ids if k.startswith(id)]
    if len(matching) == 1:
        return folder / f"{matching[0]}.jsonl"
    if matching:
        raise SceneError(f"{id}: which one? {', '.join(matching[:5])}")
    raise SceneError(
        f"no session named {shown(id)}{nearest(id, ids) or '; see: paotuan sessions list'}"
    )


def _glance(path: Path) -> Saved:
    title, role, last = path.stem, None, ""
    try:
        with path.open("rb") as file:
            opened = json.loads(file.readline(4_000_000))
        title, role = str(opened["scene"]["title"]), opened["role"]
        last = path.with_suffix(".txt").read_text(encoding="utf-8", errors="replace")
        last = last.rstrip("\n").rpartition("\n")[2]
    except FileNotFoundError:
        last = "(no readable log)"
    except (OSError, ValueError, KeyError, TypeError) as error:
        last = f"cannot be read: {type(error).__name__}"
    return Saved(path.stem, path, title, role, last, datetime.fromtimestamp(path.stat().st_mtime))


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


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


class _said:
    """Turns the errors of the system into one line for a person."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, FileExistsError):
            raise SceneError(
                f"{self.path}: cannot be written or read: {error.strerror or error}; "
                "make room or mend the folder's permissions, then try again"
            ) from error
