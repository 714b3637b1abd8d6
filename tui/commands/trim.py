"""`paotuan models trim`: a model with the tokens of some scripts alone."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from base.extras import not_installed
from base.messages import _
from tui.commands.writing import not_over
from tui.failures import BadInput, given
from tui.output import data, word


def trim(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A GGUF, a folder of safetensors, or a known model's name."
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The new GGUF file, or folder.")],
    scripts: Annotated[
        str,
        typer.Option(
            "--scripts",
            metavar="NAMES",
            help="What stays, such as han,latin:24000,signs:1500: of Latin the 24,000 tokens that "
            "were learnt first.",
        ),
    ] = "han,latin",
    words: Annotated[
        Path | None,
        typer.Option("--words", metavar="FILE", help="Words whose tokens stay in any case."),
    ] = None,
) -> None:
    """Cut a model's vocabulary to the scripts you write: a smaller file, and faster steps."""
    from models.trim.choice import read_cut
    from models.trim.write import trim_to  # of a folder it needs the extra `local`

    not_over(out, [model, *([str(words)] if words else [])], "OUT")
    try:
        with given():
            cut = read_cut(scripts, _words(words))
            done = trim_to(model, out, cut)
    except ModuleNotFoundError as error:
        raise BadInput(not_installed(error.name, "local")) from error
    word(
        _(
            "{tokens} of {whole} tokens, {size:.0f} MB",
            tokens=f"{done.tokens:,}",
            whole=f"{done.whole:,}",
            size=done.size / 1e6,
        )
    )
    data(str(done.path))


def _words(path: Path | None) -> list[str]:
    """What is between blanks in a file, which may be `-`."""
    if path is None:
        return []
    from base.decoding import decode_utf8
    from base.folders import opened

    if str(path) == "-":
        return decode_utf8(sys.stdin.buffer.read(), "-").split()
    with opened(path) as file:
        return decode_utf8(file.read(), str(path)).split()
