"""What may be told at a table: lorebooks and knowledge bases, by the files that hold them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from base.errors import KnownError
from base.folders import is_file, is_folder, shown_path
from base.messages import _, series
from characters.lore.book import Lorebook
from characters.lore.files import CARD_IMAGES, YAML, read_lorebook
from characters.wiki.files import BASE, TEXTS, Reading, read_base
from characters.wiki.index import Base
from characters.wiki.vectors import OpenEmbedder

BOOKS = (*YAML, ".json", *CARD_IMAGES)


@dataclass(frozen=True)
class Knowledge:
    """Lorebooks and knowledge bases that are open."""

    books: tuple[Lorebook, ...] = ()
    bases: tuple[Base, ...] = ()
    problems: tuple[str, ...] = ()
    """A line for each file of a folder that could not be read."""

    def __bool__(self) -> bool:
        return bool(self.books or self.bases)

    def take_notices(self) -> list[str]:
        """Why bases were searched by words alone, since this was last asked."""
        notices = [notice for base in self.bases for notice in base.notices]
        for base in self.bases:
            base.notices.clear()
        return notices

    def without(self, off: Collection[str]) -> "Knowledge":
        """The same but for the entries that are `off`, by what their books call them."""
        books = (
            replace(
                book, entries=tuple(entry for called, entry in book.called if called not in off)
            )
            for book in self.books
        )
        return replace(self, books=tuple(books))

    def __add__(self, other: "Knowledge") -> "Knowledge":
        """Both, this one first, each book and base once."""
        books = [one for one in other.books if not any(one is mine for mine in self.books)]
        bases = [one for one in other.bases if not any(one is mine for mine in self.bases)]
        problems = (*self.problems, *other.problems)
        return Knowledge((*self.books, *books), (*self.bases, *bases), problems)


NOTHING = Knowledge()


def read_knowledge(path: Path, embedder: OpenEmbedder | None = None) -> Knowledge:
    """What one file holds, by its suffix, or all those below a folder. Raises `KnownError`.

    Vectors of a base are used only with an `embedder`, which is asked when they are needed.
    """
    if is_folder(path):
        return _of_folder(path, embedder)
    suffix = path.suffix.lower()
    if suffix in BOOKS:
        return Knowledge(books=(read_lorebook(path),))
    if suffix in (*TEXTS, BASE):
        return Knowledge(bases=(read_base(path, embedder),))
    raise KnownError(
        _(
            "{where}: not a file of knowledge; expected one in {endings}",
            where=shown_path(path),
            endings=series((*BOOKS, *TEXTS, BASE)),
        )
    )


def _of_folder(folder: Path, embedder: OpenEmbedder | None) -> Knowledge:
    """The books and bases below a folder, and its texts as one base; a broken file is told.

    Pictures are left out, since notes may have some that are no cards.
    """
    reading = Reading([folder])
    names = reading.find_names()
    base = Base.of(reading.chunks(), names, shown_path(folder))
    knowledge = Knowledge(bases=(base,) if len(base) else (), problems=tuple(reading.problems))
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.suffix.lower() not in (*YAML, ".json", BASE) or not is_file(path):
            continue
        try:
            knowledge += read_knowledge(path, embedder)
        except KnownError as error:
            knowledge += Knowledge(problems=tuple(error.problems))
    if not knowledge:
        empty = _(
            "{where}: no knowledge in this folder; expected files in {endings}",
            where=shown_path(folder),
            endings=series((*YAML, ".json", *TEXTS, BASE)),
        )
        raise KnownError(empty, *knowledge.problems)
    return knowledge


class Shelf:
    """Knowledge by the paths of its files, each read once; what cannot be read is told."""

    def __init__(self, embedder: OpenEmbedder | None = None) -> None:
        self.problems: list[str] = []
        """A line for each file that could not be read, or not as it was meant."""
        self._embedder = embedder
        self._read: dict[Path, Knowledge] = {}
        self._part: dict[Path, tuple[frozenset[str], Knowledge]] = {}
        """What was last told of a file of which entries are switched off."""

    def of(self, paths: Iterable[Path], off: Mapping[str, Collection[str]] = {}) -> Knowledge:
        """What the files at `paths` hold, in their order, but for the entries that are `off`, by
        the path of their file."""
        knowledge = NOTHING
        for path in dict.fromkeys(paths):
            entries = off.get(str(path))
            knowledge += self._without(path, frozenset(entries)) if entries else self._of(path)
        return knowledge

    def _without(self, path: Path, off: frozenset[str]) -> Knowledge:
        known = self._part.get(path)
        if known is None or known[0] != off:
            known = self._part[path] = off, self._of(path).without(off)
        return known[1]

    def _of(self, path: Path) -> Knowledge:
        if path not in self._read:
            try:
                self._read[path] = read_knowledge(path, self._embedder)
            except KnownError as error:
                self._read[path] = NOTHING
                self.problems += error.problems
            self.problems += self._read[path].problems
            self.problems += [said for book in self._read[path].books for said in book.warnings]
        return self._read[path]

    def prepare(self, paths: Iterable[Path]) -> None:
        """Open all that a search of the files at `paths` needs, which may take seconds."""
        for base in self.of(paths).bases:
            base.prepare()

    def take_problems(self) -> list[str]:
        """The problems since this was last asked, those of searches too."""
        problems, self.problems = self.problems, []
        return problems + [said for one in self._read.values() for said in one.take_notices()]

    def close(self) -> None:
        for one in self._read.values():
            for base in one.bases:
                base.close()
        self._read.clear()
        self._part.clear()
