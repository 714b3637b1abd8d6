"""`paotuan corpus quotes`: who says what in a novel, as a log or as pairs."""

from pathlib import Path
from typing import Annotated

import typer

from tui.commands.group import one_of
from tui.commands.log_import import _write
from tui.failures import given
from tui.output import json_text, word

MOST_SPEAKERS = 20


def quotes(
    novel: Annotated[Path, typer.Argument(metavar="NOVEL", help="A text of any encoding.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Where to write it.")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="log|pairs", help="What to write.")] = "log",
    aliases: Annotated[
        Path | None,
        typer.Option("--aliases", metavar="FILE", help="Who is called what, in YAML."),
    ] = None,
) -> None:
    """Tell who says what in a novel."""
    from collections import Counter

    from scenes.corpora.books import read_book
    from scenes.corpora.people import aliases_of, read_aliases
    from scenes.corpora.quotes import Extractor
    from scenes.corpora.telling import entries, pairs

    one_of(to, ("log", "pairs"), "form")
    with given():
        book = read_book(novel)
        known = read_aliases(aliases) if aliases else aliases_of(book)[1]
        found = list(Extractor(book, known).quotes())
        lines = (
            (entry.line + "\n" for entry in entries(book, found))
            if to == "log"
            else (json_text(pair) + "\n" for pair in pairs(book, found))
        )
        _write(lines, output)
    said = [one for one in found if one.kind in ("speech", "thought")]
    told = Counter(one.speaker for one in said if one.speaker)
    word(f"{novel}: {len(said)} quotations, {told.total()} with a speaker, {len(told)} speakers")
    word("  " + ", ".join(f"{who} {count}" for who, count in told.most_common(MOST_SPEAKERS)))
