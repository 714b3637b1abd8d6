"""Tables of examples and of preference pairs in Parquet, by pyarrow, a few rows at a time.

What a column may hold is a table of its own (`Columns`); what its cells mean is known to who reads
them. Nothing here holds more than one group of rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

from base.errors import KnownError
from base.extras import not_installed
from base.messages import _, series
from base.text import shown

MAGIC = b"PAR1"
SUFFIX = ".parquet"
ROWS, TEXT = 4096, 16 << 20
"""Rows of a group that is written, and characters of text, whichever comes first."""
AT_ONCE = 1024
"""Rows that are read at once."""

Cells = Literal["text", "number", "texts"]
Columns = Mapping[str, Cells]
"""The columns of a table by name, and what their cells are."""


def is_parquet(path: Path) -> bool:
    """Whether a file is a Parquet table, whole or not: by its first bytes, or else its name."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as file:
            first = file.read(len(MAGIC))
    except OSError:
        return False  # whoever opens it says why
    return first == MAGIC or (path.suffix.lower() == SUFFIX and not first.lstrip().startswith(b"{"))


def row_of(path: Path, number: int) -> str:
    """Where a row of a table stands."""
    return _("{path}, row {number}", path=path, number=number)


def groups_of(
    path: Path, columns: Columns, needed: Sequence[str], name: str, value: str
) -> Iterator[tuple[int, int]]:
    """How many rows each group of a table has, and in how many of them the text column `name`, if
    there is one, holds `value`. Raises `KnownError` for what is no such table."""
    with _opened(path, columns, needed) as table:
        for group in range(table.num_row_groups):
            found = 0
            if name in table.schema_arrow.names:
                batches = table.iter_batches(row_groups=[group], columns=[name])
                found = sum(_count(batch.column(0), value) for batch in batches)
            yield table.metadata.row_group(group).num_rows, found


def _count(cells: Any, value: str) -> int:
    from pyarrow import compute

    return compute.sum(compute.equal(cells.cast("string"), value)).as_py() or 0


def read_rows(
    path: Path,
    columns: Columns,
    needed: Sequence[str],
    group: int | None = None,
    first: int = 1,
    skip: int = 0,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table, or of one of its groups whose `first` row has that number, each with
    its number; empty cells are left out, and the first `skip` rows. Raises `KnownError`."""
    number, begin = first, first + skip
    with _opened(path, columns, needed) as table:
        groups = range(table.num_row_groups) if group is None else [group]
        wanted = [name for name in table.schema_arrow.names if name in columns]
        for batch in table.iter_batches(AT_ONCE, row_groups=list(groups), columns=wanted):
            if number + len(batch) > begin:
                rest = batch.slice(max(0, begin - number))
                rows = _cells(path, rest, max(number, begin))
                for at, row in enumerate(rows, max(number, begin)):
                    yield at, {key: value for key, value in row.items() if value is not None}
            number += len(batch)


@contextmanager
def table_writer(
    file: BinaryIO, columns: Columns
) -> Iterator[Callable[[Mapping[str, Any], str], None]]:
    """A function that adds a row, told where it comes from; `file` is whole at the end.

    Raises `KnownError` for a text that is no Unicode, and where pyarrow is missing.
    """
    arrow, parquet = _pyarrow(None)
    schema = arrow.schema([(name, _type(arrow, cells)) for name, cells in columns.items()])
    rows: list[Mapping[str, Any]] = []
    size = 0
    with parquet.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as table:

        def flush() -> None:
            nonlocal size
            values = {name: [row.get(name) for row in rows] for name in columns}
            table.write_table(arrow.table(values, schema=schema))
            rows.clear()
            size = 0

        def add(row: Mapping[str, Any], where: str) -> None:
            nonlocal size
            size += _size(row, where)
            rows.append(row)
            if len(rows) >= ROWS or size >= TEXT:
                flush()

        yield add
        if rows:
            flush()


@contextmanager
def _opened(path: Path, columns: Columns, needed: Sequence[str]) -> Iterator[Any]:
    """An open table of the right columns. Raises `KnownError`, also for what is read inside."""
    arrow, parquet = _pyarrow(path)
    try:
        # Without buffers for whole columns, so that a group of any size takes little memory
        options = {"pre_buffer": False, "buffer_size": 1 << 20}
        with parquet.ParquetFile(path, **options, page_checksum_verification=True) as table:
            _check_columns(table.schema_arrow, columns, needed, path)
            yield table
    except FileNotFoundError:
        raise KnownError(
            _("{path}: cannot be read (no such file); check the path", path=path)
        ) from None
    except (arrow.ArrowException, OSError) as error:
        empty = path.is_file() and not path.stat().st_size
        raise KnownError(
            _("{path}: empty, expected a Parquet table; write it again", path=path)
            if empty
            else _(
                "{path}: a damaged Parquet table ({error}); it may be cut off, so write or fetch "
                "it again",
                path=path,
                error=shown(" ".join(str(error).split())[:120]),
            )
        ) from None


def _pyarrow(path: Path | None) -> tuple[Any, Any]:
    """The library and its Parquet part. Raises `KnownError` where it is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        hint = not_installed("pyarrow", "parquet")
        if path is None:
            raise KnownError(hint) from None
        raise KnownError(_("{path}: a Parquet table; {hint}", path=path, hint=hint)) from None
    return pyarrow, parquet


def _check_columns(schema: Any, columns: Columns, needed: Sequence[str], path: Path) -> None:
    missing = [name for name in needed if name not in schema.names]
    if missing:
        raise KnownError(
            _(
                "{path}: a Parquet table without the column {missing}; found {found}, expected "
                "what --to parquet writes",
                path=path,
                missing=series(missing),
                found=series(map(shown, schema.names[:8])) or _("none"),
            )
        )
    for name, cells in columns.items():
        type_ = schema.field(name).type if name in schema.names else None
        if type_ is not None and not _fits(type_, cells):
            raise KnownError(
                _(
                    "{path}: the column {name} holds {type}, expected {expected}; write it as "
                    "--to parquet does",
                    path=path,
                    name=name,
                    type=shown(str(type_)),
                    expected={"text": "string", "number": "double", "texts": "list<string>"}[cells],
                )
            )


def _fits(type_: Any, cells: Cells) -> bool:
    """Whether a column of Arrow's type can be read as such cells; all of nulls can."""
    from pyarrow import types

    if types.is_null(type_):
        return True
    if types.is_dictionary(type_):
        return _fits(type_.value_type, cells)
    if cells == "texts":
        listed = types.is_list(type_) or types.is_large_list(type_)
        return listed and _fits(type_.value_type, "text")
    if cells == "number":
        return bool(types.is_integer(type_) or types.is_floating(type_))
    return bool(
        types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_)
    )


def _type(arrow: Any, cells: Cells) -> Any:
    if cells == "texts":
        return arrow.list_(arrow.string())
    return arrow.string() if cells == "text" else arrow.float64()


def _cells(path: Path, batch: Any, first: int) -> list[dict[str, Any]]:
    """The rows of a batch whose first has that number."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except UnicodeDecodeError:
        name, at = _not_text(batch)
        raise KnownError(
            _(
                "{where}: {name} is not UTF-8; write it as UTF-8",
                where=row_of(path, first + at),
                name=name,
            )
        ) from None
    return rows


def _not_text(batch: Any) -> tuple[str, int]:
    """Which cell of a batch is no text: its column, and its row from 0."""
    for name in batch.schema.names:
        for at, cell in enumerate(batch.column(name)):
            try:
                cell.as_py()
            except UnicodeDecodeError:
                return str(name), at
    raise ValueError("every cell is text")


def _has_text(value: object) -> bool:
    return isinstance(value, str | list)


def _size(row: Mapping[str, Any], where: str) -> int:
    """Bytes of a row's texts. Raises `KnownError` where one is no text."""
    try:
        return len("".join(map("".join, filter(_has_text, row.values()))).encode())
    except UnicodeEncodeError:
        raise KnownError(
            _(
                "{where}: holds half of a character pair (U+D800 to U+DFFF), which Parquet cannot "
                "keep; take it out, or write JSON Lines",
                where=where,
            )
        ) from None
