"""Preference pairs from lines that the model drew itself, and that a reader scored.

    python tests/corpora/scored_pairs.py EXAMPLES.jsonl SHEET.tsv KEY.json -o pairs.jsonl

EXAMPLES are those of `paotuan corpus examples` on the logs, whose prompts the pairs get; the sheet
and its key are those of `blind.py` for hands of `blind_draw.py --learnt`. Of each context, every
line with a lower score is rejected for the line of the log, and for each that the reader found fit.
Contexts whose line is no example, since it is much like one that is held out, are left out.

With `--own` the pairs are of the model's own lines alone, both of one kind, about as long, and with
the emotion of the better one, so that they differ in their sense; at most `MOST_OWN` of a context.
With `--habits same` besides, both ask or hesitate or neither does: a model that learns from its
own lines takes to `……什么？`, which is seldom wrong and says nothing. `--habits fewer` also takes a
line that fits and does not, where the worse one does; that is soon all that is learned. With
`--fit`, only contexts that have a line that fits.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scenes.log import Entry, parse, write
from tests.corpora.blind import GOOD
from tests.corpora.blind_draw import Context, learnt_contexts

MOST_OWN = 12
"""Pairs of one context with `--own`, those farthest apart first."""
LONGER = 1.5
"""How many times as long the weak line may be, and some characters more."""
MORE = 4
Habits = Literal["any", "same", "fewer"]
HABITS = ("…", "？", "?")
"""What such a model falls into."""


def scored_lines(sheet: Path, key: Path) -> dict[str, list[tuple[str, int]]]:
    """The lines of each context with their scores."""
    of: Any = json.loads(key.read_text("utf-8"))
    found = defaultdict[str, list[tuple[str, int]]](list)
    with sheet.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[of[row["id"]]["context"]].append((row["line"], int(row["score"])))
    return found


def pairs(
    examples: Sequence[Any],
    contexts: Sequence[Context],
    scored: dict[str, list[tuple[str, int]]],
    own: bool = False,
    habits: Habits = "any",
) -> Iterator[dict[str, str]]:
    """The pairs, context by context."""
    by_line = defaultdict[tuple[str, str, str], list[Any]](list)
    for one in examples:
        by_line[one["source"], one["speaker"], one["reply"].strip()].append(one)
    for context in contexts:
        if context.name not in scored:
            continue
        before = f"{write(context.history[-1])}\n"
        said = _reply(context.said, context.speaker)
        source = context.name.partition("/")[2].partition("@")[0]
        of = f"{source}.log.txt", context.speaker, said
        places = [one for one in by_line[of] if one["history"].endswith(before)]
        if not places:
            continue
        prompt = {key: places[0][key] for key in ("stable", "history", "cue")}
        lines = scored[context.name]
        found = _of_own(lines, habits) if own else _of_log(said, context, scored)
        for chosen, rejected in found:
            yield {**prompt, "chosen": chosen, "rejected": rejected}


def _of_log(
    said: str, context: Context, scored: dict[str, list[tuple[str, int]]]
) -> Iterator[tuple[str, str]]:
    lines = [(_reply(line, context.speaker), score) for line, score in scored[context.name]]
    fit = [(said, max(GOOD, *(score for __, score in lines)))]
    fit += [one for one in lines if one[1] >= GOOD]
    for rejected, low in lines:
        for chosen in dict.fromkeys(line for line, score in fit if score > low):
            if chosen != rejected:
                yield chosen, rejected


def _of_own(lines: Sequence[tuple[str, int]], habits: Habits) -> list[tuple[str, str]]:
    """Pairs of one kind and with one emotion, those farthest apart first."""
    told = [(entry, score) for line, score in lines for entry in parse(line)[:1]]
    apart = [
        (high - low, better, worse)
        for better, high in told
        for worse, low in told
        if high > low and _alike(better, worse) and _even(better, worse, high, habits)
    ]
    apart.sort(key=lambda one: -one[0])
    alike = [
        (_body(better), _body(replace(worse, emotion=better.emotion)))
        for __, better, worse in apart
    ]
    return [one for one in dict.fromkeys(alike) if one[0] != one[1]][:MOST_OWN]


def _fits(lines: Sequence[tuple[str, int]]) -> bool:
    return any(score >= GOOD for __, score in lines)


def _alike(better: Entry, worse: Entry) -> bool:
    kinds = [(one.kind, bool(one.thought)) for one in (better, worse)]
    long, short = (len(one.text + one.thought) for one in (worse, better))
    return kinds[0] == kinds[1] and long <= LONGER * short + MORE


def _even(better: Entry, worse: Entry, high: int, habits: Habits) -> bool:
    has, other = (
        {habit for habit in HABITS if habit in one.text + one.thought} for one in (better, worse)
    )
    fewer = habits == "fewer" and high >= GOOD and has < other
    return habits == "any" or has == other or fewer


def _body(entry: Entry) -> str:
    return _reply(write(entry), str(entry.speaker))


def _reply(line: str, speaker: str) -> str:
    return line.removeprefix(speaker).lstrip("：: ").strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--own", action="store_true", help="pairs of the model's own lines alone")
    parser.add_argument("--habits", choices=("any", "same", "fewer"), default="any")
    parser.add_argument("--fit", action="store_true", help="of contexts with a line that fits")
    parser.add_argument("--places", type=int, default=0, help="as they were drawn")
    parser.add_argument("--scenes", nargs="+", default=[], help="as they were drawn")
    options = parser.parse_args()
    with options.examples.open(encoding="utf-8") as lines:
        examples = [json.loads(line) for line in lines]
    scored = scored_lines(options.sheet, options.key)
    contexts = list(learnt_contexts(options.places, options.scenes))
    if options.fit:
        scored = {name: lines for name, lines in scored.items() if _fits(lines)}
    made = list(pairs(examples, contexts, scored, options.own, options.habits))
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made)
    options.output.write_text(text, "utf-8")
    told = len({(one["history"], one["cue"]) for one in made})
    print(f"{len(made)} pairs of {told} of {len(scored)} contexts")


if __name__ == "__main__":
    main()
