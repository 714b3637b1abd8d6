"""The embedded default at a short prompt: five candidates of 24 tokens, cold, warm, and a turn on.

Prints a Markdown table: medians over the rounds, seconds.
"""

import statistics
import sys
import time
from contextlib import closing
from dataclasses import replace

from models.backend import Backend, Progress, Prompt, Sampling
from models.resolve import resolve

HISTORY = (
    "【雨下了一整夜，旧宅的门虚掩着。】\n苏晚：你确定是这里？ \\emoji 困惑\n"
    "林默：信上就是这么写的。\n苏晚：\\me 推开门\n【门轴发出一声长长的呻吟】\n"
)
SAMPLING = Sampling(n=5, max_tokens=24, stop=(), temperature=0.95, top_p=0.8)
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def draw(backend: Backend, prompt: Prompt) -> tuple[float, float, int]:
    """Seconds to the first token, seconds in all, and tokens of the prompt."""
    started, first, tokens = time.perf_counter(), 0.0, 0
    with closing(backend.generate(prompt, SAMPLING)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            if delta.text and not first:
                first = time.perf_counter() - started
            if delta.end:
                tokens = delta.end.prompt_tokens
    return first, time.perf_counter() - started, tokens


def main() -> None:
    backend = resolve("starter").open(context=2048)
    times: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": [], "a turn on": []}
    tokens = 0
    for round_ in range(ROUNDS):
        # A first line that differs makes the whole prompt new to the cache.
        opening = f"{round_ * 7919} 号房间。\n" + HISTORY * 2
        here = Prompt(opening, "", "苏晚：")
        further = replace(here, history="苏晚：你听见了吗？\n林默：听见了，楼上有人。\n")
        for name, prompt in (("cold", here), ("warm", here), ("a turn on", further)):
            first, total, tokens = draw(backend, prompt)
            times[name].append((first, total))
    backend.close()
    print(f"five candidates of 24 tokens, a prompt of about {tokens} tokens, {ROUNDS} rounds\n")
    print("| | first token | five candidates | least to most |")
    print("|---|---|---|---|")
    for name, taken in times.items():
        totals = [total for _, total in taken]
        print(
            f"| {name} | {statistics.median(first for first, _ in taken):.3f} s "
            f"| {statistics.median(totals):.2f} s | {min(totals):.2f} to {max(totals):.2f} s |"
        )


if __name__ == "__main__":
    main()
