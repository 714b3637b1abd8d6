"""The ledger of a run over many inputs: a line an input, so that a stopped run goes on.

What is kept in memory of an input is where its line stands, whatever that line tells. A torn last
line is dropped; a file of something else is refused.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, Self

from filelock import FileLock, Timeout

from base.drafts import draft_of, sweep
from base.errors import KnownError
from base.messages import _
from base.writing import replaced, told
from tui.many.task import ManyRecord

VERSION = 1


class _Place(NamedTuple):
    """Where the latest line of an output stands, and what it says first of all."""

    offset: int
    digest: str
    """Empty where it failed."""


class Ledger:
    """An open ledger; `close` frees it for another run."""

    def __init__(self, path: Path, command: str) -> None:
        """Read what is there. Raises `KnownError`, also where another run is writing it."""
        self.path = path
        self._command = command
        self._places: dict[str, _Place] = {}
        sweep(path.parent)
        self._lock = FileLock(
            draft_of(path.with_suffix(".lock"))
        )  # a killed run's is swept as a draft is
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise KnownError(
                _(
                    "{path}: another run is writing into this folder; wait until it has ended",
                    path=path,
                )
            ) from None
        try:
            if path.exists():
                self._read()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def done(self, output: str) -> str:
        """The digest of what was made of an input; empty where nothing was, or it failed."""
        place = self._places.get(output)
        return place.digest if place else ""

    def record(self, output: str) -> ManyRecord:
        """What the ledger says of an output that is in it. Raises `OSError`."""
        with self.path.open("rb") as file:
            file.seek(self._places[output].offset)
            return _record(_value(file.readline()))

    def add(self, record: ManyRecord) -> None:
        """Keep what came of one input: on the disk first. Raises `OSError`."""
        if not self.path.exists():
            self._write(())
        with told(self.path), self.path.open("ab") as file:
            offset = file.tell()
            file.write(_line(asdict(record)))
        self._take(record, offset)

    def settle(self, outputs: Iterable[str]) -> None:
        """Write it anew in the order of the inputs, those of earlier runs behind them."""
        first = [output for output in outputs if output in self._places]
        named = set(first)
        self._write([*first, *sorted(self._places.keys() - named)])

    def close(self) -> None:
        self._lock.release()
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()

    def _take(self, record: ManyRecord, offset: int) -> None:
        self._places[record.output] = _Place(offset, "" if record.status else record.digest)

    def _write(self, outputs: Iterable[str]) -> None:
        """Write the lines of `outputs` in their order, and know them where they stand then."""
        places = dict[str, _Place]()
        with replaced(self.path, ()) as file:
            file.write(_line({"ledger": VERSION, "command": self._command}))
            for output, line in self._lines(outputs):
                places[output] = self._places[output]._replace(offset=file.tell())
                file.write(line)
        self._places = places

    def _lines(self, outputs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        if not self._places:
            return
        with self.path.open("rb") as before:
            for output in outputs:
                before.seek(self._places[output].offset)
                yield output, before.readline()

    def _read(self) -> None:
        with self.path.open("rb") as file:
            head = _value(file.readline(1 << 16))
            if head.get("ledger") != VERSION or head.get("command") != self._command:
                raise KnownError(
                    _(
                        "{path}: not the ledger of a `paotuan {command}`; name another folder with "
                        "-o, or move this file away",
                        path=self.path,
                        command=self._command,
                    )
                )
            number, offset, torn = 1, file.tell(), False
            while line := file.readline():
                number += 1
                if torn := not line.endswith(b"\n"):
                    break
                try:
                    self._take(_record(_value(line)), offset)
                except (TypeError, KeyError):
                    raise KnownError(
                        _(
                            "{where}: not a line of a ledger; delete it, or move the file away",
                            where=f"{self.path}:{number}",
                        )
                    ) from None
                offset = file.tell()
        if torn:
            self._write(list(self._places))


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _record(value: Mapping[str, Any]) -> ManyRecord:
    return ManyRecord(**{**value, "said": tuple(value["said"])})


def _value(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
