"""Hands of several conditions as one sheet, shuffled and unnamed, and what came of its scores.

    python tests/corpora/blind.py sheet before.jsonl after.jsonl -o FOLDER
    python tests/corpora/blind.py scores FOLDER/sheet.tsv FOLDER/key.json

The hands are those that `blind_draw.py` writes. FOLDER gets `sheet.tsv`, a line for each line that
was drawn, of all conditions in one shuffled order within each context; `contexts.md`, what was said
before; and `key.json`, which condition and hand a line is of, and is not to be opened before the
last score stands. Scores: 0 broken, 1 in form but beside the point, 2 fits, 3 delights.

`scores` prints the mean, the share of lines at 2 or more and of hands with such a line for each
condition, and the difference of two, with 95 % intervals by a paired bootstrap over contexts.
"""

import argparse
import csv
import json
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

GOOD = 2
SCORES = range(4)
FIELDS = ("id", "context", "speaker", "line", "score")
RESAMPLED = 2000

Hands = dict[str, dict[str, list[int]]]
"""The scores of each hand, by condition and context."""


def sheet(
    hands: Sequence[dict[str, Any]], seed: int
) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The rows of a sheet, and what each line is of by its id."""
    rng = random.Random(seed)
    by_context = defaultdict[str, list[tuple[str, str]]](list)
    speakers = {}
    for hand in hands:
        speakers[hand["context"]] = hand["speaker"]
        by_context[hand["context"]] += [(hand["condition"], line) for line in hand["lines"]]
    rows, key = list[dict[str, str]](), dict[str, Any]()
    names = sorted(by_context)
    rng.shuffle(names)
    for number, name in enumerate(names, 1):
        lines = sorted(by_context[name])
        rng.shuffle(lines)
        for at, (condition, line) in enumerate(lines, 1):
            one = f"{number:02}-{at:02}"
            given = one, f"{number:02}", speakers[name], line, ""
            rows.append(dict(zip(FIELDS, given, strict=True)))
            key[one] = {"condition": condition, "context": name}
    return rows, key


def contexts_told(rows: Sequence[dict[str, str]], key: Any, hands: Sequence[Any]) -> str:
    """What a scorer reads before the lines of each context."""
    known = {hand["context"]: hand for hand in hands}
    parts = dict[str, str]()
    for row in rows:
        hand = known[key[row["id"]]["context"]]
        before = "\n".join(hand["before"])
        parts[row["context"]] = (
            f"## {row['context']}  {hand['title']}\n\n{hand['summary']}\n\n"
            f"{hand['speaker']}: {hand['profile']}\n\n```\n{before}\n```\n\n→ {hand['speaker']}\n"
        )
    return "\n".join(parts.values())


def read_scores(sheet_path: Path, key: Any) -> Hands:
    """The scores of a sheet by condition and context. Raises `ValueError` for one that is none."""
    found: Hands = defaultdict(lambda: defaultdict(list))
    with sheet_path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            score = (row["score"] or "").strip()
            if not score.isdecimal() or int(score) not in SCORES:
                raise ValueError(f"{row['id']}: the score is {score!r}, expected 0, 1, 2 or 3")
            one = key[row["id"]]
            found[one["condition"]][one["context"]].append(int(score))
    return found


def mean(hands: Sequence[Sequence[int]]) -> float:
    """The mean of all lines."""
    return statistics.fmean(score for hand in hands for score in hand)


def good_lines(hands: Sequence[Sequence[int]]) -> float:
    """The share of lines at `GOOD` or more."""
    return statistics.fmean(score >= GOOD for hand in hands for score in hand)


def good_hands(hands: Sequence[Sequence[int]]) -> float:
    """The share of hands with such a line."""
    return statistics.fmean(max(hand) >= GOOD for hand in hands)


MEASURES: dict[str, Callable[[Sequence[Sequence[int]]], float]] = {
    "mean score": mean,
    f"lines at {GOOD} or more": good_lines,
    "hands with such a line": good_hands,
}


def interval(values: list[float]) -> tuple[float, float]:
    """The middle 95 % of resampled values."""
    ordered = sorted(values)
    return ordered[len(ordered) // 40], ordered[-1 - len(ordered) // 40]


def results(found: Hands, seed: int = 1) -> list[tuple[str, ...]]:
    """A row for each measure: each condition with its interval, then the change from the first to
    each other, over the contexts that all of them have."""
    conditions = sorted(found)
    names = sorted(set.intersection(*(set(found[one]) for one in conditions)))
    rng = random.Random(seed)
    samples = [rng.choices(names, k=len(names)) for __ in range(RESAMPLED)]
    rows = list[tuple[str, ...]]()
    for title, measure in MEASURES.items():

        def at(condition: str, chosen: Sequence[str], measure: Any = measure) -> float:
            return float(measure([found[condition][name] for name in chosen]))

        drawn = {one: [at(one, chosen) for chosen in samples] for one in conditions}
        cells = [_cell(at(one, names), drawn[one]) for one in conditions]
        first = conditions[0]
        for other in conditions[1:]:
            apart = [b - a for a, b in zip(drawn[first], drawn[other], strict=True)]
            cells.append(_cell(at(other, names) - at(first, names), apart))
        rows.append((title, *cells))
    changes = [f"{other} − {conditions[0]}" for other in conditions[1:]]
    return [(f"{len(names)} contexts", *conditions, *changes), *rows]


def _cell(value: float, resampled: list[float]) -> str:
    low, high = interval(resampled)
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    making = parts.add_parser("sheet")
    making.add_argument("hands", type=Path, nargs="+")
    making.add_argument("-o", "--output", type=Path, required=True)
    making.add_argument("--seed", type=int, default=1)
    joining = parts.add_parser("scores")
    joining.add_argument("sheet", type=Path)
    joining.add_argument("key", type=Path)
    joining.add_argument(
        "--only", default="", help="contexts whose name begins so: new/, held-out/"
    )
    options = parser.parse_args()
    if options.part == "sheet":
        _make(options)
        return
    key = json.loads(options.key.read_text("utf-8"))
    try:
        found = read_scores(options.sheet, key)
    except (ValueError, KeyError) as error:
        sys.exit(f"{options.sheet}: {error}")
    kept = {
        condition: {name: s for name, s in hands.items() if name.startswith(options.only)}
        for condition, hands in found.items()
    }
    head, *rows = results(kept)
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def _make(options: argparse.Namespace) -> None:
    lines = [line for path in options.hands for line in path.read_text("utf-8").splitlines()]
    hands = [json.loads(line) for line in lines]
    rows, key = sheet(hands, options.seed)
    options.output.mkdir(parents=True, exist_ok=True)
    text = ["\t".join(FIELDS), *("\t".join(row[name] for name in FIELDS) for row in rows)]
    (options.output / "sheet.tsv").write_text("\n".join(text) + "\n", "utf-8")
    (options.output / "contexts.md").write_text(contexts_told(rows, key, hands), "utf-8")
    (options.output / "key.json").write_text(json.dumps(key, ensure_ascii=False, indent=1), "utf-8")
    print(f"{len(rows)} lines of {len(set(row['context'] for row in rows))} contexts")


if __name__ == "__main__":
    main()
