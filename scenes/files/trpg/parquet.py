"""SealDice's Parquet table to messages, by pyarrow, a group of rows at a time."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from base.errors import KnownError
from base.extras import not_installed
from base.messages import _
from base.text import shown
from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import NO_MESSAGE, Dropped, Item, TableMessage

MAGIC = b"PAR1"
ROWS = 4096
"""Rows that are held at once."""
LARGEST = 4 << 30
"""Bytes of a table inside a zip, which is unpacked to be read."""
_COLUMNS = {"nickname": "name", "message": "text", "imuserid": "id", "isdice": "dice"}


def detect(head: FileHead) -> float:
    """Whether a file is a Parquet table; what it holds is seen when it is read."""
    return 0.95 if head.raw.startswith(MAGIC) else 0


def read(file: TextFile) -> Iterator[Item]:
    """The messages of the table. Raises `KnownError` where pyarrow is missing or finds none."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise KnownError(
            _(
                "{where}: a Parquet table; {hint}; or give raw-log.txt, which SealDice packs "
                "beside it",
                where=file.where,
                hint=not_installed("pyarrow", "parquet"),
            )
        ) from None
    try:
        with file.opened() as raw, _seekable(raw) as whole:
            table = parquet.ParquetFile(whole)
            columns = _columns(table.schema_arrow.names, file.where)
            number = 0
            for batch in table.iter_batches(ROWS, columns=list(columns)):
                for row in batch.to_pylist():
                    number += 1
                    yield _message(number, {columns[key]: value for key, value in row.items()})
    except (ArrowException, OSError, ValueError) as error:
        raise KnownError(
            _(
                "{where}: a damaged Parquet table ({error})",
                where=file.where,
                error=shown(" ".join(str(error).split())[:120]),
            )
        ) from None


def _columns(names: list[str], where: str) -> dict[str, str]:
    """The columns that are read, by their name in the table, and what they are."""
    columns = {
        name: what
        for name in names
        if (what := _COLUMNS.get(name.lower().replace("_", ""))) is not None
    }
    if not {"name", "text"} <= set(columns.values()):
        raise KnownError(
            _(
                "{where}: a Parquet table without nickname and message; found {columns}",
                where=where,
                columns=shown(", ".join(names[:8])),
            )
        )
    return columns


def _message(number: int, row: dict[str, Any]) -> Item:
    name, text, id = _text(row.get("name")), _text(row.get("text")), _text(row.get("id")) or ""
    if name is None or text is None:
        return Dropped(number, NO_MESSAGE)
    is_dice = row.get("dice") is True
    return TableMessage(number, name, text, id.removeprefix("QQ:"), "dice" if is_dice else "person")


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _seekable(raw: IO[bytes]) -> IO[bytes]:
    """A file that can be read from its end, as such a table is; of a zip, what is unpacked."""
    if raw.seekable() and not hasattr(raw, "_archive"):
        return raw
    held: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who reads
    size = 0
    while piece := raw.read(1 << 20):
        size += len(piece)
        if size > LARGEST:
            raise ValueError("too large")
        held.write(piece)
    held.seek(0)
    return held
