"""A knowledge base: chunks in one SQLite file, found by BM25 over their terms.

Only the postings of the terms of a query are read, so that opening costs the same whatever the
size. Scores are those of Robertson and Zaragoza 2009, k1 = 1.2 and b = 0.75.
Where the base has vectors too, both rankings are fused.
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from math import log
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from base.errors import KnownError
from base.folders import shown_path
from base.messages import _
from base.text import shown
from characters.wiki.chunks import Chunk
from characters.wiki.persons import is_about, letters, letters_shared
from characters.wiki.storage import (
    FREQUENCY_BITS,
    MOST_FREQUENT,
    check,
    damaged,
    fill,
    unsigned,
)
from characters.wiki.terms import Words, says_little, terms
from characters.wiki.vectors import (
    OpenEmbedder,
    Vectors,
    fused,
    made_of,
)

T = TypeVar("T")

K1, B = 1.2, 0.75
MOST_POSTINGS = 8_000
"""Postings that a query looks at, the rarest terms first; what is commoner tells little."""
MOST_TERMS = 64
LONGEST_QUERY = 2000
MOST_OWN = 2_000
"""Chunks about one person that are looked at."""
FUSED = 100
"""Chunks of each ranking that are fused."""


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
        self._sizes = unsigned(self._one("SELECT sizes FROM sizes WHERE id = 1") or b"", where)
        self._mean = max(1.0, sum(self._sizes) / max(1, len(self._sizes)))
        self._persons: dict[tuple[str, ...], dict[int, Chunk]] = {}
        self.words = Words(str(name) for (name,) in self._rows("SELECT name FROM names"))

    @classmethod
    def of(cls, chunks: Iterable[Chunk], names: Iterable[str] = (), where: str = "notes") -> Self:
        """A base in memory."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        fill(connection, chunks, Words(names))
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
                _("{where}: cannot be opened: {words}", where=where, words=shown(str(error)))
            ) from None
        try:
            has_vectors = check(connection, where)
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
        return hit.weight / self._most_weight()

    def search(self, query: str, limit: int = 5, beside: str = "") -> list[Hit]:
        """The chunks that fit a query best, the best first.

        Terms of `beside` count for the order, but not for the weight, and bring up nothing by
        themselves. Raises `KnownError` for a damaged file.
        """
        scores, weights = self._scored(query, beside)
        best = sorted(scores, key=lambda one: (-scores[one], one))[: max(limit, FUSED)]
        question = query[-LONGEST_QUERY:]
        near = self._try_vectors(lambda vectors: vectors.nearest(question, max(limit, FUSED)))
        if near is not None:
            scores = fused(best, near)
            best = sorted(scores, key=lambda one: (-scores[one], one))
        return [
            Hit(one, self._chunk(one), scores[one], weights.get(one, 0.0), (near or {}).get(one, 0))
            for one in best[:limit]
        ]

    def about(self, query: str, names: Sequence[str], limit: int = 5) -> list[Hit]:
        """The chunks under a heading that names a person by one of `names`, those first that fit a
        question best; all of them, whether they share anything with it or not.

        What counts beside their terms is the characters they share with it. Raises `KnownError`
        for a damaged file.
        """
        own = self._about(tuple(names))
        if not own:
            return []
        scores, weights = self._scored(query, "")
        shared = letters_shared(letters(query), [one.text for one in own.values()])
        most = self._most_weight()
        hits = [
            Hit(id, chunk, scores.get(id, 0.0), max(weights.get(id, 0.0), most * share))
            for (id, chunk), share in zip(own.items(), shared, strict=True)
        ]
        return sorted(hits, key=lambda hit: (-hit.weight, hit.id))[:limit]

    def _about(self, names: tuple[str, ...]) -> dict[int, Chunk]:
        """The chunks under a heading that names a person so."""
        if names not in self._persons:
            ids: dict[int, None] = {}
            for name in names:
                if known := self._known(name):
                    rarest = self._postings(known[0][1])[:MOST_POSTINGS]
                    ids.update(dict.fromkeys(one >> FREQUENCY_BITS for one in rarest))
            found = {id: self._chunk(id) for id in sorted(ids)[:MOST_POSTINGS]}
            own = [(id, one) for id, one in found.items() if is_about(one.title, names)]
            self._persons[names] = dict(own[:MOST_OWN])
        return self._persons[names]

    def _most_weight(self) -> float:
        """The weight of a term that stands in one chunk only."""
        return log(1 + max(len(self._sizes) - 0.5, 0.5) / 1.5)

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
                _(
                    "{where}: searched by words alone: {problem}",
                    where=self.where,
                    problem=error.problems[0],
                )
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
        return unsigned(blob, self.where)

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
        return damaged(self.where)
