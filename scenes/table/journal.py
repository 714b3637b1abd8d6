"""A session's journal while it is played: the only writer of its files, held by a lock.

`<id>.jsonl` is append-only, an event a line, on the disk before anything is shown as said;
`<id>.txt` is the log of the current branch. Only their owner can read them.
"""

import os
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
        """Make the file, with its first event whole in it."""
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


<<<<<<< HEAD
||||||| b89ccd1
def read_session(path: Path) -> Session:
    """The session at `path` as it is on the disk now, without the lock: it may be played on
    meanwhile, and what is only being written is left out. Raises `KnownError`."""
    with _said(path):
        if not path.is_file():
            raise KnownError(_("{path}: no such session; see: paotuan sessions list", path=path))
        found = _read(path)
    try:
        session = Session.replay(found.events, _not_recorded)
    except KnownError as error:
        problem = error.args[0]
        raise KnownError(_("{where}: {problem}", where=path.name, problem=problem)) from error
    session.damage = tuple(found.notices) if found.mended is not None else ()
    return session


def tidy(folder: Path) -> None:
    """Delete what programs that were killed have left in a folder of sessions, and nothing else:
    files that were not whole yet, and locks of sessions that never began."""
    sweep(folder)
    try:
        names = set(os.listdir(folder))
    except OSError:
        return
    for name in names:
        path, journal = folder / name, folder / f"{name.removesuffix('.lock')}.jsonl"
        if path.suffix != ".lock" or not _NAMED.match(name) or journal.name in names:
            continue
        with suppress(OSError, KnownError):
            if not path.stat().st_size:
                lock = _lock(journal)
                if not journal.exists():
                    _delete(path)
                lock.release()


def _not_recorded(event: Event) -> None:
    raise KnownError(_("this session was only read; resume it to go on"))


@dataclass
class _Reading:
    """What stands in a journal's file."""

    events: list[Event] = field(default_factory=list)
    end: int = 0
    """The byte where the last whole event ends."""
    unfinished: bool = False
    """Whether the last whole event has no newline."""
    notices: list[str] = field(default_factory=list)
    mended: list[bytes] | None = None
    """The lines that take its place where it is damaged."""


def _read(path: Path) -> _Reading:
    """Read a journal. What is cut off at its end, or damaged, is told in the notices."""
    found, places = _Reading(), Places()
    with path.open("rb") as file, building():
        for line in file:
            event = event_of(line)
            if event is None:
                if file.read(1) or (line.strip() and line.endswith(b"\n")) or is_mendable(line):
                    file.seek(0)
                    return _mend(path, file.read())
                if not found.events:
                    raise KnownError(
                        _with_rest(_("{path}: cut off before anything was said", path=path), path)
                    )
                found.notices.append(
                    _("{path}: the last line was cut off and is left out", path=path.name)
                )
                return found
            if found.events and not places.fit(event):
                file.seek(0)
                return _mend(path, file.read())
            places.add(event)
            found.events.append(event)
            found.end += len(line)
            found.unfinished = not line.endswith(b"\n")
    if not found.events:
        raise KnownError(_with_rest(_("{path}: an empty file", path=path), path))
    return found if places.named <= places.draws else _mend(path, path.read_bytes())


def _with_rest(problem: str, path: Path) -> str:
    """What to do where nothing stands in a journal."""
    log = path.with_suffix(".txt")
    if log.is_file() and log.stat().st_size:
        return _("{problem}; the readable log is in {file}", problem=problem, file=log.name)
    return _("{problem}; delete it", problem=problem)


def _mend(path: Path, raw: bytes) -> _Reading:
    """A damaged journal as far as it can be told. Raises `KnownError` where it does not begin."""
    aside = _aside(path, raw).name
    try:
        found = mend(raw, aside)
    except KnownError as error:
        raise KnownError(
            _(
                "{path}:{problem}, and is left as it is. The readable log is in {file}",
                path=path,
                problem=error,
                file=path.with_suffix(".txt").name,
            )
        ) from error
    told = [f"{path.name}:{line}" for line in found.told[:MOST]]
    if len(found.told) > MOST:
        told.append(
            _n(
                "{path}: and {n} more such place",
                "{path}: and {n} more such places",
                len(found.told) - MOST,
                path=path.name,
            )
        )
    told.append(
        _(
            "{path}: the damaged file will be kept as {aside} before anything is said",
            path=path.name,
            aside=aside,
        )
    )
    return _Reading(found.events, len(raw), False, told, found.lines)


def _aside(path: Path, raw: bytes) -> Path:
    """Where a damaged journal is kept: a name of its own for each that differs."""
    number = 1
    while True:
        aside = path.with_suffix(".damaged" if number == 1 else f".damaged-{number}")
        if not aside.exists() or aside.read_bytes() == raw:
            return aside
        number += 1


def _lock(path: Path) -> FileLock:
    """Hold the session of the journal `path`. Raises `KnownError` where another program does."""
    file = path.with_suffix(".lock")
    lock = FileLock(file, thread_local=False, mode=0o600)
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise _InUse(
                _("{path}: open in another paotuan; close that one first", path=path.name)
            ) from None
        if file.exists():
            return lock
        lock.release()  # another program has just deleted it with what a killed one left


def _make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into; that of all sessions is made so again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder == sessions_folder():
        _tighten(folder, 0o700)


def _tighten(path: Path, mode: int = 0o600) -> None:
    """Let only the owner read what others could; what is not ours stays as it is."""
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _delete(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


=======
def read_session(path: Path) -> Session:
    """The session at `path` as it is on the disk now, without the lock: it may be played on
    meanwhile, and what is only being written is left out. Raises `KnownError`."""
    with _said(path):
        if not path.is_file():
            raise KnownError(_("{path}: no such session; see: paotuan sessions list", path=path))
        found = _read(path)
    try:
        session = Session.replay(found.events, _not_recorded)
    except KnownError as error:
        problem = error.args[0]
        raise KnownError(_("{where}: {problem}", where=path.name, problem=problem)) from error
    session.damage = tuple(found.notices) if found.mended is not None else ()
    return session


def tidy(folder: Path) -> None:
    """Delete what programs that were killed have left in a folder of sessions, and nothing else:
    files that were not whole yet, and locks of sessions that never began."""
    sweep(folder)
    try:
        names = set(os.listdir(folder))
    except OSError:
        return
    for name in names:
        path, journal = folder / name, folder / f"{name.removesuffix('.lock')}.jsonl"
        if path.suffix != ".lock" or not _NAMED.match(name) or journal.name in names:
            continue
        with suppress(OSError, KnownError):
            if not path.stat().st_size:
                lock = _lock(journal)
                if not journal.exists():
                    _delete(path)
                lock.release()


def _not_recorded(event: Event) -> None:
    raise KnownError(_("this session was only read; resume it to go on"))


@dataclass
class _Reading:
    """What stands in a journal's file."""

    events: list[Event] = field(default_factory=list)
    end: int = 0
    """The byte where the last whole event ends."""
    unfinished: bool = False
    """Whether the last whole event has no newline."""
    notices: list[str] = field(default_factory=list)
    mended: list[bytes] | None = None
    """The lines that take its place where it is damaged."""


def _read(path: Path) -> _Reading:
    """Read a journal. What is cut off at its end, or damaged, is told in the notices."""
    found, places = _Reading(), Places()
    with path.open("rb") as file, building():
        for line in file:
            event = event_of(line)
            if event is None:
                if file.read(1) or (line.strip() and line.endswith(b"\n")) or is_mendable(line):
                    file.seek(0)
                    return _mend(path, file.read())
                if not found.events:
                    raise KnownError(
                        _with_rest(_("{path}: cut off before anything was said", path=path), path)
                    )
                found.notices.append(
                    _("{path}: the last line was cut off and is left out", path=path.name)
                )
                return found
            if found.events and not places.fit(event):
                file.seek(0)
                return _mend(path, file.read())
            places.add(event)
            found.events.append(event)
            found.end += len(line)
            found.unfinished = not line.endswith(b"\n")
    if not found.events:
        raise KnownError(_with_rest(_("{path}: the file is empty", path=path), path))
    return found if places.named <= places.draws else _mend(path, path.read_bytes())


def _with_rest(problem: str, path: Path) -> str:
    """What to do where nothing stands in a journal."""
    log = path.with_suffix(".txt")
    if log.is_file() and log.stat().st_size:
        return _("{problem}; the readable log is in {file}", problem=problem, file=log.name)
    return _("{problem}; delete it", problem=problem)


def _mend(path: Path, raw: bytes) -> _Reading:
    """A damaged journal as far as it can be told. Raises `KnownError` where it does not begin."""
    aside = _aside(path, raw).name
    try:
        found = mend(raw, aside)
    except KnownError as error:
        raise KnownError(
            _(
                "{path}:{problem}, and is left as it is. The readable log is in {file}",
                path=path,
                problem=error,
                file=path.with_suffix(".txt").name,
            )
        ) from error
    told = [f"{path.name}:{line}" for line in found.told[:MOST]]
    if len(found.told) > MOST:
        told.append(
            _n(
                "{path}: and {n} more such place",
                "{path}: and {n} more such places",
                len(found.told) - MOST,
                path=path.name,
            )
        )
    told.append(
        _(
            "{path}: the damaged file will be kept as {aside} before anything is said",
            path=path.name,
            aside=aside,
        )
    )
    return _Reading(found.events, len(raw), False, told, found.lines)


def _aside(path: Path, raw: bytes) -> Path:
    """Where a damaged journal is kept: a name of its own for each that differs."""
    number = 1
    while True:
        aside = path.with_suffix(".damaged" if number == 1 else f".damaged-{number}")
        if not aside.exists() or aside.read_bytes() == raw:
            return aside
        number += 1


def _lock(path: Path) -> FileLock:
    """Hold the session of the journal `path`. Raises `KnownError` where another program does."""
    file = path.with_suffix(".lock")
    lock = FileLock(file, thread_local=False, mode=0o600)
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise _InUse(
                _("{path}: open in another paotuan; close that one first", path=path.name)
            ) from None
        if file.exists():
            return lock
        lock.release()  # another program has just deleted it with what a killed one left


def _make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into; that of all sessions is made so again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder == sessions_folder():
        _tighten(folder, 0o700)


def _tighten(path: Path, mode: int = 0o600) -> None:
    """Let only the owner read what others could; what is not ours stays as it is."""
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _delete(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


>>>>>>> refs/heads/read1
def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
