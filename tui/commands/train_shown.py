"""What `paotuan train` says of a run from its beginning to its end, and how it is asked to stop."""

import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from base.messages import N_, _, _n
from tui.colour import redraws
from tui.failures import BadInput
from tui.output import as_json, data, escaped_line, word

if TYPE_CHECKING:
    from models.train.curve import Point, Tell
    from models.train.looks import RunPlan
    from models.train.runs import Result
    from models.train.settings import Settings

PLOT_LINES = 12
WHY_ENDED = {
    "done": N_("all steps done"),
    "patience": N_("the loss got no better"),
    "stopped": N_("stopped"),
}
ONE_PRESS = 0.5
"""Seconds within which two signals are one press, where a launcher passes them on."""


def begins(plan: "RunPlan") -> None:
    """Say what will be computed, before the first look, which may take a while."""
    word(
        _n(
            "{n} step, {tokens:,} tokens to learn from",
            "{n} steps, {tokens:,} tokens to learn from",
            plan.steps,
            tokens=plan.tokens,
        )
    )
    if plan.streamed:
        word(_streamed(plan))
    if plan.looks:
        word(
            _n(
                "held out: {n} row of {all} is looked at, {tokens:,} tokens, {looks} times in all; "
                "first before the first step",
                "held out: {n} rows of {all} are looked at, {tokens:,} tokens, {looks} times in "
                "all; first before the first step",
                plan.look_rows,
                all=plan.held_out_rows,
                tokens=plan.look_tokens,
                looks=plan.looks,
            )
        )


def _streamed(plan: "RunPlan") -> str:
    """What is said of a stream, and of how its steps are known."""
    if not plan.reckoned_from:
        return _(
            "{examples:,} examples are read while they are learned from", examples=plan.streamed
        )
    return _(
        "{examples:,} examples are read while they are learned from; the steps are reckoned from "
        "the first {first:,}, and max_steps sets them",
        examples=plan.streamed,
        first=plan.reckoned_from,
    )


@contextmanager
def told_once(status: int) -> Iterator[None]:
    """End without a word where another process says why."""
    from models.train.processes import SaidByTheFirst

    try:
        yield
    except SaidByTheFirst as error:
        raise typer.Exit(status) from error
    except BadInput as error:
        if isinstance(error.__cause__, SaidByTheFirst):
            raise typer.Exit(status) from error
        raise


@contextmanager
def stoppable(speaks: bool) -> Iterator[list[int]]:
    """The first Ctrl-C or SIGTERM asks the run to keep a checkpoint and end, a second ends it.

    The launcher of several processes passes on to them what the terminal has sent them as well, so
    that two signals at a time are one there; and it sends SIGTERM where one of them is gone, when
    there is nothing to promise. One of them `speaks`.
    """
    from models.train.processes import processes

    several = processes() > 1
    one_press = ONE_PRESS if several else 0.0
    asked: list[int] = []
    since = time.monotonic()

    def ask(number: int, frame: object) -> None:
        nonlocal since
        again, since = asked and time.monotonic() - since >= one_press, time.monotonic()
        if again:
            raise SystemExit(128 + number)
        asked.append(number)
        if len(asked) == 1 and speaks and (number == signal.SIGINT or not several):
            word(
                _(
                    "a checkpoint is written after this step, then the run stops; press once more "
                    "to stop at once"
                )
            )

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def shown(wanted: bool) -> "Iterator[Tell]":
    """Shows points: a plot above a line on a terminal, a line each elsewhere, or nothing."""
    if not wanted:
        yield lambda point: None
    elif not redraws(sys.stderr):
        yield lambda point: word(_line(point))
    else:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.text import Text

        from models.train.plot import in_terminal

        console = Console(stderr=True)
        points: list[Point] = []
        with Live(console=console, auto_refresh=False) as live:

            def show(point: "Point") -> None:
                points.append(point)
                width = min(console.width, 100)
                plot = in_terminal(points, width, PLOT_LINES, not console.no_color)
                live.update(Group(Text.from_ansi(plot), Text(_line(point))), refresh=True)

            yield show


def _line(point: "Point") -> str:
    """`step 20/280  loss 4.512  held out 4.731  91 tokens/s  00:41:07 left`."""
    parts = [_("step {step}/{steps}", step=point.step, steps=point.steps)]
    if point.loss is not None:
        parts.append(_("loss {loss:.3f}", loss=point.loss))
    if point.held_out is not None:
        parts.append(_("held out {loss:.3f}", loss=point.held_out))
    if point.tokens_per_second:
        parts.append(_("{speed:,.0f} tokens/s", speed=point.tokens_per_second))
    if point.seconds_left is not None:
        left = round(point.seconds_left)
        time_left = f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
        parts.append(_("{time} left", time=time_left))
    return "  ".join(parts)


def report(settings: "Settings", result: "Result", as_data: bool) -> None:
    """Say what a run came to, and where its adapter lies."""
    if as_data:
        figures = asdict(result)
        figures["points"] = [point._asdict() for point in result.points]
        as_json(figures | {"out": str(settings.out)})
        return
    if result.too_long:
        word(
            _n(
                "{n} example longer than {max_length} tokens was left out",
                "{n} examples longer than {max_length} tokens were left out",
                result.too_long,
                max_length=settings.max_length,
            )
        )
    if result.best_held_out is not None and result.first_held_out is not None:
        word(
            _n(
                "held-out loss {first:.3f} → {best:.3f} after {n} step ({why_ended})",
                "held-out loss {first:.3f} → {best:.3f} after {n} steps ({why_ended})",
                result.steps,
                first=result.first_held_out,
                best=result.best_held_out,
                why_ended=_(WHY_ENDED[result.why_ended]),
            )
        )
    data(str(settings.out))


def how_to_go_on(settings: "Settings", steps: int) -> str:
    """Where a run has stopped, and the command that goes on with it."""
    from models.train.checkpoints import FOLDER, last_whole

    command = f"paotuan {escaped_line(shlex.join(sys.argv[1:]))}"
    checkpoint = last_whole(settings.out / FOLDER)
    if checkpoint is None:
        return _("stopped before the first step; begin again with: {command}", command=command)
    return _(
        "stopped at step {step}, saved in {checkpoint}; go on with: {command}",
        step=steps,
        checkpoint=checkpoint,
        command=command,
    )
