"""`paotuan characters knowledge`: make a knowledge base of wiki text and notes, and ask it."""

from pathlib import Path
from typing import Annotated

import typer

from tui.commands import options
from tui.commands.group import group
from tui.failures import BadInput, given
from tui.output import as_json, data, word

app = group("Knowledge bases: wiki text and notes, found by what is said.")


@app.command()
def build(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Text or Markdown files, or folders.")
    ],
    to: Annotated[
        Path, typer.Option("-o", "--to", metavar="FILE", help="The .kb file to write; required.")
    ],
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A role or place to know as a whole; repeat."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
) -> None:
    """Make a knowledge base, for `knowledge:` of a scene or a character."""
    from characters.wiki.files import BASE, TEXTS, Reading
    from characters.wiki.index import write_base

    with given():
        if to.suffix.lower() != BASE:
            raise BadInput(f"--to {to}: expected a name that ends in {BASE}")
        if to.exists() and not force:
            raise BadInput(f"{to}: is there already; give --force to write over it")
        for path in paths:
            if not path.exists():
                raise BadInput(f"{path}: no such file or folder")
        reading = Reading(paths)
        found = [*(names or ()), *reading.find_names()]
        if not any(True for _ in reading.texts()):
            raise BadInput(f"{paths[0]}: no text in it; expected files in {', '.join(TEXTS)}")
        many = write_base(to, reading.chunks(), found)
    for problem in reading.problems:
        word(f"left out: {problem}")
    if not many:
        to.unlink(missing_ok=True)
        raise BadInput(f"{paths[0]}: nothing to read in it, so nothing was written")
    word(f"{to}: {many} chunks of {reading.files} files")


@app.command()
def ask(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .kb file, or a text file as it is.")
    ],
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    limit: Annotated[int, typer.Option("-n", min=1, max=100, help="Chunks to show.")] = 5,
    as_data: options.Json = False,
) -> None:
    """Show what a knowledge base finds for a question or a line of a log."""
    from characters.wiki.files import read_base

    with given():
        base = read_base(file)
        hits = base.search(question, limit)
    if as_data:
        as_json(
            [
                {
                    "source": hit.chunk.source,
                    "title": hit.chunk.title,
                    "text": hit.chunk.text,
                    "score": round(hit.score, 4),
                    "relevance": round(base.relevance(hit), 4),
                }
                for hit in hits
            ]
        )
        return
    for hit in hits:
        data(f"{hit.score:6.2f}  {hit.chunk.title}  ({hit.chunk.source})")
        data(f"        {hit.chunk.text}")
    if not hits:
        word("nothing in it has a word of the question")
