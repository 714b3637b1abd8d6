"""The ledger of a run over many inputs: a line an input, so that a stopped run goes on.

A torn last line is dropped; a file of something else is refused.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from base.drafts import draft_of, sweep
from base.errors import KnownError
from base.messages import _
from base.writing import replaced, told
from tui.many.task import ManyRecord

VERSION = 1


class Ledger:
    """An open ledger; `close` frees it for another run."""

    def __init__(self, path: Path, command: str) -> None:
        """Read what is there. Raises `KnownError`, also where another run is writing it."""
        self.path = path
        self.records: dict[str, ManyRecord] = {}
        """The latest of each output."""
        self._command = command
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

    def add(self, record: ManyRecord) -> None:
        """Keep what came of one input: on the disk first. Raises `OSError`."""
        if not self.path.exists():
            self._write([])
        with told(self.path), self.path.open("ab") as file:
            file.write(_line(asdict(record)))
        self.records[record.output] = record

    def settle(self, outputs: Iterable[str]) -> None:
        """Write it anew in the order of the inputs, those of earlier runs behind them."""
        first = [self.records[output] for output in outputs if output in self.records]
        named = {record.output for record in first}
        rest = [self.records[output] for output in sorted(self.records.keys() - named)]
        self._write([*first, *rest])

    def close(self) -> None:
        self._lock.release()
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()

    def _write(self, records: Iterable[ManyRecord]) -> None:
        with replaced(self.path, ()) as file:
            file.write(_line({"ledger": VERSION, "command": self._command}))
            file.writelines(_line(asdict(record)) for record in records)

    def _read(self) -> None:
        raw = self.path.read_bytes()
        lines = raw[: raw.rfind(b"\n") + 1].split(b"\n")[:-1]
        head = _value(lines[0]) if lines else {}
        if head.get("ledger") != VERSION or head.get("command") != self._command:
            raise KnownError(
                _(
                    "{path}: not the ledger of a `paotuan {command}`; name another folder with -o, "
                    "or move this file away",
                    path=self.path,
                    command=self._command,
                )
            )
        for number, line in enumerate(lines[1:], 2):
            try:
                value = _value(line)
                record = ManyRecord(**{**value, "said": tuple(value["said"])})
            except (TypeError, KeyError):
                raise KnownError(
                    _(
                        "{where}: not a line of a ledger; delete it, or move the file away",
                        where=f"{self.path}:{number}",
                    )
                ) from None
            self.records[record.output] = record
        if len(raw) > raw.rfind(b"\n") + 1:
            self._write(self.records.values())


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _value(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
