"""Files and folders of text into chunks; a broken file does not stop the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from base.decoding import decoded
from base.errors import KnownError
from base.folders import opened, shown_path
from base.messages import _
from characters.wiki.chunks import Chunk, chunks, headings
from characters.wiki.index import Base
from characters.wiki.vectors import OpenEmbedder

TEXTS = (".md", ".markdown", ".txt", ".wiki")
BASE = ".kb"
MAX_BYTES = 64 * 1024 * 1024
LONGEST_NAME = 12
"""Characters of a heading that may be a name."""


@dataclass
class Reading:
    """What was read of a list of paths, filled while the chunks are taken."""

    paths: Sequence[Path]
    files: int = 0
    names: dict[str, None] = field(default_factory=dict)
    """Titles and headings short enough to be names."""
    problems: list[str] = field(default_factory=list)

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of every file, in the order of the paths."""
        for path, name in self.texts():
            try:
                text = read_text(path)
            except KnownError as error:
                self.problems += error.problems
                continue
            self.files += 1
            yield from chunks(text, name, path.stem)

    def find_names(self) -> list[str]:
        """Read the files once for their names, so that an index can know them."""
        for path, __ in self.texts():
            try:
                names = [path.stem, *headings(read_text(path))]
            except KnownError:
                continue
            self.names.update(dict.fromkeys(one for one in names if len(one) <= LONGEST_NAME))
        return list(self.names)

    def texts(self) -> Iterator[tuple[Path, str]]:
        """The text files among the paths and below folders, and what each is called."""
        for path in self.paths:
            if not path.is_dir():
                yield path, path.name
                continue
            for below in sorted(path.rglob("*")):
                inside = below.relative_to(path)
                hidden = any(part.startswith(".") for part in inside.parts)
                if below.suffix.lower() in TEXTS and below.is_file() and not hidden:
                    yield below, inside.as_posix()


def read_text(path: Path) -> str:
    """The text of a file. Raises `KnownError`."""
    with opened(path) as file:
        raw = file.read(MAX_BYTES + 1)
    return text_of(raw, shown_path(path))


def text_of(raw: bytes, where: str) -> str:
    """Bytes as UTF-8 or GB18030 text. Raises `KnownError`."""
    if len(raw) > MAX_BYTES:
        raise KnownError(
            _(
                "{where}: larger than {most} MiB; split it by chapters",
                where=where,
                most=MAX_BYTES >> 20,
            )
        )
    if (text_and_encoding := decoded(raw)) is not None:
        return text_and_encoding[0]
    raise KnownError(
        _("{where}: neither UTF-8 nor GB18030 text, expected text or Markdown", where=where)
    )


def read_base(path: Path, embedder: OpenEmbedder | None = None) -> Base:
    """The knowledge base in a file, or made in memory of a text file. Raises `KnownError`."""
    if path.suffix.lower() == BASE:
        return Base.open(path, embedder)
    reading = Reading([path])
    text = read_text(path)
    return Base.of(chunks(text, path.name, path.stem), reading.find_names(), shown_path(path))
