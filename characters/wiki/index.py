"""A knowledge base: chunks in one SQLite file, found by BM25 over their terms.

The postings of a term are one blob, read only when it is asked for, so that opening costs the
same whatever the size. Scores are those of Robertson and Zaragoza 2009, k1 = 1.2 and b = 0.75.
Where the base has vectors too, both rankings are fused.
"""

import sqlite3
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from math import log
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from base.errors import KnownError
from base.messages import _
from base.text import shown
from base.writing import check_inputs, drafted, reason
from base.yaml_reader import shown_path
from characters.wiki.chunks import Chunk
from characters.wiki.terms import Words, says_little, terms
from characters.wiki.vectors import (
    Embedding,
    OpenEmbedder,
    Vectors,
    fused,
    made_of,
    vectors_path,
    write_vectors,
)

T = TypeVar("T")

APPLICATION = 0x7061_6F74
VERSION = 1
WITH_VECTORS = 2
K1, B = 1.2, 0.75
MOST_POSTINGS = 8_000
"""Postings that a query looks at, the rarest terms first; what is commoner tells little."""
MOST_TERMS = 64
LONGEST_QUERY = 2000
FREQUENCY_BITS = 6
MOST_FREQUENT = (1 << FREQUENCY_BITS) - 1
MOST_CHUNKS = 1 << 26
FUSED = 100
"""Chunks of each ranking that are fused."""
TABLES = {"names", "chunks", "terms", "sizes"}

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


class Hit(NamedTuple):
    """A chunk that a query found."""

    id: int
    chunk: Chunk
    score: float
    """BM25, or of the fused rankings where the base has vectors."""
    weight: float
    """Sum of the inverse document frequencies of the terms found, each counted once, and a pair
    with a particle for half."""
    near: float = 0.0
    """How near its vector is to the query's: 1 is the same; 0 where it is not near."""


class Base:
    """A knowledge base that is open for reading, by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self.where = where
        self.notices: list[str] = []
        """Why the vectors are not used, in one line."""
        self.vectors: Vectors | None = None
        self._connection = connection
        self._sizes = _uints(self._one("SELECT sizes FROM sizes WHERE id = 1") or b"", where)
        self._mean = max(1.0, sum(self._sizes) / max(1, len(self._sizes)))
        self.words = Words(str(name) for (name,) in self._rows("SELECT name FROM names"))

    @classmethod
    def of(cls, chunks: Iterable[Chunk], names: Iterable[str] = (), where: str = "notes") -> Self:
        """A base in memory."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, chunks, Words(names))
        return cls(connection, where)

    @classmethod
    def open(cls, path: Path, embedder: OpenEmbedder | None = None) -> Self:
        """The base in a file. Raises `KnownError` where it is none, or is damaged.

        Its vectors are used only with an `embedder`, which is asked when they are needed.
        """
        where = shown_path(path)
        try:
            if not path.is_file():
                raise KnownError(_("{where}: no such file", where=where))
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except (OSError, ValueError, sqlite3.Error) as error:
            raise KnownError(
                _("{where}: cannot be opened: {error}", where=where, error=shown(str(error)))
            ) from None
        try:
            has_vectors = _check(connection, where)
            base = cls(connection, where)
            if has_vectors:
                base._has_vectors(path, embedder)
            return base
        except BaseException:
            connection.close()
            raise

    def __len__(self) -> int:
        return len(self._sizes)

    def close(self) -> None:
        self._connection.close()

    def prepare(self) -> None:
        """Open the vectors and their model, which may take seconds; a notice where it fails."""
        self._try_vectors(Vectors.prepare)

    def relevance(self, hit: Hit) -> float:
        """What a hit shares with its query, as a number of terms that stand in one chunk only."""
        return hit.weight / log(1 + max(len(self._sizes) - 0.5, 0.5) / 1.5)

    def search(self, query: str, limit: int = 5, beside: str = "") -> list[Hit]:
        """The chunks that fit a query best, the best first.

        Terms of `beside` count for the order, but not for the weight, and bring up nothing by
        themselves. Raises `KnownError` for a damaged file.
        """
        scores, weights = self._scored(query, beside)
        best = sorted(scores, key=lambda one: (-scores[one], one))[: max(limit, FUSED)]
        asked = query[-LONGEST_QUERY:]
        near = self._try_vectors(lambda vectors: vectors.nearest(asked, max(limit, FUSED)))
        if near is not None:
            scores = fused(best, near)
            best = sorted(scores, key=lambda one: (-scores[one], one))
        return [
            Hit(one, self._chunk(one), scores[one], weights.get(one, 0.0), (near or {}).get(one, 0))
            for one in best[:limit]
        ]

    def _scored(self, query: str, beside: str) -> tuple[dict[int, float], dict[int, float]]:
        """Scores and weights of the chunks that have a term of the query."""
        scores: dict[int, float] = {}
        weights: dict[int, float] = {}
        total, looked = len(self._sizes), 0
        scale, flat = K1 * B / self._mean, K1 * (1 - B)
        own, more = self._known(query), self._known(beside) if beside else []
        for many, term in (*own, *(one for one in more if one not in own)):
            if looked and looked + many > MOST_POSTINGS:
                continue
            idf = log(1 + max(total - many + 0.5, 0.5) / (many + 0.5))
            idf *= 0.5 if says_little(term) else 1.0
            is_own = (many, term) in own
            for posting in self._postings(term)[:MOST_POSTINGS]:
                chunk, frequency = posting >> FREQUENCY_BITS, posting & MOST_FREQUENT
                if chunk >= total:
                    raise self._damaged()
                norm = flat + scale * self._sizes[chunk]
                gained = idf * frequency * (K1 + 1) / (frequency + norm)
                if is_own:
                    scores[chunk] = scores.get(chunk, 0.0) + gained
                    weights[chunk] = weights.get(chunk, 0.0) + idf
                elif chunk in scores:
                    scores[chunk] += gained
            looked += many
        return scores, weights

    def _try_vectors(self, ask: Callable[[Vectors], T]) -> T | None:
        """What the vectors say; `None` without any, with a notice the first time they fail."""
        if self.vectors is None:
            return None
        try:
            return ask(self.vectors)
        except KnownError as error:
            self.vectors = None
            self.notices.append(
                _("{where}: found by words alone: {error}", where=self.where, error=error)
            )
            return None

    def _has_vectors(self, path: Path, embedder: OpenEmbedder | None) -> None:
        rows = self._rows("SELECT model, dimension, checksum, usual FROM vectors")
        made = made_of(rows[0]) if len(rows) == 1 else None
        if made is None:
            raise self._damaged()
        if embedder is not None:
            self.vectors = Vectors(path, made, len(self), embedder)

    def _known(self, query: str) -> list[tuple[int, str]]:
        """The terms of a query that the base has, and in how many chunks, the rarest first."""
        wanted = list(dict.fromkeys(terms(query[-LONGEST_QUERY:], self.words)))[-8 * MOST_TERMS :]
        marks = ",".join("?" * len(wanted))
        rows = self._rows(f"SELECT many, term FROM terms WHERE term IN ({marks})", wanted)
        try:
            return sorted((max(1, int(many)), str(term)) for many, term in rows)[:MOST_TERMS]
        except (TypeError, ValueError):
            raise self._damaged() from None

    def _postings(self, term: str) -> "array[int]":
        blob = self._one("SELECT postings FROM terms WHERE term = ?", (term,))
        return _uints(blob, self.where)

    def _chunk(self, id: int) -> Chunk:
        rows = self._rows("SELECT source, title, text FROM chunks WHERE id = ?", (id,))
        if len(rows) != 1 or not all(isinstance(value, str) for value in rows[0]):
            raise self._damaged()
        return Chunk(*rows[0])

    def _one(self, sql: str, values: Sequence[object] = ()) -> Any:
        rows = self._rows(sql, values)
        return rows[0][0] if rows else None

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, tuple(values)).fetchall()
        except (sqlite3.Error, UnicodeError, OverflowError):
            raise self._damaged() from None

    def _damaged(self) -> KnownError:
        return KnownError(
            _(
                "{where}: a damaged knowledge base; build it again with: paotuan "
                "characters knowledge build",
                where=self.where,
            )
        )


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
            many = _fill(connection, chunks, Words(names))
            if embedding is not None and many:
                with drafted(vectors_path(path), inputs) as drawn:
                    _embed(connection, drawn, many, embedding)
            else:
                vectors_path(path).unlink(missing_ok=True)
    except OSError as error:
        where = shown_path(Path(error.filename or path))
        raise KnownError(
            _("{where}: cannot be written: {error}", where=where, error=reason(error))
        ) from None
    except sqlite3.Error as error:
        raise KnownError(
            _("{shown_path}: cannot be written: {error}", shown_path=shown_path(path), error=error)
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


def _fill(connection: sqlite3.Connection, chunks: Iterable[Chunk], words: Words) -> int:
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    postings: dict[str, array[int]] = {}
    sizes = array("I")
    for id, chunk in enumerate(chunks):
        if id >= MOST_CHUNKS:
            raise KnownError(
                _("more than {MOST_CHUNKS:,} chunks; make several bases", MOST_CHUNKS=MOST_CHUNKS)
            )
        row = (id, *map(_storable, (chunk.source, chunk.title, chunk.text)))
        connection.execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", row)
        found = terms(f"{chunk.title}\n{chunk.text}", words)
        sizes.append(len(found))
        for term, frequency in Counter(found).items():
            posting = id << FREQUENCY_BITS | min(frequency, MOST_FREQUENT)
            postings.setdefault(term, array("I")).append(posting)
    connection.executemany("INSERT INTO names VALUES (?)", ((name,) for name in words.names))
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?, ?)",
        ((term, len(postings[term]), _bytes(postings[term])) for term in sorted(postings)),
    )
    connection.execute("INSERT INTO sizes VALUES (1, ?)", (_bytes(sizes),))
    connection.commit()
    return len(sizes)


def _check(connection: sqlite3.Connection, where: str) -> bool:
    """Refuse a file that is no knowledge base of ours; whether this one has vectors."""
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        rows = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    except (sqlite3.Error, UnicodeError):
        raise KnownError(
            _(
                "{where}: no knowledge base; make one of text files with: paotuan "
                "characters knowledge build",
                where=where,
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
                "{where}: another program's database, expected a knowledge base; make one "
                "with: paotuan characters knowledge build",
                where=where,
            )
        )
    return has_vectors


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _uints(blob: object, where: str) -> "array[int]":
    """Unsigned numbers of 32 bits, little-endian."""
    numbers = array("I")
    if not isinstance(blob, bytes) or len(blob) % numbers.itemsize:
        raise KnownError(_("{where}: a damaged knowledge base; build it again", where=where))
    numbers.frombytes(blob)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bytes(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
