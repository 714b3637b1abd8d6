"""How well speakers are told, against labels by hand: figures for docs/corpus.md.

    python tests/corpora/score.py FOLDER [LABELS] [--wrong]

FOLDER holds the novels. Precision: of the labelled quotations that are given a speaker, how many
are given the true one. Recall: of those that have a true one, how many are given it. `--wrong`
prints the others.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from scenes.data.books.book import read_book
from scenes.data.books.people import aliases_of
from scenes.data.books.quotes import Extractor

LABELS = Path(__file__).parent / "labels" / "great-novels-held.jsonl"


@dataclass(frozen=True)
class Score:
    given: int
    right: int
    spoken: int
    labels: int

    @property
    def precision(self) -> float:
        return self.right / max(self.given, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.spoken, 1)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.1%} ({self.right} of {self.given}), "
            f"recall {self.recall:.1%} ({self.right} of {self.spoken}), {self.labels} labels"
        )


def speakers(novel: Path) -> dict[int, str]:
    """Who is given as the speaker of the quotation that opens at each position."""
    book = read_book(novel)
    found = Extractor(book, aliases_of(book)[1]).quotes()
    return {one.start: one.speaker for one in found if one.kind in ("speech", "thought")}


def score(folder: Path, labels: Path = LABELS, wrong: bool = False) -> dict[str, Score]:
    """The score of each novel, and of all."""
    rows = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    counts: dict[str, Counter[str]] = {}
    for novel in dict.fromkeys(row["novel"] for row in rows):
        told = speakers(folder / f"{novel}.txt")
        for row in (row for row in rows if row["novel"] == novel):
            given, names = told.get(row["at"], ""), row["speaker"].split("|")
            seen = Counter(
                given=bool(given),
                right=bool(given) and given in names,
                spoken=bool(row["speaker"]),
                labels=1,
            )
            for one in (novel, "all"):
                counts.setdefault(one, Counter()).update(seen)
            if wrong and given not in names:
                print(f"{novel} {row['at']}: {given or '-'}, in truth {row['speaker'] or '-'}")
    return {
        one: Score(*(each[key] for key in ("given", "right", "spoken", "labels")))
        for one, each in counts.items()
    }


def main() -> None:
    arguments = [one for one in sys.argv[1:] if one != "--wrong"]
    labels = Path(arguments[1]) if len(arguments) > 1 else LABELS
    for novel, one in score(Path(arguments[0]), labels, "--wrong" in sys.argv).items():
        print(f"{novel}: {one}")


if __name__ == "__main__":
    main()
