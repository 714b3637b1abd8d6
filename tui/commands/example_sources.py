"""What `paotuan corpus examples` and `paotuan train` read: logs, sessions, files of records."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.folders import opened
from base.messages import _, _n, series
from base.text import shown
from tui.failures import BadInput, given
from tui.logs import LogInput
from tui.output import word

if TYPE_CHECKING:
    from scenes.data.examples.prompts import ExampleSource
    from scenes.data.examples.script import Script
    from scenes.files.head import FileHead
    from scenes.log import Entry
    from scenes.scene import Scene
    from scenes.table.session import Session

HEAD = 1 << 16
"""Bytes by which a file of records is told."""
OURS = ("【", "==== ", "{", "# ")
"""How lines of a log of ours begin that no novel has."""
JOURNAL = '"event"'
"""A key that stands at the beginning of every line of a session's journal."""
LISTED = 12
"""Speakers that are listed before examples are made."""
COMPARED = 60
"""Speakers whose names are compared, since two may be one person's."""
_WEIGHTED = re.compile(r"(?s)(?P<name>.+):(?P<weight>\d*\.?\d+)")


@dataclass(frozen=True)
class SourceName:
    """A source as a person names it, such as `interviews.log:0.3`."""

    name: str
    weight: float = 1.0

    @property
    def path(self) -> Path:
        """The file that it lies in. Raises `BadInput`."""
        from scenes.table.session_list import find_session

        path = Path(self.name)
        if self.name == "-" or path.exists() or path.suffix:
            return path
        with given():
            return find_session(self.name)


@dataclass(frozen=True)
class Wanted:
    """Whose lines are learned, under which names."""

    names: Sequence[str] = ()
    roles: Mapping[str, str] | None = None
    """Other names by those in the files."""
    without: Sequence[str] = ()
    steered: bool = False


def source_name(typed: str) -> SourceName:
    """A source and the weight behind its name. Raises `BadInput` for a weight of nothing."""
    found = _WEIGHTED.fullmatch(typed)
    if found is None or Path(typed).exists():
        return SourceName(typed)
    weight = float(found["weight"])
    if not 0 < weight <= 100:
        raise BadInput(
            _("{source}: expected a weight above 0, at most 100, such as :0.3", source=typed)
        )
    return SourceName(found["name"], weight)


def read_source(one: SourceName, scene: "Scene | None", wanted: Wanted) -> "Script | Session":
    """A session by its name or journal, records by their file; a log by its file.

    Raises `BadInput`, or `KnownError` through its caller.
    """
    from scenes.data.examples.apart import renamed, script_of_questions
    from scenes.data.examples.script import script_of
    from scenes.table.journal_reader import read_session

    path = one.path
    if is_records(path):
        return _records(path, scene, wanted)
    if path.suffix == ".jsonl":
        session = read_session(path)
        for line in session.damage:
            word(line)
        return session
    source = LogInput(one.name)
    told = _of_novel(path, wanted.names) if is_novel(path) else _entries(source)
    entries = renamed(told, wanted.roles or {})
    questions = script_of_questions(source.where, entries, scene, wanted.names)
    if questions is None:
        return script_of(source.where, entries, scene)
    word(
        _n(
            "{where}: {n} question and its answer",
            "{where}: {n} questions with their answers, each apart from the others",
            len(questions.chapters),
            where=source.where,
        )
    )
    return questions


def source_of(text: "Script | Session", wanted: Wanted, weight: float) -> "ExampleSource":
    """What is learned of a log or a session. Raises `KnownError` where nothing is."""
    from scenes.data.examples.make import log_source
    from scenes.data.examples.script import Script
    from scenes.data.examples.sessions import session_source

    if isinstance(text, Script):
        return log_source(text, wanted.names, wanted.without, weight)
    source = session_source(text, wanted.names, wanted.steered, wanted.without)
    return replace(source, weight=weight)


def is_records(path: Path) -> bool:
    """Whether a file is JSON that no session's journal is."""
    head = _head(path)
    if head is None:
        return False
    start = head.start[:400]
    bare = start[:1] in "[{" and start[1:].lstrip()[:1] in ("]", "}") if start else False
    return (head.is_json or bare) and JOURNAL not in start


def is_novel(path: Path) -> bool:
    """Whether a file is prose with quotations, and no log of ours."""
    from scenes.files.novels import detect

    head = _head(path)
    if head is None or any(line.startswith(OURS) for line in head.lines):
        return False
    return detect(head) > 0


def _head(path: Path) -> "FileHead | None":
    """The beginning of a file; none of what cannot be read, whose reader says why."""
    from scenes.files.head import FileHead

    with suppress(KnownError), opened(path) as file:
        return FileHead(path.name.lower(), file.read(HEAD))
    return None


def _of_novel(path: Path, wanted: Sequence[str]) -> "list[Entry]":
    """A novel as a log: who says what in it, by a name that is wanted. Raises `KnownError`."""
    from scenes.data.books.book import read_book
    from scenes.data.books.convert import entries
    from scenes.data.books.people import aliases_of, names_asked_for
    from scenes.data.books.quotes import Extractor
    from scenes.data.examples.apart import renamed

    book = read_book(path)
    aliases = aliases_of(book)[1]
    quoted = list(Extractor(book, aliases).quotes())
    word(
        _n(
            "{where}: a novel; {n} quotation has a speaker",
            "{where}: a novel; {n} quotations have a speaker",
            sum(bool(quote.speaker) for quote in quoted),
            where=path,
        )
    )
    return renamed(entries(book, quoted), names_asked_for(aliases, wanted))


def speakers_of(texts: "Iterable[Script | Session]") -> Counter[str]:
    """Lines by who speaks them, under the names that they are learned by."""
    return Counter(name for text in texts for name in _speakers(text))


def tell_speakers(counted: Counter[str], wanted: Wanted) -> None:
    """Say who speaks, and who may be one person."""
    if not counted:
        return
    named = series(f"{shown(name)} {count}" for name, count in counted.most_common(LISTED))
    others = len(counted) - LISTED
    if others > 0:
        named = _n("{names} and {n} more", "{names} and {n} more", others, names=named)
    word(_("who speaks, with their lines: {names}", names=named))
    if alike := _alike([name for name, __ in counted.most_common(COMPARED)]):
        pairs = series(f"--map {less}={more}" for less, more in alike)
        word(_("if these are one person, merge them with: {pairs}", pairs=pairs))
    known = {*wanted.names, *wanted.without}
    if unknown := [name for name in counted if _is_nobody(name) and name not in known]:
        word(
            _n(
                "{name}: {n} line of nobody known stays in the histories and is not learned; "
                "--for {name} learns it",
                "{name}: {n} lines of nobody known stay in the histories and are not learned; "
                "--for {name} learns them",
                counted[unknown[0]],
                name=shown(unknown[0]),
            )
        )


def _speakers(text: "Script | Session") -> Iterable[str]:
    from scenes.data.examples.script import Script

    if isinstance(text, Script):
        return (e.speaker for chapter in text.chapters for e in chapter.entries if e.speaker)
    return (turn.entry.speaker for turn in text.path if turn.entry.speaker)


def _alike(names: Sequence[str]) -> list[tuple[str, str]]:
    """Names of which one ends or begins with another of two signs or more."""
    return [
        (less, more)
        for more in names
        for less in names
        if less != more and len(less) > 1 and (more.endswith(less) or more.startswith(less))
    ][:3]


def _is_nobody(name: str) -> bool:
    from scenes.data.examples.script import NOBODY

    return name in NOBODY


def _records(path: Path, scene: "Scene | None", wanted: Wanted) -> "Script":
    from scenes.data.conversations.reader import read_conversations
    from scenes.data.examples.apart import script_of_conversations, with_names

    read = read_conversations(path, wanted.names)
    for notice in read.notices:
        word(notice)
    where = str(path)
    script = script_of_conversations(where, with_names(read, wanted.roles or {}), scene)
    word(
        _n(
            "{where}: taken for {form}, {n} of them",
            "{where}: taken for {form}, {n} of them",
            len(script.chapters) if script.apart else len(read.dialogues[0].entries),
            where=where,
            form=_(read.form.title),
        )
    )
    return script


def _entries(source: LogInput) -> list["Entry"]:
    """All of a log; a word says how many lines are not of the format."""
    from scenes.log import read

    lines = list(read(source.lines()))
    strange = [line for line in lines if line.entry.kind == "unrecognised"]
    if strange:
        word(
            _n(
                "{where}:{number}: {n} line is not in the format of a log; it stays in what comes "
                "before a reply, and is never learned",
                "{where}:{number}: {n} lines, this one first, are not in the format of a log; they "
                "stay in what comes before a reply, and are never learned",
                len(strange),
                where=source.where,
                number=strange[0].number,
            )
        )
    return [line.entry for line in lines]
