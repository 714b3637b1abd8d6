"""The file of a knowledge base: an SQLite database, written whole, and checked when it is read.

The postings of a term are one blob, read only when it is asked for.
"""

import sqlite3
import sys
from array import array
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from base.errors import KnownError
from base.folders import shown_path
from base.messages import _
from base.writing import check_inputs, drafted, reason
from characters.wiki.chunks import Chunk
from characters.wiki.terms import Words, terms
from characters.wiki.vectors import Embedding, vectors_path, write_vectors

APPLICATION = 0x7061_6F74
VERSION = 1
WITH_VECTORS = 2
MOST_CHUNKS = 1 << 26
BUILD = "paotuan characters knowledge build"
TABLES = {"names", "chunks", "terms", "sizes"}
FREQUENCY_BITS = 6
MOST_FREQUENT = (1 << FREQUENCY_BITS) - 1

_SCHEMA = """
CREATE TABLE names (name TEXT PRIMARY KEY);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, source TEXT, title TEXT, text TEXT);
CREATE TABLE terms (term TEXT PRIMARY KEY, many INTEGER, postings BLOB);
CREATE TABLE sizes (id INTEGER PRIMARY KEY, sizes BLOB);
"""
_VECTORS = """
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY, model TEXT, dimension INTEGER, checksum INTEGER, usual REAL
);
"""


def _unlocked(draft: Path) -> sqlite3.Connection:
    """A base that is being made, without locks of SQLite's own: the draft is locked already, and on
    some systems locks of both kinds exclude each other."""
    return sqlite3.connect(f"{draft.absolute().as_uri()}?nolock=1", uri=True)


def write_base(
    path: Path,
    chunks: Iterable[Chunk],
    names: Iterable[str] = (),
    embedding: Embedding | None = None,
    inputs: Iterable[Path] = (),
) -> int:
    """Write a knowledge base whole or not at all, and return the number of its chunks.

    The vectors of `embedding` go into a file beside it. Raises `KnownError` where they cannot
    be made or written, and where it would be written over one of `inputs`.
    """
    inputs = list(inputs)
    try:
        check_inputs(vectors_path(path), inputs)
        with (
            drafted(path, inputs) as draft,
            closing(_unlocked(draft)) as connection,
        ):
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            many = fill(connection, chunks, Words(names))
            if embedding is not None and many:
                with drafted(vectors_path(path), inputs) as drawn:
                    _embed(connection, drawn, many, embedding)
            else:
                vectors_path(path).unlink(missing_ok=True)
    except OSError as error:
        where = shown_path(Path(error.filename or path))
        raise KnownError(
            _("{where}: cannot be written: {why}", where=where, why=reason(error))
        ) from None
    except sqlite3.Error as error:
        raise KnownError(
            _("{where}: cannot be written: {why}", where=shown_path(path), why=error)
        ) from None
    return many


def _embed(connection: sqlite3.Connection, path: Path, many: int, embedding: Embedding) -> None:
    rows = connection.execute("SELECT title, text FROM chunks ORDER BY id")
    made = write_vectors(path, (f"{title}\n{text}" for title, text in rows), many, embedding)
    connection.executescript(_VECTORS)
    connection.execute(f"PRAGMA user_version = {WITH_VECTORS}")
    values = (made.model, made.dimension, made.checksum, made.usual)
    connection.execute("INSERT INTO vectors VALUES (1, ?, ?, ?, ?)", values)
    connection.commit()


def fill(connection: sqlite3.Connection, chunks: Iterable[Chunk], words: Words) -> int:
    """Write chunks and their terms into an empty database; the number of chunks."""
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    postings: dict[str, array[int]] = {}
    sizes = array("I")
    for id, chunk in enumerate(chunks):
        if id >= MOST_CHUNKS:
            raise KnownError(
                _("more than {most} chunks; make several knowledge bases", most=f"{MOST_CHUNKS:,}")
            )
        row = (id, *map(_storable, (chunk.source, chunk.title, chunk.text)))
        connection.execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", row)
        words_of_chunk = terms(f"{chunk.title}\n{chunk.text}", words)
        sizes.append(len(words_of_chunk))
        for term, frequency in Counter(words_of_chunk).items():
            posting = id << FREQUENCY_BITS | min(frequency, MOST_FREQUENT)
            postings.setdefault(term, array("I")).append(posting)
    connection.executemany("INSERT INTO names VALUES (?)", ((name,) for name in words.names))
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?, ?)",
        ((term, len(postings[term]), unsigned_bytes(postings[term])) for term in sorted(postings)),
    )
    connection.execute("INSERT INTO sizes VALUES (1, ?)", (unsigned_bytes(sizes),))
    connection.commit()
    return len(sizes)


def check(connection: sqlite3.Connection, where: str) -> bool:
    """Refuse a file that is no knowledge base of ours; whether this one has vectors."""
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        rows = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    except (sqlite3.Error, UnicodeError):
        raise KnownError(
            _(
                "{where}: not a knowledge base; make one of text files with: {command}",
                where=where,
                command=BUILD,
            )
        ) from None
    if application == APPLICATION and version > WITH_VECTORS:
        raise KnownError(_("{where}: made by a newer paotuan; update to open it", where=where))
    things = {(kind, name) for kind, name in rows if not str(name).startswith("sqlite_")}
    has_vectors = bool(version == WITH_VECTORS)
    tables = TABLES | {"vectors"} if has_vectors else TABLES
    if application != APPLICATION or things != {("table", name) for name in tables}:
        raise KnownError(
            _(
                "{where}: another program's database, not a knowledge base; make one of text "
                "files with: {command}",
                where=where,
                command=BUILD,
            )
        )
    return has_vectors


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def damaged(where: str) -> KnownError:
    """What to say of a knowledge base that is not as it was written."""
    return KnownError(
        _(
            "{where}: a damaged knowledge base; build it again with: {command}",
            where=where,
            command=BUILD,
        )
    )


def unsigned(blob: object, where: str) -> "array[int]":
    """Unsigned numbers of 32 bits, little-endian."""
    numbers = array("I")
    if not isinstance(blob, bytes) or len(blob) % numbers.itemsize:
        raise damaged(where)
    numbers.frombytes(blob)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def unsigned_bytes(numbers: "array[int]") -> bytes:
    """The bytes that `unsigned` reads."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
