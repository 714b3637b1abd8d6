"""Preference pairs from the further replies of `corpus/tables`: what was said against a bad reply.

    python tests/corpora/reply_pairs.py EXAMPLES.jsonl -o pairs.jsonl [--lines N] [--misplaced N]

EXAMPLES are those of `paotuan corpus examples` on the logs, whose prompts the pairs get. Of each
line with bad replies, every one of these is rejected once for the line that was said, and once for
each further good reply. `--misplaced N` adds N lines, of as many scenes as there are, with what the
same role says elsewhere in the scene as bad replies: in voice, and no answer. Held-out scenes are
left out.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parents[2] / "corpus" / "tables"
SEED = 16
ELSEWHERE = 4
"""Lines of the same role that are rejected for one line."""
NEAR = 3
"""Lines of a role this near to each other may stand for each other."""


def pairs(examples: Path, folder: Path = TABLES) -> Iterator[dict[str, str]]:
    """The pairs, in the order of the examples."""
    replies = _replies(folder)
    with examples.open(encoding="utf-8") as lines:
        for line in lines:
            example = json.loads(line)
            of = example["source"], example["speaker"], example["reply"].strip()
            if example["split"] != "train" or of not in replies:
                continue
            good, bad = replies.pop(of)
            prompt = {key: example[key] for key in ("stable", "history", "cue")}
            for rejected in bad:
                for chosen in (of[2], *good):
                    yield {**prompt, "chosen": chosen, "rejected": rejected}


def misplaced(examples: Path, lines: int) -> Iterator[dict[str, str]]:
    """The pairs of so many lines, scene by scene in turns; what is rejected is as near in length,
    and an action where an action was said."""
    scenes = defaultdict[str, dict[str, list[Any]]](lambda: defaultdict(list))
    with examples.open(encoding="utf-8") as file:
        for example in map(json.loads, file):
            if example["split"] == "train":
                scenes[example["source"]][example["speaker"]].append(example)
    rng = random.Random(SEED)
    queues = []
    for roles in scenes.values():
        places = [(role, at) for role, said in roles.items() for at in range(len(said))]
        rng.shuffle(places)
        queues.append([(roles[role], at) for role, at in places if len(roles[role]) > 2 * NEAR])
    turns = (one for turn in zip_longest(*queues) for one in turn if one is not None)
    for (said, at), __ in zip(turns, range(lines), strict=False):
        mine = said[at]["reply"].strip()
        others = [
            one["reply"].strip()
            for there, one in enumerate(said)
            if abs(there - at) >= NEAR
            and one["reply"].startswith("\\me") == mine.startswith("\\me")
        ]
        others.sort(key=lambda other: abs(len(other) - len(mine)))
        prompt = {key: said[at][key] for key in ("stable", "history", "cue")}
        for rejected in dict.fromkeys(others[:ELSEWHERE]):
            if rejected != mine:
                yield {**prompt, "chosen": mine, "rejected": rejected}


def _replies(folder: Path) -> Mapping[tuple[str, str, str], tuple[list[str], list[str]]]:
    """Good and bad replies by log, speaker and what was said."""
    found = {}
    for path in sorted(folder.glob("*.replies.jsonl")):
        log = path.with_name(path.name.replace(".replies.jsonl", ".log.txt"))
        lines = log.read_text("utf-8").splitlines()
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            bad = [one["reply"] for one in row.get("bad", ())]
            said = lines[row["line"] - 1].removeprefix(row["speaker"]).lstrip("：: ").strip()
            if bad:
                found[log.name, row["speaker"], said] = (row.get("good", []), bad)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--lines", type=int, help="of so many lines with bad replies, not of all")
    parser.add_argument("--misplaced", type=int, default=0)
    options = parser.parse_args()
    made = list(pairs(options.examples))
    if options.lines is not None:
        prompts = sorted({(one["history"], one["cue"]) for one in made})
        kept = set(random.Random(SEED).sample(prompts, min(options.lines, len(prompts))))
        made = [one for one in made if (one["history"], one["cue"]) in kept]
    made += misplaced(options.examples, options.misplaced)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made)
    options.output.write_text(text, "utf-8")
    print(f"{len(made)} pairs of {len({(one['history'], one['cue']) for one in made})} lines")


if __name__ == "__main__":
    main()
