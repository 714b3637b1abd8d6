"""How fast a knowledge base of 100,000 chunks opens and answers: figures for docs/benchmarks.md.

    python tests/bench/retrieval.py [CHUNKS] [--fts] [--vectors] [--cpu]

The chunks are made up: words of two to four characters with Zipf's frequencies, some of them
names. `--fts` measures SQLite's FTS5 over the same terms beside it; `--vectors` the same base with
made-up vectors of 384 numbers, without the time that a model takes for the question; `--cpu`
counts the time of the processor, for a machine on which other programs run.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from characters.wiki.chunks import Chunk
from characters.wiki.index import Base
from characters.wiki.storage import write_base
from characters.wiki.terms import terms
from characters.wiki.vectors import Embedding, vectors_path

LIMIT = 5
CLOCK = time.process_time if "--cpu" in sys.argv else time.perf_counter


def made_up(count: int, seed: int = 7) -> tuple[list[Chunk], list[str]]:
    """Chunks of about a hundred characters, and the words they are made of, the commonest first."""
    rng = random.Random(seed)
    signs = [chr(0x4E00 + at) for at in range(3500)]
    weights = [1 / (at + 10) for at in range(len(signs))]
    words = [
        "".join(rng.choices(signs, weights, k=rng.choice((1, 2, 2, 2, 3, 4))))
        for _ in range(40_000)
    ]
    frequencies = [1 / (at + 3) for at in range(len(words))]
    drawn = iter(rng.choices(words, frequencies, k=48 * count))
    chunks = [
        Chunk("made.md", f"第{at // 20}节", "".join(next(drawn) for _ in range(48)))
        for at in range(count)
    ]
    return chunks, words


def queries(words: list[str], rng: random.Random) -> Iterator[str]:
    """Two turns each, of twenty words, and single words of two characters, common and rare."""
    frequencies = [1 / (at + 3) for at in range(len(words))]
    for _ in range(200):
        yield "".join(rng.choices(words, frequencies, k=20))
    yield from [word for word in words if len(word) == 2][:4000:20]


def timed(what: str, work: Callable[[], object], again: int = 1) -> float:
    """Median milliseconds of `work`."""
    took = []
    for _ in range(again):
        started = CLOCK()
        work()
        took.append(1000 * (CLOCK() - started))
    print(f"{what}: {statistics.median(took):.1f} ms (worst of {again}: {max(took):.1f})")
    return statistics.median(took)


def measure(search: Callable[[str], object], asked: list[str], name: str) -> None:
    took = []
    for query in asked:
        started = CLOCK()
        search(query)
        took.append(1000 * (CLOCK() - started))
    took.sort()
    print(
        f"{name}: a query takes {statistics.median(took):.1f} ms, "
        f"99 of 100 ≤ {took[int(len(took) * 0.99)]:.1f} ms, the slowest {took[-1]:.1f} ms"
    )


def fts(chunks: list[Chunk], path: Path) -> Callable[[str], object]:
    """The same search with SQLite's FTS5 over the same terms."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='unicode61')")
    rows = ((at, " ".join(terms(chunk.text))) for at, chunk in enumerate(chunks))
    connection.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", rows)
    connection.commit()

    def search(query: str) -> object:
        match = " OR ".join(f'"{term}"' for term in terms(query))
        sql = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?"
        return connection.execute(sql, (match, LIMIT)).fetchall()

    return search


class MadeUp:
    """Vectors drawn by chance, in place of a model's."""

    dimension = 384

    def __init__(self) -> None:
        import numpy as np

        self._rng = np.random.default_rng(5)

    def documents(self, texts: Sequence[str]) -> Any:
        import numpy as np

        rows = self._rng.standard_normal((len(texts), self.dimension), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def query(self, text: str) -> Any:
        return self.documents([text])[0]


def measure_vectors(chunks: list[Chunk], names: list[str], path: Path, asked: list[str]) -> None:
    """The same queries where the ranking by cosine is fused with that of the words."""
    made = MadeUp()
    timed("build with vectors", lambda: write_base(path, chunks, names, Embedding(made, "made")))
    print(f"vectors: {vectors_path(path).stat().st_size / 1e6:.0f} MB")
    timed("open", lambda: Base.open(path, lambda name: made).close(), 20)
    base = Base.open(path, lambda name: made)
    timed("the first query, which reads the vectors", lambda: base.search(asked[0], LIMIT))
    measure(lambda query: base.search(query, LIMIT), asked, "own index with vectors")
    assert not base.notices, base.notices


def main() -> None:
    count = next((int(one) for one in sys.argv[1:] if one.isdecimal()), 100_000)
    chunks, words = made_up(count)
    names = [word for word in words if len(word) > 2][:2000]
    asked = list(queries(words, random.Random(3)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.kb"
        print(
            f"{count:,} chunks of {statistics.mean(len(one.text) for one in chunks):.0f} characters"
        )
        timed("build", lambda: write_base(path, chunks, names))
        print(f"file: {path.stat().st_size / 1e6:.0f} MB")
        timed("open", lambda: Base.open(path).close(), 20)
        base = Base.open(path)
        measure(lambda query: base.search(query, LIMIT), asked, "own index")
        if "--vectors" in sys.argv:
            base.close()
            measure_vectors(chunks, names, path, asked)
        if "--fts" in sys.argv:
            measure(fts(chunks, Path(folder) / "fts.db"), asked, "FTS5")


if __name__ == "__main__":
    main()
