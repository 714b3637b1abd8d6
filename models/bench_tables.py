"""Plays many tables against one model at once, and measures what each of them waits for.

It only measures: it opens no model and prints nothing.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field
from threading import Event

from base.errors import KnownError
from base.messages import _, _n
from models.backend import Backend, Delta, End, Sampling
from models.bench import after, made_up


@dataclass(frozen=True)
class TablesScript:
    """What each table plays: lines are made up, and no two tables share a scene."""

    tables: int = 50
    turns: int = 8
    history_tokens: int = 800
    """Of the log that a table begins with."""
    n: int = 5
    max_tokens: int = 24
    adapters: Sequence[str] = ()
    """By which the tables draw, each in its turn by another; none is the model itself."""


@dataclass
class Load:
    """Draws that were asked for at once, and what came of them. Times are in seconds."""

    firsts: list[float] = field(default_factory=list)
    """Until the first token of a draw."""
    totals: list[float] = field(default_factory=list)
    """Until its last."""
    tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    """Draws that failed, by what was said."""

    def add(self, other: "Load") -> None:
        self.firsts += other.firsts
        self.totals += other.totals
        self.tokens += other.tokens
        self.prompt_tokens += other.prompt_tokens
        self.cached_tokens += other.cached_tokens
        self.errors += other.errors


@dataclass(frozen=True)
class TablesReport:
    """What `bench_tables` found; the first turn of a table, with nothing cached, stands apart."""

    model: str
    tables: int
    seconds: float
    draws: int
    failed: int
    errors: dict[str, int]
    opening_p50_s: float | None
    opening_p95_s: float | None
    first_token_p50_s: float | None
    first_token_p95_s: float | None
    draw_p50_s: float | None
    draw_p95_s: float | None
    tokens_per_s: float
    """Of all candidates of all tables together."""
    cached: float | None
    """Share of the prompts' tokens after the first turn that were not computed again."""

    def rows(self) -> list[tuple[str, str]]:
        """The report for a person: what each figure is, and the figure."""
        rows = [
            (_("tables"), str(self.tables)),
            (_("draws"), str(self.draws)),
            (_("first token, first turn"), _spread(self.opening_p50_s, self.opening_p95_s)),
            (
                _("first token, follow-up turn"),
                _spread(self.first_token_p50_s, self.first_token_p95_s),
            ),
            (_("whole draw, follow-up turn"), _spread(self.draw_p50_s, self.draw_p95_s)),
            (
                _("all tables together"),
                _("{rate} tokens/s", rate=format(self.tokens_per_s, ".1f")),
            ),
            (_("found in the cache"), "–" if self.cached is None else f"{self.cached:.0%}"),
            (_("failed"), _n("{n} draw", "{n} draws", self.failed)),
        ]
        return rows + [(f"  {count} ×", why) for why, count in self.errors.items()]

    def json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def bench_tables(open_backend: Callable[[], Backend], script: TablesScript) -> TablesReport:
    """Play `script`, every table in a thread with a backend of its own.

    A draw that fails is counted, and its table goes on with the next turn. Raises `KnownError`
    where the model cannot be opened.
    """
    opening, following = Load(), Load()
    backends = [open_backend() for __ in range(script.tables)]
    stopped = Event()
    with ThreadPoolExecutor(script.tables) as pool:
        began = time.perf_counter()
        tables = [
            pool.submit(_play, backend, script, at, stopped) for at, backend in enumerate(backends)
        ]
        try:
            for table in tables:
                first, rest = table.result()
                opening.add(first)
                following.add(rest)
            seconds = time.perf_counter() - began
        finally:
            stopped.set()
            for backend in backends:
                backend.close()
    errors = opening.errors + following.errors
    tokens = opening.tokens + following.tokens
    return TablesReport(
        model=backends[0].name,
        tables=script.tables,
        seconds=seconds,
        draws=len(opening.totals) + len(following.totals),
        failed=errors.total(),
        errors=dict(errors.most_common()),
        opening_p50_s=percentile(opening.firsts, 50),
        opening_p95_s=percentile(opening.firsts, 95),
        first_token_p50_s=percentile(following.firsts, 50),
        first_token_p95_s=percentile(following.firsts, 95),
        draw_p50_s=percentile(following.totals, 50),
        draw_p95_s=percentile(following.totals, 95),
        tokens_per_s=tokens / max(seconds, 1e-9),
        cached=(
            following.cached_tokens / following.prompt_tokens if following.prompt_tokens else None
        ),
    )


def percentile(values: Sequence[float], rank: float) -> float | None:
    """The least of `values` that `rank` percent do not exceed (nearest rank); `None` of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(len(values) * rank / 100) - 1)]


def _play(backend: Backend, script: TablesScript, table: int, stopped: Event) -> tuple[Load, Load]:
    """The first turn of a table, and the others."""
    opening, following = Load(), Load()
    # As at a table: a line ends the candidate, and no seed, with which servers may cache nothing.
    sampling = Sampling(n=script.n, max_tokens=script.max_tokens, stop=("\n",))
    prompt = made_up(backend, script.history_tokens, seed=table)
    for turn in range(script.turns):
        if stopped.is_set():
            break
        adapter = None
        if script.adapters:
            adapter = script.adapters[(table + turn) % len(script.adapters)]
        load, spoken = opening if turn == 0 else following, ""
        first: float | None = None
        ends: list[End] = []
        began = time.perf_counter()
        try:
            with closing(backend.generate(prompt, sampling, adapter)) as pieces:
                for piece in pieces:
                    if not isinstance(piece, Delta):
                        continue
                    if first is None:
                        first = time.perf_counter() - began
                    spoken += piece.text if piece.candidate == 0 else ""
                    if piece.end is not None:
                        ends.append(piece.end)
        except KnownError as error:
            load.errors[str(error)] += 1
        else:
            load.totals.append(time.perf_counter() - began)
            load.firsts.append(load.totals[-1] if first is None else first)
            told = max(ends, key=lambda end: end.cached_tokens)  # a server tells it of one
            load.prompt_tokens += told.prompt_tokens
            load.cached_tokens += told.cached_tokens
            load.tokens += sum(end.tokens for end in ends)
        prompt = after(prompt, spoken)
    return opening, following


def _spread(p50: float | None, p95: float | None) -> str:
    if p50 is None or p95 is None:
        return "–"
    return _("{p50:.2f} s; {p95:.2f} s for the slowest twentieth", p50=p50, p95=p95)
