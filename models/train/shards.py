"""Where the examples of files lie, in shards that can be read one by one and in any order.

The index is made once, by a look at every line (a Parquet table tells its groups of rows itself),
so that what is no example is told before anything is learned, and all are counted. Only the index
is held, never the examples.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from base.writing import replace_text
from models.train.data import (
    COLUMNS,
    LONGEST,
    NEEDED,
    Example,
    Split,
    decoded,
    example_in,
    example_of,
    lines_of,
    object_of,
    raw_lines,
)
from models.train.parquet import groups_of, is_parquet, read_rows

INDEX = "index.json"
LINES = 256
"""Examples of a shard of lines, and those that are held at once of a group of rows."""


class Shard(NamedTuple):
    """Examples of a file that follow each other: lines, or a group of rows of a table."""

    file: int
    """Which of the files."""
    start: int
    """The byte where its first line begins, or the number of the group from 0."""
    first: int
    """The number of its first line or row, from 1."""
    train: int
    """Its examples to learn from."""
    test: int
    """Its examples that are held out."""


@dataclass(frozen=True)
class ShardIndex:
    """The shards of files, in their order."""

    files: tuple[Path, ...]
    shards: tuple[Shard, ...]

    def total(self, split: Split) -> int:
        """The examples of a split."""
        return sum(getattr(shard, split) for shard in self.shards)

    def pieces(self, number: int, skip: int = 0) -> Iterator[list[Example]]:
        """The examples of a shard in pieces of at most `LINES`, but for its first `skip` pieces.

        Raises `KnownError` for a line or a row that is none.
        """
        shard = self.shards[number]
        path, count = self.files[shard.file], shard.train + shard.test
        if is_parquet(path):
            rows = read_rows(path, COLUMNS, NEEDED, shard.start, shard.first, skip * LINES)
            found = (example_in(path, at, row) for at, row in rows)
        else:
            lines = islice(lines_of(path, shard.start, shard.first), skip * LINES, count)
            found = (example_of(object_of(line, where), where) for where, line in lines)
        while piece := list(islice(found, LINES)):
            yield piece


def index_of(files: Sequence[Path], kept: Path | None = None) -> ShardIndex:
    """The index of files of examples; that in the folder `kept`, where the files are those still.

    Raises `KnownError` with the line that is no example.
    """
    files = tuple(files)
    if kept is not None and (index := _read(files, kept / INDEX)) is not None:
        return index
    shards: list[Shard] = []
    for number, path in enumerate(files):
        shards += _of_table(number, path) if is_parquet(path) else _of_lines(number, path)
    return ShardIndex(files, tuple(shards))


def keep_index(index: ShardIndex, folder: Path) -> None:
    """Write an index for the next time. Raises `OSError`."""
    value = {"files": _marks(index.files), "shards": index.shards}
    replace_text(folder / INDEX, json.dumps(value), index.files)


class _Line(msgspec.Struct):
    """An example as most are, read five times as fast as by `example_of`, which knows the rest."""

    stable: str
    history: str
    cue: str
    reply: str
    split: Split = "train"
    weight: float = 1.0
    rivals: tuple[str, ...] = ()


def _of_lines(number: int, path: Path) -> Iterator[Shard]:
    decoder = msgspec.json.Decoder(_Line)
    start = first = train = test = 0
    for at, byte, raw in raw_lines(path):
        split = _split_of(raw, f"{path}:{at}", decoder)
        if split is None:
            continue
        if not train + test:
            start, first = byte, at
        train, test = train + (split == "train"), test + (split == "test")
        if train + test == LINES:
            yield Shard(number, start, first, train, test)
            train = test = 0
    if train + test:
        yield Shard(number, start, first, train, test)


def _split_of(raw: bytes, where: str, decoder: "msgspec.json.Decoder[_Line]") -> Split | None:
    """The split of the example in a line, or None in a blank one. Raises `KnownError`."""
    try:
        line = decoder.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass  # no example, or none that is plain; what follows tells
    else:
        plain = line.reply.strip() and 0 <= line.weight < 1e6 and all(line.rivals)
        if plain and len(raw) <= LONGEST:
            return line.split
    text = decoded(raw, where)
    return example_of(object_of(text, where), where).split if text.strip() else None


def _of_table(number: int, path: Path) -> Iterator[Shard]:
    first = 1
    for group, (rows, test) in enumerate(groups_of(path, COLUMNS, NEEDED, "split", "test")):
        yield Shard(number, group, first, rows - test, test)
        first += rows


def _marks(files: Sequence[Path]) -> list[list[object]]:
    """What tells files from others of the same name, without reading them."""
    stats = [(path, path.stat()) for path in files]
    return [[path.name, stat.st_size, stat.st_mtime_ns] for path, stat in stats]


def _read(files: tuple[Path, ...], file: Path) -> ShardIndex | None:
    """The index in a file, where it is whole and that of these files as they are now."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        if value["files"] != _marks(files):
            return None
        return ShardIndex(files, tuple(Shard(*map(int, one)) for one in value["shards"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
