"""What may be told at a table: lorebooks and knowledge bases, by the files that hold them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from characters.errors import CharacterError
from characters.lore.book import Lorebook
from characters.lore.files import CARD_IMAGES, YAML, read_lorebook
from characters.reader import shown_path
from characters.wiki.files import BASE, TEXTS, read_base
from characters.wiki.index import Base

BOOKS = (*YAML, ".json", *CARD_IMAGES)


@dataclass(frozen=True)
class Knowledge:
    """Lorebooks and knowledge bases that are open."""

    books: tuple[Lorebook, ...] = ()
    bases: tuple[Base, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.books or self.bases)

    def __add__(self, other: "Knowledge") -> "Knowledge":
        """Both, this one first, each book and base once."""
        books = [one for one in other.books if not any(one is mine for mine in self.books)]
        bases = [one for one in other.bases if not any(one is mine for mine in self.bases)]
        return Knowledge((*self.books, *books), (*self.bases, *bases))


NOTHING = Knowledge()


def read_knowledge(path: Path) -> Knowledge:
    """What one file holds, by its suffix. Raises `CharacterError`."""
    suffix = path.suffix.lower()
    if suffix in BOOKS:
        return Knowledge(books=(read_lorebook(path),))
    if suffix in (*TEXTS, BASE):
        return Knowledge(bases=(read_base(path),))
    known = ", ".join((*BOOKS, *TEXTS, BASE))
    raise CharacterError(f"{shown_path(path)}: not a kind of knowledge; expected {known}")


class Shelf:
    """Knowledge by the paths of its files, each read once; what cannot be read is told."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        """A line for each file that could not be read, or not as it was meant."""
        self._read: dict[Path, Knowledge] = {}

    def of(self, paths: Iterable[Path]) -> Knowledge:
        """What the files at `paths` hold, in their order."""
        found = NOTHING
        for path in dict.fromkeys(paths):
            found += self._of(path)
        return found

    def _of(self, path: Path) -> Knowledge:
        if path not in self._read:
            try:
                self._read[path] = read_knowledge(path)
            except CharacterError as error:
                self._read[path] = NOTHING
                self.problems += error.problems
            self.problems += [said for book in self._read[path].books for said in book.warnings]
        return self._read[path]

    def close(self) -> None:
        for one in self._read.values():
            for base in one.bases:
                base.close()
        self._read.clear()
