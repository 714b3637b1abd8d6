"""`paotuan scenes new`: a commented scene to begin with, an adventure, or an assistant."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from base.messages import _, _n, language, series
from tui.failures import BadInput, given
from tui.output import data, word

LANGUAGES = ("zh", "en")
GLANCE = 8
"""Pieces of notes by which their language is told."""


def new(
    title: Annotated[
        str | None,
        typer.Argument(
            metavar="[TITLE]",
            help="What the scene is called; an adventure and an assistant need none.",
        ),
    ] = None,
    adventure: Annotated[
        bool,
        typer.Option(
            "--adventure",
            help="An adventure: the narrator offers numbered actions, and you type the number.",
        ),
    ] = False,
    assistant: Annotated[
        Path | None,
        typer.Option(
            "--assistant",
            metavar="NOTES",
            help="An assistant that answers from a file or folder of notes, and says where they "
            "have nothing.",
        ),
    ] = None,
    written_in: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="|".join(LANGUAGES),
            help="The language of an adventure or an assistant; by default that of the notes, the "
            "title, or the program.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write it; - is stdout."),
    ] = None,
) -> None:
    """Write a commented scene to begin with, into your data folder or a file."""
    from scenes.scene_kinds import text_of, title_of
    from scenes.scene_writer import scene_template, titled

    _check(title, adventure, assistant, written_in, output)
    if assistant is not None:
        spoken = written_in or _language_of_notes(assistant)
        name = title or (assistant.resolve().name if not assistant.is_file() else assistant.stem)
        with given():
            name = titled(name or title_of("assistant"))
        _assistant(name, spoken, assistant, output)
        return
    if adventure:
        spoken = written_in or _language(title)
        with given():
            title = titled(title or title_of("adventure"))
        text = text_of("adventure", title, spoken)
    else:
        assert title is not None
        with given():
            text = scene_template(title)
    if output == Path("-"):
        data(text.rstrip("\n"))
        return
    _write(_place(title, output), text)


def _check(
    title: str | None,
    adventure: bool,
    assistant: Path | None,
    written_in: str | None,
    output: Path | None,
) -> None:
    """Raise `BadInput` for what does not go together."""
    from tui.commands.group import one_of

    if adventure and assistant is not None:
        raise BadInput(_("--adventure and --assistant exclude each other; give one of them"))
    if title is None and not adventure and assistant is None:
        raise BadInput(_("what is the scene called? Give a TITLE"))
    if written_in is not None:
        one_of(written_in, LANGUAGES, "language")
        if not adventure and assistant is None:
            raise BadInput(_("--language belongs to --adventure and --assistant; give one of them"))
    if assistant is not None and output == Path("-"):
        raise BadInput(_("-o -: an assistant has a knowledge base beside it; name a file"))


def _language(title: str | None) -> str:
    from scenes.scene_writer import language_of

    return language_of(title) if title else "zh" if language().startswith("zh") else "en"


def _place(title: str, output: Path | None) -> Path:
    """The new file. Raises `BadInput` where it is there."""
    from base.filenames import file_name
    from base.folders import folders

    path = output or folders("scenes")[1] / f"{file_name(title, 'scene')}.yaml"
    if path.exists():
        raise BadInput(_("{where}: is there already; name another file with -o", where=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write(path: Path, text: str) -> None:
    from base.writing import replace_text

    replace_text(path, text, ())
    data(str(path))


# --- an assistant ---------------------------------------------------------------------------------


def _language_of_notes(notes: Path) -> str:
    from characters.wiki.files import Reading
    from scenes.scene_writer import language_of

    if not notes.exists():
        raise BadInput(_("{where}: no such file or folder", where=notes))
    with given():
        begin = "".join(chunk.text for chunk in islice(Reading([notes]).chunks(), GLANCE))
    return language_of(begin)


def _assistant(title: str, spoken: str, notes: Path, output: Path | None) -> None:
    """A scene and, beside it, the knowledge base of the notes. Raises `BadInput`."""
    from characters.wiki.files import BASE, TEXTS, Reading
    from characters.wiki.storage import write_base
    from scenes.scene_kinds import text_of

    path = _place(title, output)
    base = path.with_suffix(BASE)
    if base.exists():
        raise BadInput(_("{where}: is there already; name another file with -o", where=base))
    with given():
        reading = Reading([notes])
        names = reading.find_names()
        if not any(True for __ in reading.texts()):
            raise BadInput(
                _(
                    "{where}: no text in it; expected files in {endings}",
                    where=notes,
                    endings=series(TEXTS),
                )
            )
        many = write_base(base, reading.chunks(), names, None, [notes])
    for problem in reading.problems:
        word(_("left out: {problem}", problem=problem))
    if not many:
        base.unlink(missing_ok=True)
        raise BadInput(_("{where}: nothing to read in it, so nothing was written", where=notes))
    word(
        _(
            "{where}: {chunks} of {files}",
            where=base,
            chunks=_n("{n} chunk", "{n} chunks", many),
            files=_n("{n} file", "{n} files", reading.files),
        )
    )
    _write(path, text_of("assistant", title, spoken, base.name))
