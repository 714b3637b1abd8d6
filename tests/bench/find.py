"""What searching a long session costs, for words of each kind: the median of five, in
milliseconds of the processor.

    python tests/bench/find.py [TURNS]        20000 where none are given

Every turn is picked from five candidates. "Here" is the open session; "all" is a folder that holds
its journal and fifty short ones. Beside them: reading every draw, which a search without a look at
the bytes would do.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from scenes.table.find import Query, Searched, search
from scenes.table.find_all import search_all
from scenes.table.journal_reader import read_session
from tests.bench.journal import journal

WORDS = (
    *("脚步", "没有的", "第19999句", "雨 脚步 3", "苏晚：楼上", "的"),
    *("starter", "ＳＴＡＲＴＥＲ", "text"),
)


def taken_by(act: Callable[[], object], times: int = 5) -> float:
    """Milliseconds, the median."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return median(taken) * 1e3


def main() -> None:
    turns = int(sys.argv[1]) if sys.argv[1:] else 20_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal(folder / "long.jsonl", turns)
        for number in range(50):
            journal(folder / f"short-{number}.jsonl", 100)
        session = read_session(folder / "long.jsonl")
        reading = taken_by(lambda: [session.draws[each] for each in session.draws], 1)
        print(f"{turns} turns; reading every draw {reading:.0f} ms")
        for words in WORDS:
            query, found = Query.of(words), 0
            found = len(search(Searched.of(session), query))
            here = taken_by(lambda query=query: search(Searched.of(session), query))
            every = taken_by(lambda query=query: list(search_all(query, folder)))
            print(f"{words:>14}  {found:>4} found  here {here:6.1f} ms  all {every:6.1f} ms")


if __name__ == "__main__":
    main()
