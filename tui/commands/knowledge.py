"""`paotuan characters knowledge`: make a knowledge base of wiki text and notes, and ask it."""

import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _, _n, series
from tui.colour import redraws
from tui.commands import options
from tui.commands.group import group
from tui.commands.writing import not_over
from tui.failures import BadInput, given
from tui.output import as_json, data, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from characters.wiki.vectors import Embedding

HISTORY = 3000
"""Characters of a history in which what comes up is shown."""
app = group("Knowledge bases: wiki text and notes, found by what is said.")


@app.command()
def build(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Text or Markdown files, or folders.")
    ],
    to: Annotated[Path, typer.Option("-o", "--to", metavar="FILE", help="The .kb file to write.")],
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A role or place to know as a whole; repeat."),
    ] = None,
    embeddings: Annotated[
        str | None,
        typer.Option(
            "--embeddings",
            metavar="MODEL",
            help="A sentence-transformers model, to find by meaning too: a folder, or a name of "
            "the hub.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
) -> None:
    """Make a knowledge base, for `knowledge:` of a scene or a character."""
    from characters.wiki.files import TEXTS, Reading
    from characters.wiki.storage import write_base
    from characters.wiki.vectors import vectors_path

    bar = _Bar()
    with given(), closing(bar):
        _check_names(to, paths, force)
        not_over(to, paths)
        not_over(vectors_path(to), paths)
        reading = Reading(paths)
        known_names = [*(names or ()), *reading.find_names()]
        if not any(True for __ in reading.texts()):
            raise BadInput(
                _(
                    "{where}: no text in it; expected files in {endings}",
                    where=paths[0],
                    endings=series(TEXTS),
                )
            )
        embedding = _embedding(embeddings, to, bar.show) if embeddings is not None else None
        many = write_base(to, reading.chunks(), known_names, embedding, paths)
    for problem in reading.problems:
        word(_("left out: {problem}", problem=problem))
    if not many:
        to.unlink(missing_ok=True)
        raise BadInput(_("{where}: nothing to read in it, so nothing was written", where=paths[0]))
    _report(to, many, reading.files, embedding)


def _check_names(to: Path, paths: list[Path], force: bool) -> None:
    """Raise `BadInput` where the file cannot be written, or a source is not there."""
    from characters.wiki.files import BASE
    from characters.wiki.vectors import vectors_path

    if to.suffix.lower() != BASE:
        raise BadInput(
            _("--to {file}: expected a name that ends in {ending}", file=to, ending=BASE)
        )
    for file in (to, vectors_path(to)):
        if file.exists() and not force:
            raise BadInput(_("{where}: already exists; --force replaces it", where=file))
    for path in paths:
        if not path.exists():
            raise BadInput(_("{where}: no such file or folder", where=path))


def _report(to: Path, many: int, files_read: int, embedding: "Embedding | None") -> None:
    from characters.wiki.vectors import vectors_path

    chunks = _n("{n} chunk", "{n} chunks", many)
    files = _n("{n} file", "{n} files", files_read)
    word(_("{where}: {chunks} of {files}", where=to, chunks=chunks, files=files))
    if embedding is not None:
        word(
            _(
                "{where}: a vector for each chunk, of {n} numbers, by {model}",
                where=vectors_path(to),
                n=embedding.embedder.dimension,
                model=embedding.model,
            )
        )


def _embedding(model: str, to: Path, tell: "Callable[[int, int], None]") -> "Embedding":
    """What makes the vectors; a folder below that of the base is named from there."""
    from characters.wiki.vectors import Embedding
    from scenes.embedding import builder

    embedder, name = builder(model), model
    if Path(model).expanduser().is_dir():
        folder, home = Path(model).expanduser().resolve(), to.resolve().parent
        below = folder != home and folder.is_relative_to(home)
        name = f"./{folder.relative_to(home).as_posix()}" if below else str(folder)
    return Embedding(embedder, name, tell)


class _Bar:
    """How many chunks are embedded, on a terminal, and nothing elsewhere."""

    def __init__(self) -> None:
        self._drawn = False

    def show(self, done: int, of: int) -> None:
        if redraws(sys.stderr):
            self._drawn = True
            print(f"\r{done}/{of} ({done / of:.0%}) ", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._drawn:
            print(file=sys.stderr)


@app.command()
def ask(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .kb file, or a text file as it is.")
    ],
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask.")],
    limit: Annotated[int, typer.Option("-n", min=1, max=100, help="Chunks to show.")] = 5,
    role: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="NAME",
            help="Show what comes up in play before a line of this one, of lorebooks too.",
        ),
    ] = None,
    as_data: options.Json = False,
) -> None:
    """Show what a knowledge base finds for a question or a line of a log."""
    from characters.wiki.files import read_base
    from scenes.embedding import embedder

    if role is not None:
        _ask_in_play(file, question, role, as_data)
        return
    with given():
        base = read_base(file, embedder)
        hits = base.search(question, limit)
    for notice in base.notices:
        word(notice)
    if as_data:
        as_json(
            [
                {
                    "source": hit.chunk.source,
                    "title": hit.chunk.title,
                    "text": hit.chunk.text,
                    "score": round(hit.score, 4),
                    "relevance": round(base.relevance(hit), 4),
                    "near": round(hit.near, 4),
                }
                for hit in hits
            ]
        )
        return
    for hit in hits:
        near = "  " + _("near {near:.2f}", near=hit.near) if hit.near else ""
        data(f"{hit.score:6.2f}{near}  {hit.chunk.title}  ({hit.chunk.source})")
        data(f"        {hit.chunk.text}")
    if not hits:
        word(_("nothing in it has a word of the question, or is near to it"))


def _ask_in_play(file: Path, question: str, name: str, as_data: bool) -> None:
    """What comes up before a line of a role that is asked a question, as it would in play."""
    from base.names import name_problem
    from characters.knowledge import read_knowledge
    from scenes.embedding import embedder
    from scenes.injection import KnowledgeInjector
    from scenes.log import Entry
    from scenes.scene import Scene
    from scenes.seats import VISITORS, named

    if problem := name_problem(name):
        raise BadInput(_("--for: {problem}", problem=problem))
    with given():
        knowledge = read_knowledge(file, embedder)
        asked, asker = named(name), VISITORS[0]
        scene = Scene("ask", Path(), "", (asked, replace(asked, name=asker, aliases=())))
        injector = KnowledgeInjector(scene, HISTORY, len, asker)
        injector.add([Entry("speech", question.strip(), asker)])
        notes = injector.notes_for(asked, knowledge)
    for notice in [*knowledge.problems, *knowledge.take_notices()]:
        word(notice)
    if as_data:
        as_json([{"source": note.source, "text": note.text} for note in notes])
        return
    for note in notes:
        data(note.line)
    if not notes:
        word(_("nothing comes up before a line of {name}", name=name))
