"""How well speakers are told, against labels by hand: figures for docs/corpus.md.

    python tests/corpora/score.py FOLDER… [--labels FILE]… [--wrong] [--traditional]

Each FOLDER holds novels; those of our own writing lie in `modern/`. Without `--labels`, all sets
are scored: `labels/GENRE-PART.jsonl`, of which `tune` was tuned on, `held` and `more` were not.
Precision: of the labelled quotations that are given a speaker, how many are given the true one.
Recall: of those that have a true one, how many are given it. `--wrong` prints the others, but only
those of `tune`. `--traditional` writes the novels in traditional signs first.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scenes.data.books.book import Book, book_of, read_book
from scenes.data.books.folding import folded
from scenes.data.books.people import aliases_of
from scenes.data.books.quotes import Extractor

HERE = Path(__file__).parent
LABELS = HERE / "labels" / "great-novels-held.jsonl"
OWN = HERE / "modern"


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


def label_files() -> list[Path]:
    """Every set of labels."""
    return sorted((HERE / "labels").glob("*.jsonl"))


def found_in(novel: str, folders: Sequence[Path]) -> Path | None:
    """The file of a novel, which may be one of our own writing."""
    paths = [folder / f"{novel}.txt" for folder in (*folders, OWN)]
    return next((path for path in paths if path.is_file()), None)


def speakers(book: Book) -> dict[int, str]:
    """Who is given as the speaker of the quotation that opens at each position."""
    found = Extractor(book, aliases_of(book)[1]).quotes()
    return {one.start: one.speaker for one in found if one.kind in ("speech", "thought")}


def traditional(book: Book) -> Book:
    """The book in traditional signs, sign for sign, as its labels count them."""
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    table = {ord(sign): other for sign in set(book.text) if len(other := convert(sign)) == 1}
    return replace(book_of(book.text.translate(table), book.where, book.name))


def score(
    folders: Path | Sequence[Path],
    labels: Path = LABELS,
    wrong: bool = False,
    in_traditional: bool = False,
) -> dict[str, Score]:
    """The score of each novel that is there, and of all."""
    folders = [folders] if isinstance(folders, Path) else folders
    rows = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    counts: dict[str, Counter[str]] = {}
    for novel in dict.fromkeys(row["novel"] for row in rows):
        path = found_in(novel, folders)
        if path is None:
            continue
        book = read_book(path)
        told = speakers(traditional(book) if in_traditional else book)
        for row in (row for row in rows if row["novel"] == novel):
            given, names = folded(told.get(row["at"], "")), folded(row["speaker"]).split("|")
            seen = Counter(
                given=bool(given),
                right=bool(given) and given in names,
                spoken=bool(row["speaker"]),
                labels=1,
            )
            for one in (novel, "all"):
                counts.setdefault(one, Counter()).update(seen)
            if wrong and given not in names:
                at, end = row["at"], row["at"] + row["length"]
                before, after = book.text[max(0, at - 80) : at], book.text[end : end + 40]
                around = f"{before}⟦{book.text[at:end]}⟧{after}"
                print(f"{novel} {at}: {given or '-'}, in truth {row['speaker'] or '-'}")
                print("   ", " ".join(around.split()))
    return {
        one: Score(*(each[key] for key in ("given", "right", "spoken", "labels")))
        for one, each in counts.items()
    }


def told_lines(
    folders: Sequence[Path], sets: Sequence[Path], wrong: bool, in_traditional: bool
) -> Iterator[str]:
    for labels in sets:
        held = not labels.stem.endswith("-tune")
        show = wrong and not held
        found = score(folders, labels, show, in_traditional)
        if not found:
            yield f"{labels.stem}: its novels are not in the folders"
            continue
        yield f"{labels.stem}: {found['all']}"
        for novel, one in found.items():
            if novel != "all" and not held:
                yield f"    {novel}: {one}"


def main() -> None:
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    sets = [Path(sys.argv[at + 1]) for at, one in enumerate(sys.argv[:-1]) if one == "--labels"]
    folders = [Path(one) for one in arguments if Path(one) not in sets]
    for line in told_lines(
        folders, sets or label_files(), "--wrong" in sys.argv, "--traditional" in sys.argv
    ):
        print(line)


if __name__ == "__main__":
    main()
