"""Lorebooks among the importers: told by their beginning, copied to where characters name them."""

import shutil
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name, stems
from base.messages import N_, _
from base.text import without_place
from base.writing import replaced
from characters.cards.files import BESIDE_BOOK
from characters.cards.markup import TAGS
from characters.lore.book import Lorebook
from characters.lore.files import read_lorebook
from scenes.constants import USUAL_CONTEXT, constants_in, guessed, left_out
from scenes.files.head import FileHead
from scenes.files.importers import Importer
from scenes.files.report import ImportReport

ENTRIES = N_("lorebook entries")
CONSTANT = N_("constant entries")


def detect(head: FileHead) -> float:
    """Sure where the format is named, or entries are seen beside nothing of a card or a chat."""
    if head.outline.get("spec", "").startswith("lorebook"):
        return 0.97
    if head.outline.get("entries", "") in ("{", "[") and "spec" not in head.outline:
        return 0.85
    return 0


def detect_risu(head: FileHead) -> float:
    """Sure where a file says that it is a lorebook of RisuAI."""
    return 0.97 if head.outline.get("type") == "risu" and head.has("data") else 0


def read(path: Path) -> Lorebook:
    """The lorebook in a file. Raises `KnownError`, also for one in which nothing stands."""
    book = read_lorebook(path)
    if not book.entries:
        raise KnownError(_("{where}: a lorebook without an entry", where=path.name))
    return book


def book_name(path: Path, folder: Path, force: bool = False) -> str:
    """The name under which a lorebook goes into `folder`; a new one unless it may be replaced."""
    stem = path.stem.removesuffix(BESIDE_BOOK)
    ending = f"{BESIDE_BOOK}{path.suffix.lower()}"
    there = () if force else stems(folder, ending)
    return f"{file_name(stem, 'book', there)}{ending}"


def write_book(path: Path, target: Path, importer: Importer) -> ImportReport:
    """Copy a lorebook that can be read to `target`; says what is in it. Raises `KnownError`."""
    book: Lorebook = importer.read(path)
    report = ImportReport(str(path), importer.name, importer.title)
    report.became[ENTRIES] = len(book.entries)
    report.became[CONSTANT] = sum(entry.is_profile for entry in book.entries)
    for what, count in book.left_out.items():
        (report.became if what == TAGS else report.dropped)[what] += count
    constants = constants_in(book, Path(path.name), book.name, "{{user}}")
    for line in left_out(constants, USUAL_CONTEXT, guessed, 0):
        report.notice(line)
    for warning in book.warnings:
        report.notice(without_place(warning, path))
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, replaced(target, [path]) as file:
        shutil.copyfileobj(source, file)
    report.files.append(str(target))
    return report
