"""How long draws of five take at a vLLM whose address is given, as the benchmarks have them.

Prints a Markdown table: medians over the rounds, seconds, and prompt tokens not computed again.
"""

import statistics
import sys
import time
from contextlib import closing
from dataclasses import replace

from models.backend import Progress, Prompt, Sampling
from models.server.backend import Server

HISTORY = (
    "【雨下了一整夜，旧宅的门虚掩着。】\n苏晚：你确定是这里？ \\emoji 困惑\n"
    "林默：信上就是这么写的。\n苏晚：\\me 推开门\n【门轴发出一声长长的呻吟】\n"
)
SAMPLING = Sampling(n=5, max_tokens=24, temperature=0.95, top_p=0.8, stop=("\n",))
TURN = "苏晚：你听见了吗？\n林默：听见了，楼上有人。\n"


def measured(backend: Server, prompt: Prompt) -> tuple[float, float, int, int]:
    """Seconds to the first token, seconds in all, tokens of the prompt, those that were cached."""
    started, first, tokens, cached = time.perf_counter(), 0.0, 0, 0
    with closing(backend.generate(prompt, SAMPLING)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            first = first or (time.perf_counter() - started if delta.text else 0.0)
            if delta.end is not None:
                tokens = max(tokens, delta.end.prompt_tokens)
                cached = max(cached, delta.end.cached_tokens)
    return first, time.perf_counter() - started, tokens, cached


def table(address: str, rounds: int = 5) -> str:
    """The figures of the model `starter` at `address`."""
    kinds: dict[str, list[tuple[float, float, int, int]]] = {
        "cold": [],
        "warm": [],
        "a turn on": [],
    }
    with closing(Server.open(address, "starter")) as backend:
        for round_ in range(rounds):
            # A first line that differs makes the whole prompt new to the cache.
            here = Prompt(f"{round_ * 7919} 号房间。\n" + HISTORY * 6, "", "苏晚：")
            kinds["cold"].append(measured(backend, here))
            kinds["warm"].append(measured(backend, here))
            kinds["a turn on"].append(measured(backend, replace(here, history=TURN)))
    lines = [
        f"five candidates of at most 24 tokens, {rounds} rounds",
        "",
        "| | prompt | not computed again | first token | five candidates |",
        "|---|---|---|---|---|",
    ]
    for kind, found in kinds.items():
        first, total, tokens, cached = map(statistics.median, zip(*found, strict=True))
        lines.append(
            f"| {kind} | {tokens:.0f} tokens | {cached:.0f} | {first:.2f} s | {total:.2f} s |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(sys.argv[1]))
