"""The embedded default on a machine that has other things to do: draws alone, and two at once.

Each draw is of a process of its own, five candidates of 24 tokens, after one to warm up. With
`--spinning` threads wait as OpenMP lets them by itself, for comparison. Prints a Markdown table:
medians over the rounds in seconds, and how many times one alone two at once take.
"""

import argparse
import os
import statistics
import subprocess
import sys

from models import llamacpp

DRAW = """
import sys
from dataclasses import replace
from contextlib import closing
from models.backend import Prompt, Sampling
from models.resolve import resolve
import time
backend = resolve("starter").open(context=2048)
prompt = Prompt("【雨下了一整夜，旧宅的门虚掩着。】\\n", "", "苏晚：")
sampling = Sampling(n=5, max_tokens=24)
list(backend.generate(prompt, sampling))
print("ready", flush=True)
for line in sys.stdin:
    began = time.perf_counter()
    for turn in range(4):
        prompt = replace(prompt, history=prompt.history + "林默：听见了，楼上有人。\\n")
        list(backend.generate(prompt, sampling))
    print(time.perf_counter() - began, flush=True)
backend.close()
"""
"""Opens the starter, and draws four turns for each line that it is given."""


class Drawer:
    """A process that draws when it is told."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", DRAW],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        self._out.readline()

    def begin(self) -> None:
        """Have it draw."""
        self._in.write("draw\n")
        self._in.flush()

    def seconds(self) -> float:
        """How long it took, once it is done."""
        return float(self._out.readline())

    def close(self) -> None:
        """End it."""
        self._in.close()
        self._process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spinning", action="store_true", help="also as OpenMP does by itself")
    options = parser.parse_args()
    plain = {key: value for key, value in os.environ.items() if key not in llamacpp.WAITING}
    ways = {"asleep": plain}
    if options.spinning:
        ways["spinning"] = plain | {
            "OMP_WAIT_POLICY": "active",
            "GOMP_SPINCOUNT": "30000000000",
            "KMP_BLOCKTIME": "200",
        }
    print("| threads wait | alone | two at once | times |\n|---|---|---|---|")
    for way, environment in ways.items():
        drawers = [Drawer(environment), Drawer(environment)]
        alone, together = [], []
        for _ in range(options.rounds):
            drawers[0].begin()
            alone.append(drawers[0].seconds())
            for drawer in drawers:
                drawer.begin()
            together.append(max(drawer.seconds() for drawer in drawers))
        for drawer in drawers:
            drawer.close()
        one, two = statistics.median(alone), statistics.median(together)
        ratio = statistics.median(b / a for a, b in zip(alone, together, strict=True))
        print(f"| {way} | {one:.2f} s | {two:.2f} s | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
