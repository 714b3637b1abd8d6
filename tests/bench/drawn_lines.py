"""Lines that the embedded default draws after real beginnings, as they come, and what that takes.

    python tests/bench/drawn_lines.py FILE [CONTEXTS]

Each context is a scene of `corpus/tables` up to a line of its log; there, hands of five and of ten
are drawn, with and without DRY, and ten with their log-probabilities. FILE gets a line of JSON for
each hand, which `rules.py --drawn` reads. Prints a table: medians over the contexts.
"""

import json
import random
import statistics
import sys
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from models.backend import Backend, End, Progress, Prompt, Sampling  # noqa: E402  (a script)
from models.resolve import resolve  # noqa: E402
from scenes.log import SPOKEN, parse  # noqa: E402
from scenes.prompt import build_prompt  # noqa: E402
from scenes.scene_loader import load_scene  # noqa: E402
from scenes.table.draw import line_sampling  # noqa: E402

HANDS = {
    "5": (5, False, 0.0),
    "5, DRY": (5, False, 0.8),
    "10": (10, False, 0.0),
    "10, log-probabilities": (10, True, 0.0),
    "10, log-probabilities, DRY": (10, True, 0.8),
}
"""Candidates, whether with log-probabilities, and the strength of DRY."""


def main() -> None:
    file, many = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40
    rng = random.Random(7)
    scenes = sorted((ROOT / "corpus" / "tables").glob("*.yaml"))
    rng.shuffle(scenes)
    seconds, steps = defaultdict[str, list[float]](list), defaultdict[str, list[int]](list)
    with closing(resolve("starter").open(context=2048)) as backend, file.open("w") as out:
        for path in scenes[:many]:
            for name, took, row in hands(backend, path, rng):
                seconds[name].append(took)
                steps[name].append(sum(line[3] for line in row["lines"]))
                row |= {"what": name, "seconds": took}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.flush()
    print(f"{many} contexts\n\n| hand | seconds | tokens |\n|---|---|---|")
    for name, took in seconds.items():
        print(f"| {name} | {statistics.median(took):.2f} | {statistics.median(steps[name]):.0f} |")


def hands(backend: Backend, path: Path, rng: random.Random):  # type: ignore[no-untyped-def]
    """The hands of one context, its prompt read before."""
    scene = load_scene(path)
    said = parse(path.with_name(f"{path.stem}.log.txt").read_text(encoding="utf-8"))
    names = {role.name for role in scene.cast}
    places = [at for at in range(12, len(said)) if said[at].kind in SPOKEN]
    at = rng.choice([at for at in places if said[at].speaker in names])
    role = scene.role(said[at].speaker)
    history = [one for one in said[:at] if one.kind != "comment"]
    for name, (n, logprobs, dry) in HANDS.items():
        asked = {"n": n, "max_tokens": 64, "dry_multiplier": dry}
        sampling = replace(line_sampling(scene, role, asked), logprobs=logprobs)
        prompt = build_prompt(
            scene, history, role, backend.context, sampling.max_tokens, backend.count
        )
        with closing(backend.prefill(prompt)) as reading:
            for __ in reading:
                pass
        began = time.perf_counter()
        lines = drawn(backend, prompt, sampling)
        row = {"file": str(path), "at": at, "lines": lines}
        yield name, time.perf_counter() - began, row


def drawn(backend: Backend, prompt: Prompt, sampling: Sampling) -> list[list[object]]:
    """Each candidate as it was drawn: its text, how it ended, its log-probability, its tokens."""
    texts, ends = [""] * sampling.n, list[End | None]([None]) * sampling.n
    with closing(backend.generate(prompt, sampling)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            texts[delta.candidate] += delta.text
            ends[delta.candidate] = delta.end or ends[delta.candidate]
    whole = ((text, end) for text, end in zip(texts, ends, strict=True) if end is not None)
    return [[text, end.finish, end.logprob, end.tokens] for text, end in whole]


if __name__ == "__main__":
    main()
