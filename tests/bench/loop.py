"""From play to a voice and back to the table, on the embedded default.

python tests/bench/loop.py --folder /tmp/loop     # about half an hour

A scripted player plays short scenes as 刘备 and always picks the longest line of 曹操. What was
saved becomes examples and pairs; a LoRA is trained on the examples, goes on with DPO on the pairs,
becomes a GGUF, and plays scenes that were never played. Everything after the play is the commands
that a person gives, each said as it is given; all that they make stays in the folder, a new one.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from models.llamacpp.backend import LlamaCpp  # noqa: E402  (a script beside the packages)
from models.starter import path  # noqa: E402
from scenes.adapters import find_adapter  # noqa: E402
from scenes.scene_loader import load_scene  # noqa: E402
from scenes.table.play import Play  # noqa: E402

SCENE = """\
title: 对酌
play_as: 刘备
cast:
  刘备: {profile: 寄人篱下的英雄，言语谨慎。}
  曹操: {profile: 大汉丞相，多疑而爽直。}
opening: |
  【许都，雨夜，二人对坐饮酒。】
  曹操：玄德，再饮一杯。
sampling: {n: 5, max_tokens: 48}
turns: list
model: {context: 512}
"""
SAID = (
    "丞相今日召备来，为了何事？",
    "近日城中可有新闻？",
    "备在园中种菜，别无所知。",
    "袁绍兵多，丞相如何看他？",
    "听说关外又起了战事。",
    "丞相以为谁是英雄？",
    "雨大了，备该告辞了。",
    "这酒是何处所酿？",
    "备愿借兵一支，去截袁术。",
    "云长脾气急，望丞相莫怪。",
    "天子近来可安好？",
    "吕布已败，丞相有何打算？",
)
RECIPE = """\
base: starter
out: {out}
r: 8
lora_alpha: 16
learning_rate: {rate}
batch_tokens: 1000
max_length: 640
max_steps: {steps}
eval_steps: 4
eval_limit: 8
save_steps: 10
early_stopping_patience: 0
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="a new one, where all is kept")
    parser.add_argument("--sessions", type=int, default=6)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--steps", type=int, default=12, help="on the examples")
    parser.add_argument("--pair-steps", type=int, default=16, help="with DPO")
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    folder.mkdir(parents=True)
    os.environ["XDG_DATA_HOME"] = str(folder / "data")
    os.chdir(folder)
    Path("对酌.yaml").write_text(SCENE, encoding="utf-8")
    before = [*drawn(options.sessions, options.turns, None)]
    sessions = sorted(map(str, (folder / "data").rglob("*.jsonl")))
    told("corpus", "examples", *sessions, "--for", "曹操", "--model", "starter", "--context", 512,
         "--test", 0.15, "-o", "played.jsonl")  # fmt: skip
    trained("voice", options.steps, "2e-4", "examples: played.jsonl")
    picks = [f"picks-{number}.jsonl" for number, _ in enumerate(sessions)]
    for session, file in zip(sessions, picks, strict=True):
        told("sessions", "export", Path(session).stem, "--to", "preference", "-o", file)
    pairs = f"pairs: [{', '.join(picks)}]"
    trained("picked", options.pair_steps, "1e-4", pairs, "start: adapters/voice")
    rows = [("starter", before)]
    for name in ("voice", "picked"):
        out = f"adapters/{name}"
        told("models", "convert", out, f"{out}/{name}.gguf", "--to", "gguf-lora")
        rows.append((name, [*drawn(2, options.turns, name, first=100)]))
    rows.insert(1, ("starter, the same scenes", [*drawn(2, options.turns, None, first=100)]))
    print("| who plays | lines drawn | characters a line, mean | median | at least 12 |")
    print("|---|---|---|---|---|")
    for name, lengths in rows:
        long = sum(length >= 12 for length in lengths) / len(lengths)
        mean, median = statistics.mean(lengths), statistics.median(lengths)
        print(f"| {name} | {len(lengths)} | {mean:.1f} | {median:.0f} | {long:.0%} |")


def drawn(sessions: int, turns: int, adapter: str | None, first: int = 0) -> Iterator[int]:
    """Play, and tell the length of each line that was drawn."""
    scene = load_scene("对酌.yaml")
    adapters = {adapter: str(find_adapter(adapter, True))} if adapter else {}
    opened = LlamaCpp.open(path=path(), context=512, adapters=adapters)
    with closing(opened) as backend:
        for number in range(first, first + sessions):
            speaker = replace(scene.role("曹操"), adapter=adapter)
            with closing(Play.start(scene, "刘备")) as play:
                play.asked = {"seed": 1000 * number}
                for turn in range(turns):
                    play.say(SAID[(number + turn * 5) % len(SAID)])
                    hand = play.hand(backend, speaker)
                    offset, updates = play.deal(backend, hand)
                    with closing(updates):
                        for update in updates:
                            hand.update(update, offset)
                    lengths = {
                        at: len(place.candidate.entry.text)
                        for at, place in enumerate(hand.places)
                        if place.candidate is not None
                    }
                    yield from lengths.values()
                    play.pick(hand, max(lengths, key=lengths.__getitem__))


def trained(name: str, steps: int, rate: str, *more: str) -> None:
    text = RECIPE.format(out=f"adapters/{name}", steps=steps, rate=rate)
    Path(f"{name}.yaml").write_text(text + "\n".join(more) + "\n", encoding="utf-8")
    told("train", f"{name}.yaml")


def told(*words: object) -> None:
    """Run a command as a person would, and say it."""
    command = [sys.executable, "-m", "tui", *map(str, words)]
    print("$ paotuan", *command[3:], flush=True)
    began = time.monotonic()
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    print(f"({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
