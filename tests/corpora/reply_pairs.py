"""Preference pairs from the further replies of `corpus/tables`: what was said against a bad reply.

    python tests/corpora/reply_pairs.py EXAMPLES.jsonl -o pairs.jsonl

EXAMPLES are those of `paotuan corpus examples` on the logs, whose prompts the pairs get. Of each
line with bad replies, every one of these is rejected once for the line that was said, and once for
each further good reply. Held-out scenes are left out.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

TABLES = Path(__file__).resolve().parents[2] / "corpus" / "tables"


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
    options = parser.parse_args()
    made = list(pairs(options.examples))
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made)
    options.output.write_text(text, "utf-8")
    print(f"{len(made)} pairs of {len({(one['history'], one['cue']) for one in made})} lines")


if __name__ == "__main__":
    main()
