"""`paotuan corpus convert`: examples or preference pairs in another form, in constant memory."""

from pathlib import Path
from typing import Annotated

import typer

from base.messages import _, _n
from tui.commands.options import Json
from tui.commands.training_files import To, form_of, write_rows
from tui.commands.writing import not_over
from tui.failures import BadInput, given
from tui.output import as_json, word


def convert(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Examples, or preference pairs, in either form."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write them; else stdout."),
    ] = None,
    to: To = None,
    as_data: Json = False,
) -> None:
    """Write examples or preference pairs as JSON Lines or as a Parquet table, those of several
    files as one. Each is checked; files of any size are read in constant memory.
    """
    from models.train.conversion import conversion_of

    if as_data and output is None:
        raise BadInput(_("--json: tells what was written to a file; name one with -o FILE"))
    form = form_of(to, output)
    not_over(output, files)
    with given():
        conversion = conversion_of(files)
        written = write_rows(conversion.rows, conversion.columns, output, files, form)
    if as_data:
        as_json({"kind": conversion.kind, "rows": written, "form": form, "out": str(output)})
    elif conversion.kind == "examples":
        word(_n("{n:,} example", "{n:,} examples", written))
    else:
        word(_n("{n:,} pair", "{n:,} pairs", written))
