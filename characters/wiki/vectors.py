"""Vectors of the chunks of a knowledge base: a NumPy file beside it, mapped into memory.

A row a chunk, normalised float16. What they are compared with comes from the model that made
them, which is opened only when something is asked.
"""

import os
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from pathlib import Path
from random import Random
from tokenize import TokenError
from typing import TYPE_CHECKING, Protocol, TypeVar

from base.errors import KnownError
from base.extras import not_installed
from base.folders import beside, shown_path
from base.messages import _
from base.text import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

T = TypeVar("T", bound=Hashable)

_BAD_FILE = (OSError, ValueError, EOFError, TypeError, OverflowError, SyntaxError, TokenError)
"""What NumPy raises for a file that is no array, or a torn one."""
RRF_K = 60
LEAST_NEAR = 0.3
"""How near a chunk must be to count: 0 is what two chunks usually are, 1 is the same."""
LEAST_SPREAD = 0.02
HELD = 1 << 29
"""Bytes of vectors that are kept as float32, which is several times as fast as float16."""
BATCH = 256
LONGEST_NAME = 1000
MOST_NUMBERS = 1 << 16
PAIRS = 1000


class TextEmbedder(Protocol):
    """A model that makes vectors of texts; they are normalised."""

    @property
    def dimension(self) -> int: ...

    def documents(self, texts: Sequence[str]) -> "Matrix":
        """A row for each text that is to be found."""
        ...

    def query(self, text: str) -> "Matrix":
        """The vector of what is asked."""
        ...


OpenEmbedder = Callable[[str], TextEmbedder]
"""Opens a model by its name or folder. Raises `KnownError`."""
Report = Callable[[int, int], None]
"""Is told how many chunks are done, and of how many."""


@dataclass(frozen=True)
class Embedding:
    """What a base's vectors are made with."""

    embedder: TextEmbedder
    model: str
    """What the index says of it: a name of the hub, a folder below its own, or an absolute one."""
    tell: Report = lambda done, of: None


@dataclass(frozen=True)
class VectorsMade:
    """What an index keeps of its vectors."""

    model: str
    dimension: int
    checksum: int
    """CRC-32 of the file."""
    usual: float
    """Median cosine of two chunks taken by chance."""


def made_of(row: Sequence[object]) -> VectorsMade | None:
    """What a row of an index says of its vectors; `None` where it cannot be that."""
    model, dimension, checksum, usual = row
    if not (isinstance(model, str) and model.isprintable() and 0 < len(model) <= LONGEST_NAME):
        return None
    if model.startswith(("//", "\\\\")):  # another machine's folder
        return None
    if not isinstance(dimension, int) or not 0 < dimension <= MOST_NUMBERS:
        return None
    if not isinstance(checksum, int) or not isinstance(usual, float) or not -1.1 < usual < 1.1:
        return None
    return VectorsMade(model, dimension, checksum, usual)


def vectors_path(base: Path) -> Path:
    """The file of the vectors of a base."""
    return base.with_name(f"{base.name}.npy")


def fused(*rankings: Iterable[T]) -> dict[T, float]:
    """Scores of what stands in several rankings (reciprocal rank fusion, Cormack et al. 2009)."""
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, one in enumerate(ranking, start=1):
            scores[one] = scores.get(one, 0.0) + 1 / (RRF_K + rank)
    return scores


class Vectors:
    """The vectors of a base, and the model that makes those of questions."""

    def __init__(self, base: Path, made: VectorsMade, count: int, embedder: OpenEmbedder) -> None:
        self._base, self._made, self._count, self._open = base, made, count, embedder
        self._embedder: TextEmbedder | None = None
        self._rows: NDArray[np.float16] | Matrix | None = None

    def prepare(self) -> TextEmbedder:
        """Open the file and the model, if they are not. Raises `KnownError`."""
        if self._embedder is None:
            self._rows = self._read()
            path = beside(self._base.parent, self._made.model)
            name = str(path) if path is not None and path.is_dir() else self._made.model
            embedder = self._open(name)
            if embedder.dimension != self._made.dimension:
                raise KnownError(
                    _(
                        "its vectors have {ours} numbers, those of {model} have {theirs}; build it "
                        "again",
                        ours=self._made.dimension,
                        model=shown(name),
                        theirs=embedder.dimension,
                    )
                )
            self._embedder = embedder
        return self._embedder

    def nearest(self, query: str, limit: int) -> dict[int, float]:
        """The chunks near to a query, and how near, the nearest first. Raises `KnownError`."""
        vector = self.prepare().query(query)
        import numpy as np

        if vector.shape != (self._made.dimension,):
            raise KnownError(
                _(
                    "{model}: its vectors are not of the length it says",
                    model=shown(self._made.model),
                )
            )
        usual = self._made.usual
        near = (self._cosines(vector) - usual) / max(1 - usual, LEAST_SPREAD)
        best = np.flatnonzero(near >= LEAST_NEAR)
        if len(best) > limit:
            best = best[np.argpartition(-near[best], limit - 1)[:limit]]
        ordered = sorted((-float(near[at]), int(at)) for at in best)
        return {at: min(-negative, 1.0) for negative, at in ordered}

    def _cosines(self, vector: "Matrix") -> "Matrix":
        import numpy as np

        rows = self._rows
        assert rows is not None
        if rows.dtype == np.float32:
            return rows @ vector
        step = max(1, (1 << 24) // (4 * rows.shape[1]))
        parts = (rows[at : at + step].astype(np.float32) for at in range(0, len(rows), step))
        return np.concatenate([part @ vector for part in parts])

    def _read(self) -> "NDArray[np.float16] | Matrix":
        try:
            import numpy as np
        except ModuleNotFoundError:
            raise KnownError(
                _(
                    "{name}: {hint}",
                    name=shown(self._made.model),
                    hint=not_installed("numpy", "embeddings"),
                )
            ) from None
        rows = self._mapped(vectors_path(self._base))
        if rows.dtype != np.float16 or rows.shape != (self._count, self._made.dimension):
            path = shown_path(vectors_path(self._base))
            raise KnownError(_("{where}: not vectors of ours; build it again", where=path))
        return rows.astype(np.float32) if 4 * rows.size <= HELD else rows

    def _mapped(self, path: Path) -> "NDArray[np.float16]":
        from numpy.lib.format import open_memmap

        try:
            if _checksum(path) != self._made.checksum:
                raise KnownError(
                    _(
                        "{where}: damaged, or not the vectors of {base}; build it again",
                        where=shown_path(path),
                        base=self._base.name,
                    )
                )
            rows: NDArray[np.float16] = open_memmap(path, mode="r")
        except FileNotFoundError:
            raise KnownError(
                _(
                    "{where}: no such file, expected the vectors of {base}",
                    where=shown_path(path),
                    base=self._base.name,
                )
            ) from None
        except _BAD_FILE as error:
            raise KnownError(
                _(
                    "{where}: cannot be read: {words}",
                    where=shown_path(path),
                    words=shown(str(error)),
                )
            ) from None
        return rows


def write_vectors(
    path: Path, texts: Iterator[str], count: int, embedding: Embedding
) -> VectorsMade:
    """Embed `count` texts, a batch at a time, into a file.

    Raises `OSError`, and `KnownError` where the model fails.
    """
    import numpy as np

    embedder, size = embedding.embedder, (count, embedding.embedder.dimension)
    rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=size)
    done = 0
    while some := list(islice(texts, BATCH)):
        rows[done : done + len(some)] = embedder.documents(some)
        done += len(some)
        embedding.tell(done, count)
    rows.flush()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    usual = _usual(rows)
    if not isfinite(usual):
        raise KnownError(_("{model}: its vectors are not numbers", model=embedding.model))
    return VectorsMade(embedding.model, embedder.dimension, _checksum(path), usual)


def _usual(rows: "NDArray[np.float16]") -> float:
    import numpy as np

    if len(rows) < 2:
        return 0.0
    rng = Random(0)
    pairs = np.array([rng.sample(range(len(rows)), 2) for __ in range(PAIRS)])
    left, right = (rows[pairs[:, side]].astype(np.float32) for side in (0, 1))
    return float(np.median((left * right).sum(axis=1)))


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return checksum
