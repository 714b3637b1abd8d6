"""A library of books, quoted here or on Ray: its speed, and what memory it takes as it grows.

    python tests/bench/library.py --folder NEW --books 1000 --books 10000
    python tests/bench/library.py --folder NEW --books 10000 --ray

Made-up books of two thousand characters, each number of them in a run of `paotuan corpus quotes` of
its own. Memory is what the program itself held at its most (on Ray, where books are given out), and
what it held together with the processes that it started; shared pages count in each of them.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import psutil

CHARACTERS = 2_000
EVERY = 0.25
"""Seconds between two looks at the memory."""
MIB = 1 << 20
PEOPLE = ("林默", "苏晚", "周野", "陈皮", "许三", "白芷")
VERBS = ("道", "笑道", "问道", "叹道")


def write_books(folder: Path, count: int) -> list[Path]:
    """So many books, each of words of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:06}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        if path.exists():
            continue
        chance, told = Random(number), [f"第一章 第{number}本\n"]
        while sum(map(len, told)) < CHARACTERS:
            words = "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(24))
            told.append(
                f"{words[:8]}。{chance.choice(PEOPLE)}{chance.choice(VERBS)}：“{words[8:]}。”\n"
            )
        path.write_text("".join(told), "utf-8")
    return paths


def measured(books: list[Path], out: Path, more: list[str]) -> dict[str, float]:
    """The run of one library, and its memory in MiB."""
    command = [sys.executable, "-m", "tui", "corpus", "quotes", *map(str, books), "-o", str(out)]
    begun = time.perf_counter()
    with subprocess.Popen([*command, *more, "--json"], stdout=subprocess.PIPE, text=True) as run:
        own, most, together = psutil.Process(run.pid), 0, 0
        while run.poll() is None:
            try:
                held = [one.memory_info().rss for one in (own, *own.children(recursive=True))]
            except psutil.NoSuchProcess:
                continue
            most, together = max(most, held[0]), max(together, sum(held))
            time.sleep(EVERY)
        told = json.loads(run.stdout.read() if run.stdout else "")
    seconds = time.perf_counter() - begun
    if run.returncode:
        sys.exit(f"the run ended with {run.returncode}: {told}")
    return {"seconds": seconds, "own": most / MIB, "together": together / MIB}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--books", type=int, action="append", required=True)
    parser.add_argument("--ray", action="store_true")
    options = parser.parse_args()
    for count in options.books:
        books = write_books(options.folder / "books", count)
        out = options.folder / f"quoted-{count}{'-ray' if options.ray else ''}"
        told = measured(books, out, ["--ray"] if options.ray else [])
        print(
            f"{count} books: {told['seconds']:.1f} s, {count / told['seconds']:.0f} a second, "
            f"{told['own']:.0f} MiB itself, {told['together']:.0f} MiB with its processes",
            flush=True,
        )


if __name__ == "__main__":
    main()
