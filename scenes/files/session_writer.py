"""Events to the files of a new session: whole or not at all, an event at a time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.writing import UTF8, reason, replaced
from scenes.files.report import ImportReport
from scenes.log import Entry, write
from scenes.scene import Scene
from scenes.table.events import line_of
from scenes.table.journal import Journal
from scenes.table.session import VERSION, Event
from scenes.table.snapshot import to_json

LARGEST_CAST = 64
"""Those who speak most; whoever else speaks is named in the lines alone."""

Written = tuple[Event, Sequence[Entry]]
"""An event and the entries that it adds to the branch played."""


def save_events(
    scene: Scene,
    role: str | None,
    events: Iterable[Written],
    folder: Path,
    report: ImportReport,
    opening: Sequence[dict[str, Any]] = (),
    log: Sequence[Entry] | None = None,
    began: str = "",
) -> Path:
    """Write a session of `scene` from its further events; `log` where they do not tell it.

    `began` is when its opening was said, in UTC, where that is known.
    """
    with closing(Journal.create(scene.name, folder)) as journal:
        path, report.session = journal.path, journal.id
        opened = {
            "event": "open",
            "version": VERSION,
            "session": journal.id,
            "role": role,
            "scene": to_json(scene),
            "turns": list(opening),
            **({"time": began} if began else {}),
        }
        try:
            _write(path, opened, events, scene.title, log)
        except OSError as error:
            raise KnownError(
                _("{folder}: cannot be written: {error}", folder=folder, error=reason(error))
            ) from error
    return path


def _write(
    path: Path,
    opened: Event,
    events: Iterable[Written],
    title: str,
    log: Sequence[Entry] | None,
) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with (
        replaced(path.with_suffix(".txt"), (), private=True) as readable,
        replaced(path, (), private=True) as journal,  # it is in its place first
    ):
        readable.write(f"{write(Entry('chapter', title))}\n".encode(*UTF8))
        for event, entries in _with_first(opened, events):
            journal.write(line_of({"time": now, **event}) + b"\n")
            if entries and log is None:
                readable.write("".join([f"{write(entry)}\n" for entry in entries]).encode(*UTF8))
        for entry in log or ():
            readable.write(f"{write(entry)}\n".encode(*UTF8))


def _with_first(opened: Event, events: Iterable[Written]) -> Iterator[Written]:
    yield opened, ()
    yield from events
