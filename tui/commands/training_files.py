"""How commands write examples and preference pairs: as JSON Lines, or as a Parquet table."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from base.extras import not_installed
from base.messages import _
from base.writing import replaced
from tui.commands.group import one_of
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given

if TYPE_CHECKING:
    from models.train.data import Example
    from models.train.parquet import Columns

Form = Literal["jsonl", "parquet"]
FORMS: tuple[Form, ...] = ("jsonl", "parquet")
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="|".join(FORMS),
        help="JSON Lines, or a Parquet table; by default as the file's name ends.",
    ),
]
Row = tuple[str, Mapping[str, Any]]
"""Where something stands, and what it is, by columns."""


def form_of(to: str | None, output: Path | None) -> Form:
    """The form that is asked for, or else the one that a file's name ends in.

    Raises `BadInput`, also where nothing is installed that writes it.
    """
    if to is not None:
        one_of(to, FORMS, "form")
    named = output is not None and output.suffix.lower() == ".parquet"
    if to == "jsonl" or not (to or named):
        return "jsonl"
    if output is None:
        raise BadInput(_("--to parquet: name the file to write with -o FILE"))
    if find_spec("pyarrow") is None:  # said before minutes of making examples
        raise BadInput(not_installed("pyarrow", "parquet"))
    return "parquet"


def write_rows(
    rows: Iterable[Row],
    columns: "Columns",
    output: Path | None,
    inputs: Iterable[str | Path],
    form: Form,
) -> int:
    """Write rows one after another, whole or not at all; how many they were.

    Raises `BadInput`, `KnownError` for a row that is none, or `OSError`.
    """
    if form == "jsonl" or output is None:
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for __, row in rows)
        return write_lines(lines, output, inputs)
    from models.train.parquet import table_writer

    inputs, written = list(inputs), 0
    not_over(output, inputs)
    with given(), replaced(output, inputs) as file, table_writer(file, columns) as add:
        for where, row in rows:
            add(row, where)
            written += 1
    return written


def write_examples(
    examples: Iterable["Example"], output: Path | None, inputs: Iterable[str | Path], form: Form
) -> int:
    """Write examples as `write_rows` does."""
    from models.train.data import COLUMNS, record_of

    rows = ((example.source, record_of(example)) for example in examples)
    return write_rows(rows, COLUMNS, output, inputs, form)


def write_pairs(lines: Iterator[str], output: Path, inputs: Iterable[str | Path]) -> int:
    """Write pairs, a JSON object each, as a Parquet table."""
    from models.train.pairs import columns_of

    columns = columns_of({"prompt": ""})
    rows = ((str(number), json.loads(line)) for number, line in enumerate(lines, 1))
    return write_rows(rows, columns, output, inputs, "parquet")
