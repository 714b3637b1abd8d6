"""What a file or a folder is, looked at before it is imported. Nothing is written."""

import os
import zipfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from base.errors import KnownError
from base.folders import why_no_file
from base.messages import N_, _, series
from base.system_errors import system_reason
from base.text import UNPRINTABLE, shown
from scenes.files.head import HEAD, FileHead
from scenes.files.importers import Guess, Importer, guesses, is_sure, of_kind
from scenes.files.source import refuse_no_text, text_files

EXPECTED = N_("a log, a chat, a character card or a lorebook")
MOST_KEYS, MOST_MEMBERS = 5, 10_000
ZIP = b"PK\x03\x04"


class Unrecognised(KnownError):
    """A file that can be read and is nothing that is known."""


@dataclass(frozen=True)
class Recognised:
    """A file, and what it may be, the most certain first; never without a guess."""

    path: Path
    ranked: tuple[Guess, ...]
    is_named: bool = False
    """Whether a person said what it is."""

    @property
    def is_sure(self) -> bool:
        return is_sure(list(self.ranked))

    @property
    def importer(self) -> Importer:
        """The one that fits best."""
        return self.ranked[0].importer

    @property
    def format(self) -> str | None:
        """The name of what a person said that it is, if one did."""
        return self.importer.name if self.is_named else None

    def as_named(self, importer: Importer) -> "Recognised":
        """The same file, taken for what a person says."""
        return named(self.path, importer)


def named(path: Path, importer: Importer) -> Recognised:
    """A file that a person says is of `importer`."""
    return Recognised(path, (Guess(importer, 1.0),), True)


def recognise(path: Path) -> Recognised:
    """What a file may be. Raises `KnownError` in one line where it is nothing that is known."""
    where = UNPRINTABLE.sub("?", str(path))
    try:
        ranked = _guesses(path, where)
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else str(error)
        raise KnownError(_("{where}: {why}", where=where, why=reason)) from None
    if not ranked:
        raise Unrecognised(
            _("{where}: no log, character card or chat of a known program", where=where)
        )
    return Recognised(path, tuple(ranked))


def _guesses(path: Path, where: str) -> list[Guess]:
    if path.is_dir():
        names = tuple(entry.name for entry in islice(os.scandir(path), MOST_MEMBERS))
        return guesses(FileHead(path.name.lower(), b"", names, is_folder=True))
    if why := why_no_file(path):
        raise KnownError(
            _("{where}: {why}, expected {expected}", where=where, why=why, expected=_(EXPECTED))
        )
    with path.open("rb") as file:
        raw = file.read(HEAD)
    if raw.startswith(ZIP):
        return _in_archive(path, raw)
    head = FileHead(path.name.lower(), raw)
    if not (ranked := guesses(head)):
        refuse_no_text(raw, where, _(EXPECTED))
        if keys := [key for key in head.outline if "." not in key][:MOST_KEYS]:
            raise Unrecognised(
                _(
                    "{where}: no log, character card or chat of a known program; found a JSON "
                    "object with {keys}",
                    where=where,
                    keys=series(map(shown, keys)),
                )
            )
    return ranked


def _in_archive(path: Path, raw: bytes) -> list[Guess]:
    """What lies in a zip: a card, or else logs. Raises `KnownError` for a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = tuple(archive.namelist()[:MOST_MEMBERS])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        names = ()
    cards = guesses(FileHead(path.name.lower(), raw, names), of_kind("card"))
    if cards:
        return cards
    first = text_files(path)[0]
    return guesses(FileHead(first.name, first.head), of_kind("log"))
