"""`paotuan train`: an adapter from a recipe, with its curve on the screen."""

import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.extras import not_installed
from base.messages import N_, _, _n
from tui.colour import redraws
from tui.commands import options
from tui.commands.example_sources import is_records
from tui.commands.examples_options import Roles, SceneName, Without
from tui.commands.train_voice import VoiceOptions, is_change, recipe_of, tell_what_next
from tui.failures import BAD_INPUT, FAILED, BadInput, given
from tui.help_format import wrap
from tui.output import as_json, data, escaped_line, word

if TYPE_CHECKING:
    from models.memory.fit import Fit
    from models.train.curve import Point
    from models.train.looks import RunPlan
    from models.train.runs import Result
    from models.train.settings import Settings

PLOT_LINES = 12
WIDTH = 88
"""Cells of a line of what a new recipe says."""
QUANTIZED = {"qlora": "int4", "lora-int8": "int8"}
"""How a method holds its base."""
WHY_ENDED = {
    "done": N_("all steps done"),
    "patience": N_("the loss got no better"),
    "stopped": N_("stopped"),
}
ONE_PRESS = 0.5
"""Seconds within which two signals are one press."""


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            metavar="RECIPE|FILE…",
            help="A recipe in YAML; with --for or --base, logs, sessions, questions and answers.",
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]…", help="Values that replace those of the recipe."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="MODEL",
            help="The whole way in one command, on this base: examples, recipe, training.",
        ),
    ] = None,
    speakers: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="NAME", help="The same, for the lines of this role."),
    ] = None,
    roles: Roles = None,
    without: Without = None,
    scene: SceneName = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", help="The adapter's folder, adapters/NAME by default."
        ),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Print a commented recipe to begin with.")
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Begin anew instead of going on with a run that was cut off."),
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Begin even if it does not seem to fit into memory.")
    ] = False,
    as_data: options.Json = False,
) -> None:
    """Train an adapter: LoRA, QLoRA, P-tuning v2, or a whole model. A run that was cut off goes on.

    With --for NAME and files it makes the examples and the recipe first, beside the adapter.
    """
    from models.train.recipe import read_recipe, template

    if new:
        data(template(lambda sentence: wrap(sentence, WIDTH)).rstrip())
        return
    voice = VoiceOptions(base, speakers or (), roles or (), without or (), scene, output)
    path, changes = _recipe(voice, [*([recipe] if recipe is not None else []), *(changes or ())])
    with given():
        settings = _with_start(read_recipe(path, changes, word))
    with _installed():
        from models.train.base import open_base
        from models.train.card import write_card
        from models.train.objectives import is_streamed
        from models.train.plot import write_picture
        from models.train.processes import agreed, as_launched, is_first, join
        from models.train.run import train as run
        from models.train.trackers import check_trackers
    settings = as_launched(settings)

    def opened() -> Any:
        if is_streamed(settings) and is_first():
            word(_("the examples are read as a stream; they are counted first …"))
        check_trackers(settings.report_to)
        _check_memory(settings, anyway)
        quantization: Any = QUANTIZED.get(settings.method)
        return open_base(settings.base, None, quantization, settings.device, settings.shard)

    with _told_once(BAD_INPUT), given():
        join(settings)
        model, encoder = agreed(opened)
        chief = is_first()
    kept_base = _name(settings.base)
    with (
        _told_once(FAILED),
        _stoppable(chief) as signals,
        _shown(settings, chief and not as_data) as tell,
    ):
        says = _begins if chief else _begins_unheard
        asked = signals.__len__
        result = run(settings, model, encoder, kept_base, tell, lambda: bool(asked()), fresh, says)
    if chief:
        title = Path(kept_base).name if Path(kept_base).is_absolute() else kept_base
        write_card(settings, title, result)
        write_picture(result.points, settings.out)
        _report(settings, result, as_data)
        if voice.is_asked and result.why_ended != "stopped":
            plain = encoder.markup == "plain" and settings.method in ("lora", "qlora", "lora-int8")
            tell_what_next(settings.out, path, settings.method == "full", plain)
    if result.why_ended == "stopped":
        if chief:
            word(_how_to_go_on(settings, result.steps))
        raise typer.Exit(128 + signals[0])


def _with_start(settings: "Settings") -> "Settings":
    """The settings with the folder of the adapter that they go on from, if they give its name."""
    from scenes.adapters import find_adapter

    if settings.start is None or settings.start.exists():
        return settings
    found = find_adapter(settings.start.name, for_llama_cpp=False)
    return replace(settings, start=found) if found else settings


def _recipe(voice: VoiceOptions, words: list[str]) -> tuple[Path, list[str]]:
    """The recipe to carry out, which is made first where a voice is asked for, and its changes."""
    if voice.is_asked:
        if find_spec("peft") is None:  # said before minutes of making examples
            raise BadInput(not_installed("peft", "train"))
        files = [one for one in words if not is_change(one)]
        changes = [one for one in words if is_change(one)]
        return recipe_of(voice, files, changes), changes
    if not words:
        raise BadInput(
            _(
                "no recipe; print one with: paotuan train --new > recipe.yaml, or go the whole way "
                "with: paotuan train --for NAME FILE"
            )
        )
    recipe, *changes = words
    return _checked(Path(recipe)), changes


def _checked(recipe: Path) -> Path:
    """A recipe, and nothing that examples are made of. Raises `BadInput`."""
    if is_records(recipe) or recipe.suffix.lower() in (".txt", ".log", ".jsonl", ".parquet"):
        raise BadInput(
            _(
                "{recipe}: not a recipe but something to learn from; train on it with: paotuan "
                "train --for NAME {recipe}",
                recipe=escaped_line(str(recipe)),
            )
        )
    return recipe


def _begins(plan: "RunPlan") -> None:
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


def _begins_unheard(plan: "RunPlan") -> None:
    """What one of several processes says that does not speak."""


@contextmanager
def _told_once(status: int) -> Iterator[None]:
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
def _installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise BadInput(not_installed(error.name, "train")) from error


def _check_memory(settings: "Settings", anyway: bool) -> None:
    """Refuse what the arithmetic says cannot fit; for an unknown base say that nobody knows.

    Raises `KnownError`.
    """
    from base.errors import KnownError
    from models.train.processes import is_first

    estimate = memory_of(settings)
    if estimate is None and is_first():
        word(
            _(
                "{base}: its size is not known in advance, so it may not fit into memory",
                base=settings.base,
            )
        )
    elif estimate is not None and estimate.fits is False and not anyway:
        raise KnownError(_("{verdict}; --anyway begins all the same", verdict=estimate.verdict))


def memory_of(settings: "Settings") -> "Fit | None":
    """What a run needs beside the memory of this machine; `None` for a base of unknown size."""
    from base.errors import KnownError
    from models.memory.fit import fit
    from models.memory.machine import machine_memory
    from models.memory.shapes import shape_of
    from models.memory.usage import MemoryPlan
    from models.train.processes import beside_each_other, processes

    try:
        shape = shape_of(settings.base)
    except KnownError:
        return None
    main, gpu = machine_memory()
    main //= beside_each_other()
    on_gpu = bool(gpu) and settings.device != "cpu"
    plan = MemoryPlan(
        context=min(settings.batch_tokens, shape.context),
        n=1,
        quantization=QUANTIZED.get(settings.method, "none"),  # type: ignore[arg-type]
        adapter=settings.method if settings.method in ("prefix", "full") else "lora",
        train=True,
        rank=settings.r,
        prefix=settings.num_virtual_tokens,
        checkpointing=settings.gradient_checkpointing,
        device="cuda" if on_gpu else "cpu",
        dtype_bytes=2 if on_gpu else 4,
        shards=processes() if settings.shard else 1,
    )
    return fit(settings.base, plan, (gpu if on_gpu else main) or None)


def _name(base: str) -> str:
    """What the adapter keeps as its base: a name or hub id, or where a folder or a file lies, so
    that it is found again."""
    place = Path(base).expanduser()
    return str(place.resolve()) if place.exists() else base


def _how_to_go_on(settings: "Settings", steps: int) -> str:
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


@contextmanager
def _stoppable(speaks: bool) -> Iterator[list[int]]:
    """The first Ctrl-C or SIGTERM asks the run to keep a checkpoint and end, a second ends it.

    A launcher passes on to its processes what the terminal has sent them as well, so that two
    signals at a time are one; and it sends SIGTERM where one of them is gone, when there is nothing
    to promise. Of several processes one `speaks`.
    """
    asked: list[int] = []
    since = time.monotonic()

    def ask(number: int, frame: object) -> None:
        nonlocal since
        again, since = asked and time.monotonic() - since > ONE_PRESS, time.monotonic()
        if again:
            raise SystemExit(128 + number)
        asked.append(number)
        if len(asked) == 1 and speaks and (number == signal.SIGINT or not _launched()):
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


def _launched() -> bool:
    from models.train.processes import processes

    return processes() > 1


@contextmanager
def _shown(settings: "Settings", wanted: bool) -> Iterator[Any]:
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


def _report(settings: "Settings", result: "Result", as_data: bool) -> None:
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
