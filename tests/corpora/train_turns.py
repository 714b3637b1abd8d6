"""Learns the weights by which a turn that nobody is named for is given to a speaker.

    python tests/corpora/train_turns.py FOLDER… [--check]

Each FOLDER holds novels that the labels of `labels/*-tune.jsonl` are of; those of our own writing
lie in `modern/`. Writes `scenes/data/books/prose/turn_weights.json`, which English is read by (for
Chinese, see `train_talks.py`): a conditional logit over the candidates of a turn (and nobody),
fitted by gradient descent with an L2 penalty. `--check` prints instead how it does on chapters
that were left out. No held label is read.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from scenes.data.books.book import read_book
from scenes.data.books.prose.evidence import Reader, Turn
from scenes.data.books.prose.extract import chinese_reader, english_reader
from scenes.data.books.prose.resolve import NOBODY, SPOKEN, Resolver
from scenes.data.books.prose.talks import exchanges, paragraphs, turn_weights
from tests.corpora.conditional_logit import TOLD, Decision, fitted

HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "scenes" / "data" / "books" / "prose" / "turn_weights.json"
GENRES = ("modern", "stories", "english")
ROUNDS = 3
READERS: dict[Path, Reader] = {}
"""Each text read once, however often it is resolved."""


class Choice(NamedTuple):
    """A turn that was to be given to somebody: each candidate's features, and who is right."""

    novel: str
    candidates: list[tuple[str, dict[str, float]]]
    right: frozenset[str]
    undecided: bool

    def rows(self) -> list[dict[str, float]]:
        """The features of each candidate, and last of nobody."""
        return [*(found for _, found in self.candidates), {NOBODY: 1.0}]

    def decision(self) -> Decision:
        """The same as the weights are fitted to it."""
        right = [who in self.right for who, _ in self.candidates]
        return Decision(self.rows(), [*right, not any(right)], 1.0 if self.undecided else TOLD)


class Recorder(Resolver):
    """Resolves as ever, and keeps what each choice was made by."""

    def __init__(self, novel: str, truth: Mapping[int, frozenset[str]], *rest: object) -> None:
        super().__init__(*rest)  # type: ignore[arg-type]
        self.novel, self.truth = novel, truth
        self.choices: dict[int, Choice] = {}

    def resolved(self) -> list[Turn]:
        turns = super().resolved()
        for exchange in exchanges([turn for turn in turns if turn.kind in SPOKEN]):
            groups = paragraphs(exchange)
            for index, group in enumerate(groups):
                right = self.truth.get(group[0].start)
                if right is None or (group[0].how not in ("turn", "") and not group[0].who):
                    continue
                found = self.candidates(groups, index)
                undecided = group[0].how in ("turn", "")
                made = Choice(self.novel, found, right, undecided)
                self.choices[group[0].start] = made
        return turns


def truths(genre: str) -> dict[str, dict[int, frozenset[str]]]:
    found: defaultdict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    for line in (HERE / "labels" / f"{genre}-tune.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["speaker"]:
            found[row["novel"]][row["at"]] = frozenset(row["speaker"].split("|"))
    return found


def choices(folders: Sequence[Path], weights: Mapping[str, float]) -> list[Choice]:
    found: list[Choice] = []
    for genre in GENRES:
        for novel, truth in truths(genre).items():
            places = (one / f"{novel}.txt" for one in (HERE / "modern", *folders))
            path = next(one for one in places if one.is_file())
            if path not in READERS:
                read = english_reader if genre == "english" else chinese_reader
                READERS[path] = read(read_book(path), {})
            recorder = Recorder(novel, truth, READERS[path], weights)
            recorder.resolved()
            found += recorder.choices.values()
    return found


def fitted_to(examples: Sequence[Choice]) -> dict[str, float]:
    """The weights under which those who are right are likeliest."""
    return fitted([one.decision() for one in examples])


def probabilities(one: Choice, weights: Mapping[str, float]) -> list[float]:
    """Of each candidate, and last of nobody."""
    powers = [
        math.exp(sum(weights.get(name, 0.0) * value for name, value in row.items()))
        for row in one.rows()
    ]
    return [power / sum(powers) for power in powers]


def checked(examples: Sequence[Choice]) -> Iterable[str]:
    """Precision and recall by threshold, on novels that were left out of the fit."""
    told: list[tuple[float, bool]] = []
    for novel in dict.fromkeys(one.novel for one in examples):
        weights = fitted_to([one for one in examples if one.novel != novel])
        for one in examples:
            if one.novel == novel and one.candidates and one.undecided:
                chances = probabilities(one, weights)[:-1]
                best = max(range(len(chances)), key=chances.__getitem__)
                told.append((chances[best], one.candidates[best][0] in one.right))
    for least in (0.4, 0.5, 0.6, 0.7, 0.8):
        given = [right for chance, right in told if chance >= least]
        precision = sum(given) / max(1, len(given))
        yield f"{least}: precision {precision:.1%}, given {len(given)} of {len(told)}"


def main() -> None:
    folders = [Path(one) for one in sys.argv[1:] if not one.startswith("--")]
    weights = dict(turn_weights())
    for _ in range(ROUNDS):
        examples = choices(folders, weights)
        if "--check" in sys.argv:
            print(len(examples), *checked(examples), sep="\n")
            return
        weights = fitted_to(examples)
    rounded = {name: round(weight, 3) for name, weight in sorted(weights.items())}
    WEIGHTS.write_text(json.dumps(rounded, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
