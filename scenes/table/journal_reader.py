"""A journal read from its file: what is whole, what is cut off, and where it must be mended.

Nothing is written here, and nothing is held.
"""

from dataclasses import dataclass, field
from pathlib import Path

from base.errors import KnownError
from base.messages import _, _n
from scenes.table.events import Event, building, event_of
from scenes.table.journal_bits import is_mendable
from scenes.table.journal_files import file_errors
from scenes.table.journal_order import Places
from scenes.table.journal_repair import MOST, mend
from scenes.table.session import Session


@dataclass
class JournalContents:
    """What stands in a journal's file."""

    events: list[Event] = field(default_factory=list)
    end: int = 0
    """The byte where the last whole event ends."""
    unfinished: bool = False
    """Whether the last whole event has no newline."""
    notices: list[str] = field(default_factory=list)
    mended: list[bytes] | None = None
    """The lines that take its place where it is damaged."""


def read_session(path: Path) -> Session:
    """The session at `path` as it is on the disk now, without the lock: it may be played on
    meanwhile, and what is only being written is left out. Raises `KnownError`."""
    with file_errors(path):
        if not path.is_file():
            raise KnownError(_("{path}: no such session; see: paotuan sessions list", path=path))
        contents = read_journal(path)
    try:
        session = Session.replay(contents.events, _not_recorded)
    except KnownError as error:
        problem = error.args[0]
        raise KnownError(_("{where}: {problem}", where=path.name, problem=problem)) from error
    session.damage = tuple(contents.notices) if contents.mended is not None else ()
    return session


def _not_recorded(event: Event) -> None:
    raise KnownError(_("this session was only read; resume it to go on"))


def read_journal(path: Path) -> JournalContents:
    """Read a journal. What is cut off at its end, or damaged, is told in the notices."""
    contents, places = JournalContents(), Places()
    with path.open("rb") as file, building():
        for line in file:
            event = event_of(line)
            if event is None:
                if file.read(1) or (line.strip() and line.endswith(b"\n")) or is_mendable(line):
                    file.seek(0)
                    return _mend(path, file.read())
                if not contents.events:
                    raise KnownError(
                        _with_rest(_("{path}: cut off before anything was said", path=path), path)
                    )
                contents.notices.append(
                    _("{path}: the last line was cut off and is left out", path=path.name)
                )
                return contents
            if contents.events and not places.fit(event):
                file.seek(0)
                return _mend(path, file.read())
            places.add(event)
            contents.events.append(event)
            contents.end += len(line)
            contents.unfinished = not line.endswith(b"\n")
    if not contents.events:
        raise KnownError(_with_rest(_("{path}: the file is empty", path=path), path))
    return contents if places.named <= places.draws else _mend(path, path.read_bytes())


def _with_rest(problem: str, path: Path) -> str:
    """What to do where nothing stands in a journal."""
    log = path.with_suffix(".txt")
    if log.is_file() and log.stat().st_size:
        return _("{problem}; the readable log is in {file}", problem=problem, file=log.name)
    return _("{problem}; delete it", problem=problem)


def _mend(path: Path, raw: bytes) -> JournalContents:
    """A damaged journal as far as it can be told. Raises `KnownError` where it does not begin."""
    aside = aside_of(path, raw).name
    try:
        mended = mend(raw, aside)
    except KnownError as error:
        raise KnownError(
            _(
                "{path}:{problem}, and is left as it is. The readable log is in {file}",
                path=path,
                problem=error,
                file=path.with_suffix(".txt").name,
            )
        ) from error
    notices = [f"{path.name}:{line}" for line in mended.repairs[:MOST]]
    if len(mended.repairs) > MOST:
        notices.append(
            _n(
                "{path}: and {n} more such place",
                "{path}: and {n} more such places",
                len(mended.repairs) - MOST,
                path=path.name,
            )
        )
    notices.append(
        _(
            "{path}: the damaged file will be kept as {aside} before anything is said",
            path=path.name,
            aside=aside,
        )
    )
    return JournalContents(mended.events, len(raw), False, notices, mended.lines)


def aside_of(path: Path, raw: bytes) -> Path:
    """Where a damaged journal is kept: a name of its own for each that differs."""
    number = 1
    while True:
        aside = path.with_suffix(".damaged" if number == 1 else f".damaged-{number}")
        if not aside.exists() or aside.read_bytes() == raw:
            return aside
        number += 1
