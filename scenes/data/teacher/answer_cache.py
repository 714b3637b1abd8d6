"""The journal of a run that asks a teacher: an answer a line, so that nothing is asked twice.

A torn last line is dropped; a file of something else is refused. In memory is only where each
answer stands, so that a run of any length takes little.
"""

import json
import math
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from base.drafts import draft_of, sweep
from base.errors import KnownError
from base.folders import why_no_file
from base.messages import _
from base.writing import told

VERSION = 1
SYNC_EVERY = 1.0
"""Seconds after which the disk is told to keep what was written: what a loss of power may cost."""


@dataclass(frozen=True)
class CachedAnswer:
    """What came of one question."""

    key: str
    """The question's digest."""
    stage: str
    where: str
    value: Any = None
    """The answer as it was checked; `None` where it failed."""
    failed: str = ""
    flags: tuple[str, ...] = ()
    """What is to be looked at, such as a line that is not in the source."""
    tries: int = 1
    seconds: float = 0.0
    prompt_tokens: int = 0
    tokens: int = 0


@dataclass
class AnswerCache:
    """An open journal; `close` frees it for another run."""

    path: Path
    torn: bool = False
    """Whether a last line was dropped that a killed run left half-written."""
    _places: dict[str, int] = field(default_factory=dict)
    """Where the latest answer to each question begins, in bytes; -1 where that failed."""
    _seconds: float = 0.0
    _timed: int = 0
    _synced: float = -math.inf
    _lock: FileLock | None = None

    @classmethod
    def open(cls, path: Path, command: str) -> Self:
        """Read what is there, and go on after it. Raises `KnownError`."""
        sweep(path.parent)
        lock = FileLock(draft_of(path))  # of a killed run it is swept as a draft is
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise KnownError(
                _(
                    "{path}: another run is writing to this journal; wait until it has ended",
                    path=path,
                )
            ) from None
        cache = cls(path, _lock=lock)
        try:
            if path.exists():
                cache._read(command)
            if not path.exists() or not path.stat().st_size:
                cache._append({"journal": VERSION, "command": command})
        except BaseException:
            cache.close()
            raise
        return cache

    def done(self, key: str) -> bool:
        return self._places.get(key, -1) >= 0

    def value(self, key: str) -> Any | None:
        """The answer to a question, or `None` while there is none. Raises `KnownError`."""
        place = self._places.get(key, -1)
        if place < 0:
            return None
        with told(self.path), self.path.open("rb") as file:
            file.seek(place)
            line = file.readline()
        return _answer(_object(line, str(self.path)), str(self.path)).value

    @property
    def mean_seconds(self) -> float:
        """Of the answers that took any; 0 where there are none."""
        return self._seconds / self._timed if self._timed else 0.0

    def add(self, answer: CachedAnswer) -> None:
        """Keep an answer: in the file first. Raises `OSError`, with the file as it was before."""
        self._note(answer, self._append(asdict(answer)))

    def _note(self, answer: CachedAnswer, place: int) -> None:
        self._places[answer.key] = -1 if answer.failed else place
        if answer.seconds:
            self._seconds += answer.seconds
            self._timed += 1

    def close(self) -> None:
        """Have the disk keep what was written, and let others write. Raises `OSError`."""
        try:
            if self._synced > -math.inf and self.path.exists():
                with told(self.path), self.path.open("r+b") as file:
                    os.fsync(file.fileno())
        finally:
            if self._lock is not None:
                self._lock.release()
                with suppress(OSError):
                    os.unlink(self._lock.lock_file)

    def _append(self, value: Mapping[str, Any]) -> int:
        """Write a line; where it begins."""
        raw = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with told(self.path), self.path.open("ab") as file:
            size = file.tell()
            try:
                file.write(raw)
                file.flush()
                if time.monotonic() - self._synced >= SYNC_EVERY:
                    os.fsync(file.fileno())
                    self._synced = time.monotonic()
            except OSError:
                with suppress(OSError):
                    os.truncate(self.path, size)
                raise
        return size

    def _read(self, command: str) -> None:
        if why := why_no_file(self.path):
            raise KnownError(
                _(
                    "{path}: {why}, expected a journal; name another file with --journal",
                    path=self.path,
                    why=why,
                )
            )
        number = place = 0
        with told(self.path), self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    number -= 1
                    break
                self._take(number, place, line, command)
                place += len(line)
            size = os.fstat(file.fileno()).st_size
        if place < size:
            if not number:
                raise KnownError(
                    _("{path}: not a journal that paotuan wrote; move it away", path=self.path)
                )
            os.truncate(self.path, place)
            self.torn = True

    def _take(self, number: int, place: int, line: bytes, command: str) -> None:
        """What a whole line says, which begins at `place`."""
        value = _object(line, f"{self.path}:{number}")
        if number > 1:
            self._note(_answer(value, f"{self.path}:{number}"), place)
        elif value.get("journal") != VERSION or value.get("command") != command:
            raise KnownError(
                _(
                    "{path}: not the journal of a `corpus {command}`; name another file with "
                    "--journal, or move this one away",
                    path=self.path,
                    command=command,
                )
            )


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise KnownError(
            _("{where}: not a line of a journal; delete it, or move the file away", where=where)
        )
    return value


def _answer(value: Mapping[str, Any], where: str) -> CachedAnswer:
    try:
        return CachedAnswer(**{**value, "flags": tuple(value["flags"])})
    except (TypeError, KeyError):
        raise KnownError(
            _("{where}: not a line of a journal; delete it, or move the file away", where=where)
        ) from None
