"""The journal of a run that asks a teacher: an answer a line, so that nothing is asked twice.

A torn last line is dropped; a file of something else is refused.
"""

import json
import os
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
    answers: dict[str, CachedAnswer] = field(default_factory=dict)
    """The latest of each question."""
    torn: bool = False
    """Whether a last line was dropped that a killed run left half-written."""
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
            else:
                cache._append({"journal": VERSION, "command": command})
        except BaseException:
            cache.close()
            raise
        return cache

    def done(self, key: str) -> bool:
        answer = self.answers.get(key)
        return answer is not None and not answer.failed

    def value(self, key: str) -> Any | None:
        """The answer to a question, or `None` while there is none."""
        answer = self.answers.get(key)
        return answer.value if answer is not None and not answer.failed else None

    def add(self, answer: CachedAnswer) -> None:
        """Keep an answer: on the disk first. Raises `OSError`, with the file as it was before."""
        self._append(asdict(answer))
        self.answers[answer.key] = answer

    def close(self) -> None:
        if self._lock is not None:
            self._lock.release()
            with suppress(OSError):
                os.unlink(self._lock.lock_file)

    def _append(self, value: Mapping[str, Any]) -> None:
        raw = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with told(self.path), self.path.open("ab") as file:
            size = file.tell()
            try:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    os.truncate(self.path, size)
                raise

    def _read(self, command: str) -> None:
        if why := why_no_file(self.path):
            raise KnownError(
                _(
                    "{path}: {why}, expected a journal; name another file with --journal",
                    path=self.path,
                    why=why,
                )
            )
        raw = self.path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        lines = raw[:whole].split(b"\n")[:-1]
        for number, line in enumerate(lines, 1):
            value = _object(line, f"{self.path}:{number}")
            if number > 1:
                answer = _answer(value, f"{self.path}:{number}")
                self.answers[answer.key] = answer
            elif value.get("journal") != VERSION or value.get("command") != command:
                raise KnownError(
                    _(
                        "{path}: not the journal of a `corpus {command}`; name another file with "
                        "--journal, or move this one away",
                        path=self.path,
                        command=command,
                    )
                )
        if whole < len(raw):
            if not lines:
                raise KnownError(
                    _("{path}: not a journal that paotuan wrote; move it away", path=self.path)
                )
            os.truncate(self.path, whole)
            self.torn = True


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
