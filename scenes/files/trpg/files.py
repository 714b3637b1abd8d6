"""A file with a log of a table, opened, and read once as lines of our log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.messages import _, series
from base.text import without_place
from scenes.files.head import FileHead
from scenes.files.importers import SURE, Importer, guesses, importer_named, of_kind
from scenes.files.report import FileNotice, ImportReport
from scenes.files.source import TextFile, refuse_no_text, text_files
from scenes.files.trpg.beside import Beside
from scenes.files.trpg.convert import LogConverter
from scenes.files.trpg.items import Item
from scenes.files.trpg.people import NAMELESS, TableRules

LABELLED = ("names", "stamped", "markdown")
"""Formats of people, not of programs, in which a name and a colon say that somebody speaks."""
TRANSCRIPTS = ("subtitles", "transcript")
"""Formats in which it may be that nobody is named."""
MOST = 4
"""Formats that a file is said to be perhaps."""


@dataclass
class TableLog:
    """One log, and, after its lines were read, what became of it."""

    file: TextFile
    importer: Importer
    report: ImportReport

    def lines(self, table: TableRules, beside: Beside | None = None) -> Iterator[str]:
        """The lines of our log, each with its newline; once. `beside` is told what else the
        messages say, before the line that follows it.

        Raises `KnownError` where nothing in the file is a message of its format.
        """
        converter = LogConverter(table, self.report, beside, self.labelled)
        lines: Iterable[str] = converter.lines(self._items())
        if self.importer.name in TRANSCRIPTS:
            lines = list(lines)  # it may be that nobody is named in any of them
            self._check_named(table)
        yield from lines
        self.report.notices += self.file.notices
        if not self.report.read:
            raise no_message(self)

    def _check_named(self, table: TableRules) -> None:
        """Raise `KnownError` for a transcript in which nobody is named, by a person neither."""
        by_person = table.roles.get(NAMELESS, NAMELESS) != NAMELESS
        if self.report.read and self.report.names.keys() <= {NAMELESS} and not by_person:
            raise KnownError(
                _(
                    "{where}: nobody is named in it; say who speaks with --speaker NAME",
                    where=self.file.where,
                )
            )

    @property
    def labelled(self) -> bool:
        """Whether a name and a colon stand before each message."""
        return self.importer.name in LABELLED

    def again(self) -> "TableLog":
        """The same log, to be read once more."""
        return table_log(self.file, self.importer)

    def _items(self) -> Iterator[Item]:
        """What the reader gives; where the file breaks off later on, what came before."""
        try:
            yield from self.importer.read(self.file)
        except KnownError as error:
            if not self.report.read:
                raise
            why = without_place(str(error), self.file.where)
            yield FileNotice(0, _("{why}; what came before is kept", why=why))


def no_message(log: TableLog) -> KnownError:
    """What is wrong with a file in which no message was found."""
    return KnownError(
        _(
            "{where}: no message of the format {format}; name another format",
            where=log.file.where,
            format=log.importer.name,
        )
    )


def open_logs(path: Path, format: str | None = None) -> list[TableLog]:
    """The logs in a file, one but for a zip. Raises `KnownError`.

    Where a format is named, no other may begin inside the file.
    """
    importer = importer_named(format, of_kind("log")) if format is not None else None
    return [log_of(file, importer) for file in text_files(path)]


def log_of(file: TextFile, importer: Importer | None = None) -> TableLog:
    """The log that a file holds, in the format that is named or told. Raises `KnownError`."""
    if importer is not None:
        file.mixed = False
        return table_log(file, importer)
    ranked = guesses(FileHead(file.name, file.head), of_kind("log"))
    if not ranked:
        refuse_no_text(file.head, file.where, _("a log"))
        raise KnownError(
            _(
                "{where}: not a log of a known program; if it is one, name its format with "
                "--format (--format ? lists them)",
                where=file.where,
            )
        )
    if ranked[0].certainty < SURE:
        raise KnownError(
            _(
                "{where}: too little of it looks like one log; perhaps {titles}: "
                "--format {formats}",
                where=file.where,
                titles=series(_(one.importer.title) for one in ranked[:MOST]),
                formats="|".join(one.importer.name for one in ranked[:MOST]),
            )
        )
    return table_log(file, ranked[0].importer)


def table_log(file: TextFile, importer: Importer) -> TableLog:
    """A log that is in the format of `importer`."""
    report = ImportReport(file.where, importer.name, importer.title, importer.unit)
    return TableLog(file, importer, report)
