"""Learns the weights by which the turns of a Chinese talk are given to speakers.

    python tests/corpora/train_talks.py [--check]

Reads the chapters of our own writing, whose speakers are known to the last quotation, and writes
`scenes/data/books/prose/chinese_turn_weights.json`: for turns that nobody is named for, and for
those beside which he or she stands, a conditional logit over candidates (and nobody), in which
whoever takes the turns around one is known: the pseudo-likelihood of the chain by which turns are
given (Besag 1975). Fitted by gradient descent with an L2 penalty. `--check` prints precision and
recall by threshold on chapters that were left out of the fit. No held label is read.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scenes.data.books.book import read_book
from scenes.data.books.folding import folded
from scenes.data.books.prose import chinese_resolve
from scenes.data.books.prose.chinese_resolve import OWN_WORDS, ChineseResolver
from scenes.data.books.prose.evidence import Turn
from scenes.data.books.prose.extract import chinese_reader
from scenes.data.books.prose.resolve import SPOKEN
from tests.corpora.conditional_logit import TOLD, Decision, fitted

HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "scenes" / "data" / "books" / "prose" / "chinese_turn_weights.json"
LABELS = HERE / "labels" / "modern-tune.jsonl"
FOLDS, LEASTS = 6, (0.4, 0.5, 0.55, 0.6, 0.7, 0.8)
Names = frozenset[str]


class Chapter:
    """A chapter that is read once, however often its turns are given."""

    def __init__(self, novel: str, truth: Mapping[int, Names]) -> None:
        self.novel, self.truth = novel, truth
        self.reader = chinese_reader(read_book(HERE / "modern" / f"{novel}.txt"), {})

    def resolver(self, weights: Mapping[str, float]) -> ChineseResolver:
        return ChineseResolver(self.reader, weights)

    def decisions(self) -> Iterator[Decision]:
        resolver = Talks(self.reader, {})
        resolver.resolved()
        for groups in resolver.talks:
            takers = [self._takers(group) for group in groups]
            for index, group in enumerate(groups):
                if group[0].start in self.truth:
                    yield _decision(resolver, groups, index, takers)

    def _takers(self, group: Sequence[Turn]) -> Names:
        named = frozenset([group[0].speaker] if group[0].speaker else [])
        return self.truth.get(group[0].start, named)

    def counts(self, weights: Mapping[str, float]) -> Counter[str]:
        """How many turns are given, rightly given, and spoken."""
        found = Counter(spoken=sum(map(bool, self.truth.values())))
        for turn in self.resolver(weights).resolved():
            if turn.kind in SPOKEN and turn.speaker and turn.start in self.truth:
                right = folded(turn.speaker) in self.truth[turn.start]
                found.update(given=1, right=right)
        return found


class Talks(ChineseResolver):
    """Keeps the talks of a chapter, in which nothing is given yet that the text does not tell."""

    def __init__(self, *rest: object) -> None:
        super().__init__(*rest)  # type: ignore[arg-type]
        self.talks: list[list[list[Turn]]] = []

    def give(self, groups: list[list[Turn]]) -> None:
        self.talks.append(groups)


def _decision(
    resolver: ChineseResolver, groups: list[list[Turn]], index: int, takers: Sequence[Names]
) -> Decision:
    group = groups[index]
    told = bool(group[0].speaker)
    choice = resolver.choice(groups, index)
    rows, right = [], []
    for who, own in choice.candidates:
        features = dict(own)
        for at, back in ((index, 1), (index + 1, 1), (index, 2), (index + 2, 2)):
            other = at - back if at == index else at
            if not (back <= at < len(groups)) or who not in takers[other]:
                continue
            for name, value in resolver.follows(groups, at)[back - 1].items():
                features[name] = features.get(name, 0.0) + value
        if told:
            features = {name: one for name, one in features.items() if name not in OWN_WORDS}
        rows.append(features)
        right.append(who in takers[index])
    return Decision([*rows, dict(choice.nobody)], [*right, not any(right)], TOLD if told else 1.0)


def chapters() -> list[Chapter]:
    truths: dict[str, dict[int, Names]] = {}
    for line in LABELS.read_text("utf-8").splitlines():
        row = json.loads(line)
        names = frozenset(filter(None, folded(row["speaker"]).split("|")))
        truths.setdefault(row["novel"], {})[row["at"]] = names
    return [Chapter(novel, truth) for novel, truth in truths.items()]


def checked(found: Sequence[Chapter]) -> Iterator[str]:
    """Precision and recall by threshold, on chapters that were left out of the fit."""
    order = list(found)
    random.Random(3).shuffle(order)
    made = {one.novel: list(one.decisions()) for one in order}
    counts = {least: Counter[str]() for least in LEASTS}
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        weights = fitted([one for each in order if each not in out for one in made[each.novel]])
        for least in LEASTS:
            chinese_resolve.LEAST = least
            counts[least] += sum((one.counts(weights) for one in out), Counter[str]())
    for least, count in counts.items():
        precision, recall = (count["right"] / count[each] for each in ("given", "spoken"))
        yield f"{least}: precision {precision:.1%}, recall {recall:.1%} of {count['spoken']}"


def main() -> None:
    found = chapters()
    if "--check" in sys.argv:
        print(*checked(found), sep="\n")
        return
    weights = fitted([one for each in found for one in each.decisions()])
    rounded = {name: round(weight, 3) for name, weight in sorted(weights.items())}
    WEIGHTS.write_text(json.dumps(rounded, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
