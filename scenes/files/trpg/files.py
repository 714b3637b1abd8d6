"""A file with a log of a table, opened, and read once as lines of our log."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from scenes.files.importers import FORMATS, Item, Notice, Report, detect, reader
from scenes.files.source import Source, sources
from scenes.files.trpg.convert import Telling
from scenes.files.trpg.people import Table


@dataclass
class TableLog:
    """One log, and, after its lines were read, what became of it."""

    source: Source
    report: Report

    def lines(self, table: Table) -> Iterator[str]:
        """The lines of our log, each with its newline; once.

        Raises `KnownError` where nothing in the file is a message of its format.
        """
        telling = Telling(table, self.report)
        yield from telling.lines(self._items())
        self.report.notices += self.source.notices
        if not self.report.read:
            raise KnownError(
                _(
                    "{where}: no message of the format {format}; name another one with --format",
                    where=self.source.where,
                    format=self.report.format,
                )
            )

    def _items(self) -> Iterator[Item]:
        """What the reader gives; where the file breaks off later on, what came before."""
        try:
            yield from reader(self.report.format)(self.source)
        except KnownError as error:
            if not self.report.read:
                raise
            why = str(error).removeprefix(f"{self.source.where}: ")
            yield Notice(0, f"{why}; what came before is kept")


def open_logs(path: Path, format: str | None = None) -> list[TableLog]:
    """The logs in a file, one but for a zip. Raises `KnownError`."""
    if format is not None and format not in FORMATS:
        known = nearest(format, FORMATS) or f"; there are {', '.join(FORMATS)}"
        raise KnownError(_("no format {format}{known}", format=format, known=known))
    return [log_of(source, format) for source in sources(path)]


def log_of(source: Source, format: str | None = None) -> TableLog:
    """The log that a source holds, in the format that is named or told. Raises `KnownError`."""
    told = format or detect(source.head, source.name)
    if told is None:
        raise KnownError(
            _(
                "{where}: no log of a known program; where it is one, name its format: "
                "--format {FORMATS}",
                where=source.where,
                FORMATS="|".join(FORMATS),
            )
        )
    source.mixed = format is None
    return TableLog(source, Report(source.where, told))
