"""How long it takes to tell who says what in a million characters: figures for docs/benchmarks.md.

    python tests/bench/quotes.py [NOVEL…]

Without novels a made-up one of a million characters is read. Each step is timed three times, by the
CPU time of this process, since other programs may keep the cores busy; the median is printed.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scenes.data.books.book import read_book
from scenes.data.books.convert import entries
from scenes.data.books.people import aliases_of
from scenes.data.books.quotes import Extractor
from scenes.log import dump

MILLION = 1_000_000


def made_up(folder: Path, seed: int = 5) -> Path:
    """A novel of a million characters: made-up people who talk, and narration between."""
    rng = random.Random(seed)
    signs = [chr(0x4E00 + at) for at in range(2000)]
    people = [rng.choice("张王李赵陈林周吴") + "".join(rng.choices(signs, k=2)) for _ in range(40)]
    text, length, chapter = [], 0, 0
    while length < MILLION:
        if length >= chapter * 8000:
            chapter += 1
            text.append(f"\n第{chapter}章 {''.join(rng.choices(signs, k=4))}\n")
        told = "".join(rng.choices(signs, k=rng.randint(5, 60)))
        said = "".join(rng.choices(signs, k=rng.randint(3, 40)))
        verb = rng.choice(("道", "笑道", "说", "问", "大怒，喝道"))
        text.append(f"{told}。{rng.choice(people)}{verb}：“{said}。”\n")
        length += len(text[-1])
    path = folder / "made.txt"
    path.write_text("".join(text), encoding="utf-8")
    return path


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Median CPU seconds of three runs of `work`, and what the last gave."""
    took, made = [], None
    for _ in range(3):
        started = time.process_time()
        made = work()
        took.append(time.process_time() - started)
    return statistics.median(took), made


def measure(path: Path) -> None:
    """Print the CPU seconds of each step for one novel, and of a million characters of it."""
    reading, book = timed(lambda: read_book(path))
    aliases = aliases_of(book)[1]
    telling, quotes = timed(lambda: list(Extractor(book, aliases).quotes()))
    writing, _ = timed(lambda: dump(entries(book, quotes)))
    whole = reading + telling + writing
    print(
        f"{path.stem}: {len(book.text):,} characters, {len(quotes):,} quotations: "
        f"read {reading:.2f} s, who says what {telling:.2f} s, log {writing:.2f} s; "
        f"{whole * MILLION / len(book.text):.2f} s a million characters"
    )


def main() -> None:
    if novels := [Path(name) for name in sys.argv[1:]]:
        for novel in novels:
            measure(novel)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(made_up(Path(folder)))


if __name__ == "__main__":
    main()
