"""`paotuan train`: an adapter from a recipe, with its curve on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from base.extras import not_installed
from base.messages import _
from tui.commands.example_sources import is_records
from tui.commands.option_fields import options_of
from tui.commands.train_options import TrainOptions
from tui.commands.train_shown import begins, how_to_go_on, report, shown, stoppable, told_once
from tui.commands.train_voice import VoiceOptions, is_change, recipe_of, tell_what_next
from tui.failures import BAD_INPUT, FAILED, BadInput, given
from tui.help_format import wrap
from tui.output import data, escaped_line, word

if TYPE_CHECKING:
    from models.encode import Encoder
    from models.memory.fit import Fit
    from models.train.settings import Settings

WIDTH = 88
"""Cells of a line of what a new recipe says."""
QUANTIZED = {"qlora": "int4", "lora-int8": "int8"}
"""How a method holds its base."""


@options_of(TrainOptions)
def train(wanted: TrainOptions) -> None:
    """Train an adapter: LoRA, QLoRA, P-tuning v2, or a whole model. A run that was cut off goes on.

    With --for NAME and files it makes the examples and the recipe first, beside the adapter.
    """
    from models.train.recipe import read_recipe, template

    if wanted.new:
        data(template(lambda sentence: wrap(sentence, WIDTH)).rstrip())
        return
    recipe, changes = _recipe(wanted.voice, wanted.words)
    with given():
        settings = _with_start(read_recipe(recipe, changes, word))
    _carry_out(settings, recipe, wanted)


def _carry_out(settings: "Settings", recipe: Path, wanted: TrainOptions) -> None:
    """Train as a recipe says, keep what came of it, and tell that."""
    with _installed():
        from models.train.card import write_card
        from models.train.plot import write_picture
        from models.train.processes import agreed, as_launched, is_first, join
        from models.train.run import train as run
    settings = as_launched(settings)
    with told_once(BAD_INPUT), given():
        join(settings)
        speaks = is_first()
        model, encoder = agreed(lambda: _opened(settings, wanted.anyway))
    base = _name(settings.base)
    with (
        told_once(FAILED),
        stoppable(speaks) as signals,
        shown(speaks and not wanted.as_data) as tell,
    ):
        says = begins if speaks else lambda plan: None
        result = run(
            settings, model, encoder, base, tell, lambda: bool(signals), wanted.fresh, says
        )
    if speaks:
        title = Path(base).name if Path(base).is_absolute() else base
        write_card(settings, title, result)
        write_picture(result.points, settings.out)
        report(settings, result, wanted.as_data)
        if wanted.voice.is_asked and result.why_ended != "stopped":
            plain = encoder.markup == "plain" and settings.method in ("lora", "qlora", "lora-int8")
            tell_what_next(settings.out, recipe, settings.method == "full", plain)
    if result.why_ended == "stopped":
        if speaks:
            word(how_to_go_on(settings, result.steps))
        raise typer.Exit(128 + signals[0])


def _opened(settings: "Settings", anyway: bool) -> "tuple[Any, Encoder]":
    """The base and its encoder, once nothing speaks against the run. Raises `KnownError`."""
    from models.train.base import open_base
    from models.train.objectives import is_streamed
    from models.train.processes import is_first
    from models.train.trackers import check_trackers

    if is_streamed(settings) and is_first():
        word(_("the examples are read as a stream; they are counted first …"))
    check_trackers(settings.report_to)
    _check_memory(settings, anyway)
    quantization: Any = QUANTIZED.get(settings.method)
    return open_base(settings.base, None, quantization, settings.device, settings.shard)


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
