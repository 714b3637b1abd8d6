"""Writing a session out of the program: which formats there are, and to which new file.

Nothing is ever written over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name, folded, stems
from base.folders import shown_path
from base.messages import N_, _
from base.names import nearest
from base.text import shown
from scenes.table.session import Session

CONTEXT = 4096
"""Characters of a prompt, at most, where the journal does not say what was read."""


@dataclass(frozen=True)
class Format:
    """A format that a session can be written in."""

    name: str
    ending: str
    help: str
    training: bool = False
    aliases: tuple[str, ...] = ()


FORMATS = {
    one.name: one
    for one in (
        Format("log", ".txt", N_("the readable log"), aliases=("txt", "日志", "记录")),
        Format("markdown", ".md", N_("Markdown, to read or to post"), aliases=("md",)),
        Format(
            "prose",
            ".txt",
            N_("a chapter to read; thoughts in italics where the file ends in .md"),
            aliases=("chapter", "小说", "章节"),
        ),
        Format("script", ".txt", N_("a screenplay"), aliases=("剧本",)),
        Format("fountain", ".fountain", N_("a screenplay in Fountain, for other programs")),
        Format(
            "html",
            ".html",
            N_("a page that plays the scene back, with branches and candidates"),
            aliases=("replay", "回放", "网页"),
        ),
        Format("sillytavern", ".jsonl", N_("a chat for SillyTavern"), aliases=("st", "酒馆")),
        Format("seq2seq", ".jsonl", N_("examples: prompt and response"), True),
        Format("alpaca", ".jsonl", N_("examples in the form of Alpaca"), True),
        Format("sharegpt", ".jsonl", N_("conversations in the form of ShareGPT"), True),
        Format("preference", ".jsonl", N_("pairs of what was picked and what was not"), True),
    )
}


def format_of(name: str) -> Format:
    """The format that a person names. Raises `KnownError` with those that there are."""
    word = name.casefold()
    for one in FORMATS.values():
        if word in (one.name, *one.aliases):
            return one
    hint = nearest(word, FORMATS)
    names = ", ".join(FORMATS)
    raise KnownError(
        _("no format is named {name}{hint}: {names}", name=shown(name), hint=hint, names=names)
    )


def default_folder() -> Path:
    """Where an export goes if nobody says where: the current folder, or Documents, or home."""
    from os import W_OK, access

    from platformdirs import user_documents_path

    here = Path.cwd()
    if here != Path(here.anchor) and access(here, W_OK):
        return here
    documents = user_documents_path()
    return documents if documents.is_dir() and access(documents, W_OK) else Path.home()


def proposed(session: Session, form: Format, folder: Path) -> Path:
    """A file that is not there yet, named after the scene and the day."""
    words = f"{session.scene.title}-{datetime.now():%Y-%m-%d}"
    return folder / f"{file_name(words, 'session', stems(folder, form.ending))}{form.ending}"


def target_of(session: Session, form: Format, place: str) -> Path:
    """The file that is meant: `place` is a new file, a folder, or nothing. Raises `KnownError`."""
    from tui.importing import typed_path

    if not place.strip():
        return proposed(session, form, default_folder())
    path = typed_path(place)
    try:
        if path.is_dir():
            return proposed(session, form, path)
        if not path.suffix and not place.endswith(("/", "\\")):
            path = path.with_name(f"{path.name}{form.ending}")
        there = path.exists() or path.is_symlink()
        siblings = {folded(one) for one in stems(path.parent, path.suffix)} if path.suffix else ()
    except (OSError, ValueError) as error:
        raise KnownError(_("{path}: cannot be a file here", path=shown(place))) from error
    if there or folded(path.stem) in siblings:
        raise KnownError(_("{path}: is there already; name another file", path=shown_path(path)))
    if not path.parent.is_dir():
        raise KnownError(_("{path}: there is no such folder", path=shown_path(path.parent)))
    return path


def pieces(session: Session, form: Format, ending: str = "") -> Iterator[str]:
    """The text of an export, a piece at a time; `ending` is that of the file."""
    if form.training:
        from scenes.data.examples.export import FORMS

        lines = FORMS[form.name](session, None, CONTEXT)
    elif form.name == "prose" and ending.lower() == ".md":
        from scenes.files.exports.prose import chapter
        from scenes.files.exports.telling import Telling

        lines = chapter(session, Telling(), markdown=True)
    else:
        from scenes.files.exports import export

        lines = export(form.name, session, None, CONTEXT)
    if form.name == "sillytavern":  # whose files end without a newline
        yield next(lines, "")
        yield from (f"\n{line}" for line in lines)
    else:
        yield from (f"{line}\n" for line in lines)


def write_export(journal: Path, form: Format, target: Path) -> None:
    """Write the session of a journal, which may be played meanwhile, to a new file, whole or not
    at all. Raises `KnownError` or `OSError`."""
    from base.folders import sessions_folder
    from base.writing import replace_pieces
    from scenes.table.journal_reader import read_session

    session = read_session(journal)

    if target.parent.resolve() == sessions_folder().resolve():
        raise KnownError(
            _("{path}: the folder of the sessions; name another one", path=shown_path(target))
        )
    replace_pieces(target, pieces(session, form, target.suffix), [])


def read_order(text: str) -> tuple[Format | None, str]:
    """What `/export FORMAT [PATH]` was given: a format, or none, and a place, or none."""
    name, __, place = text.strip().partition(" ")
    return (format_of(name) if name else None), place.strip()
