"""Measures how fast a backend draws, beside other ways to draw the same with the same weights.

It only measures: it opens no model and prints nothing.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from base.messages import _, _n
from models.backend import Backend, End, Progress, Prompt, Sampling

ROLES = ("林默", "苏晚", "守秘人")
WHO = ("老管家", "门外的人", "那位客人", "楼上的影子", "我父亲", "撑伞的女人")
DOES = ("提起过", "留下了", "带走了", "一直在找", "不肯说起", "记错了")
WHAT = ("那把钥匙", "第三封信", "地下室的门", "一盏旧灯", "墙上的画", "名单上的名字")
MOODS = ("专注", "惊讶", "困惑", "平静", "微怒")
COPY_BYTES = 64 << 20


@dataclass(frozen=True)
class Timing:
    """Repeats of one measurement, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Throughput:
    """Candidates drawn side by side on a prompt that is in the cache."""

    n: int
    tokens: int
    """Of all candidates of the last repeat together."""
    tokens_per_s: float
    """Of all candidates together, from the first token on; the median of the repeats."""


@dataclass(frozen=True)
class Comparison:
    """One other way to draw what the follow-up draw draws."""

    way: str
    time: Timing
    ratios: tuple[float, ...]
    """How many times longer than the follow-up draw beside it, a figure a repeat."""


@dataclass(frozen=True)
class BenchReport:
    """What `bench` found. Times are medians in seconds."""

    model: str
    prompt_tokens: int
    prefill_tokens_per_s: float
    first_token_cold_s: float
    first_token_follow_up_s: float
    follow_up: Timing
    """A whole draw of `follow_up_n` candidates after some new lines."""
    follow_up_n: int
    max_tokens: int
    throughput: tuple[Throughput, ...]
    comparisons: tuple[Comparison, ...]
    memory_bytes_per_s: float
    """Measured: what a copy reads and writes, in bytes a second."""
    model_bytes: int | None
    """What a step must read: the weights."""

    @property
    def steps_per_s_limit(self) -> float | None:
        """Most decoding steps a second that reading the weights once a step allows."""
        return self.memory_bytes_per_s / self.model_bytes if self.model_bytes else None

    def rows(self) -> list[tuple[str, str]]:
        """The report for a person: what each figure is, and the figure."""
        rows = [
            (_("prompt"), _n("{n} token", "{n} tokens", self.prompt_tokens)),
            (_("prefill"), _rate(self.prefill_tokens_per_s, 0)),
            (_("first token, cold"), _("{seconds:.3f} s", seconds=self.first_token_cold_s)),
            (
                _("first token, follow-up turn"),
                _("{seconds:.3f} s", seconds=self.first_token_follow_up_s),
            ),
            (_("follow-up draw of {n}", n=self.follow_up_n), _seconds(self.follow_up.seconds)),
        ]
        rows += [(f"n = {one.n}", _rate(one.tokens_per_s, 1)) for one in self.throughput]
        for one in self.comparisons:
            rows.append((_(one.way), _seconds(one.time.seconds)))
            rows.append((_("the follow-up draw is faster by"), _times(one.ratios)))
        rows.append((_("memory bandwidth"), f"{self.memory_bytes_per_s / 1e9:.1f} GB/s"))
        if self.model_bytes and (limit := self.steps_per_s_limit):
            rows.append((_("weights read in a step"), f"{self.model_bytes / 1e6:.0f} MB"))
            rows.append(
                (
                    _("limit by memory"),
                    _("{rate:.0f} steps/s (tokens/s at n = 1)", rate=limit),
                )
            )
        return rows

    def json(self) -> str:
        return json.dumps(asdict(self) | {"steps_per_s_limit": self.steps_per_s_limit})


@dataclass(frozen=True)
class _TimedDraw:
    first: float
    total: float
    ends: tuple[End, ...]
    texts: tuple[str, ...]

    @property
    def tokens(self) -> int:
        return sum(end.tokens for end in self.ends)


def bench(
    backend: Backend,
    history_tokens: int = 1500,
    ns: Sequence[int] = (1, 5, 10),
    max_tokens: int = 24,
    repeat: int = 3,
    follow_up_n: int = 5,
    model_bytes: int | None = None,
    rivals: Mapping[str, Backend] | None = None,
) -> BenchReport:
    """Draw on made-up logs of `history_tokens` tokens and time it, each figure `repeat` times.

    A backend may have `baselines() -> Mapping[str, Callable[[Prompt, Sampling], None]]`, other
    ways to draw with the same weights: each is timed right after the follow-up draw that it is
    compared with, so that both meet the same load. So are `rivals`, other models by what they are,
    each after it has drawn on the turn before. Raises `KnownError`.
    """
    sampling = Sampling(n=follow_up_n, max_tokens=max_tokens)
    baselines: Mapping[str, Callable[[Prompt, Sampling], None]] = getattr(
        backend, "baselines", dict
    )()
    cold: list[_TimedDraw] = []
    warm: list[_TimedDraw] = []
    rivals = rivals or {}
    others: dict[str, list[float]] = {way: [] for way in (*baselines, *rivals)}
    for turn in range(repeat):
        prompt = made_up(backend, history_tokens, seed=turn)
        cold.append(_draw(backend, prompt, replace(sampling, n=1, max_tokens=1)))
        spoken = _draw(backend, prompt, sampling).texts[0]
        following = after(prompt, spoken)
        warm.append(_draw(backend, following, sampling))
        for way, draw in baselines.items():
            began = time.perf_counter()
            draw(following, sampling)
            others[way].append(time.perf_counter() - began)
        for way, rival in rivals.items():
            _draw(rival, prompt, sampling)
            others[way].append(_draw(rival, following, sampling).total)
    totals = tuple(one.total for one in warm)
    prompt_tokens = cold[-1].ends[0].prompt_tokens
    return BenchReport(
        model=backend.name,
        prompt_tokens=prompt_tokens,
        prefill_tokens_per_s=prompt_tokens / statistics.median(one.first for one in cold),
        first_token_cold_s=statistics.median(one.first for one in cold),
        first_token_follow_up_s=statistics.median(one.first for one in warm),
        follow_up=Timing(totals),
        follow_up_n=follow_up_n,
        max_tokens=max_tokens,
        throughput=tuple(_throughput(backend, following, sampling, n, repeat) for n in ns),
        comparisons=tuple(
            Comparison(way, Timing(tuple(times)), tuple(map(_ratio, times, totals)))
            for way, times in others.items()
        ),
        memory_bytes_per_s=memory_bandwidth(),
        model_bytes=model_bytes,
    )


def made_up(backend: Backend, tokens: int, seed: int = 0) -> Prompt:
    """A made-up log of at least `tokens` tokens, of lines that hardly repeat."""
    chance = random.Random(seed)
    stable = f"【第{seed + 1}夜，雨下得很大，三个人困在旧宅里。】\n"
    lines: list[str] = []
    have = backend.count(stable)
    while have < tokens:
        role = ROLES[len(lines) % len(ROLES)]
        deed = f"{chance.choice(WHO)}{chance.choice(DOES)}{chance.choice(WHAT)}"
        line = f"{role}：{deed}，是{chance.randint(2, 99)}年前的事。"
        if chance.random() < 0.3:
            line += f" \\emoji {chance.choice(MOODS)}"
        lines.append(f"{line}\n")
        have += backend.count(lines[-1])
    return Prompt(stable, "".join(lines), f"{ROLES[0]}：")


def memory_bandwidth(repeat: int = 5) -> float:
    """Bytes a second that one thread's copy of a large block reads and writes, at its best.

    It is a floor: several threads may reach more.
    """
    source, target = bytearray(COPY_BYTES), bytearray(COPY_BYTES)
    view = memoryview(target)
    best = float("inf")
    for __ in range(repeat):
        began = time.perf_counter()
        view[:] = source
        best = min(best, time.perf_counter() - began)
    return 2 * COPY_BYTES / best


def file_bytes(path: Path) -> int:
    """Bytes of a weights file, or of all the files of a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _draw(backend: Backend, prompt: Prompt, sampling: Sampling) -> _TimedDraw:
    began = time.perf_counter()
    first = 0.0
    ends: list[End] = []
    texts = [""] * sampling.n
    with closing(backend.generate(prompt, sampling)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            texts[delta.candidate] += delta.text
            if not first:
                first = time.perf_counter() - began
            if delta.end is not None:
                ends.append(delta.end)
    return _TimedDraw(first, time.perf_counter() - began, tuple(ends), tuple(texts))


def after(prompt: Prompt, spoken: str) -> Prompt:
    """The prompt of the next turn: one candidate was picked, and somebody answered."""
    line = " ".join(spoken.split()) or "……"
    history = f"{prompt.history}{prompt.cue}{line}\n{ROLES[1]}：我知道了，往下说。\n"
    return replace(prompt, history=history)


def _throughput(
    backend: Backend, prompt: Prompt, sampling: Sampling, n: int, repeat: int
) -> Throughput:
    draws = [_draw(backend, prompt, replace(sampling, n=n)) for __ in range(repeat)]
    rates = [one.tokens / max(one.total - one.first, 1e-9) for one in draws]
    return Throughput(n, draws[-1].tokens, statistics.median(rates))


def _ratio(other: float, own: float) -> float:
    return other / max(own, 1e-9)


def _rate(tokens_per_s: float, digits: int) -> str:
    return _("{rate} tokens/s", rate=format(tokens_per_s, f".{digits}f"))


def _seconds(values: Sequence[float]) -> str:
    return _("{median:.2f} s ({least:.2f} to {most:.2f})", **_spread(values))


def _times(values: Sequence[float]) -> str:
    return _("{median:.2f} times ({least:.2f} to {most:.2f})", **_spread(values))


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}
