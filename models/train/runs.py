"""What every run shares: its folder, its settings kept, and what stops it."""

import json
import os
import shutil
from contextlib import suppress
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch

from base.errors import KnownError
from base.messages import _
from base.system_errors import system_reason
from base.writing import check_inputs, is_same, replace_text
from models.adapter_files import CONFIG
from models.cache import digest
from models.train.alike import check_alike
from models.train.checkpoints import FOLDER, WHOLE, last_whole
from models.train.curve import LOG, Curve, NoStepLeft, Point
from models.train.objectives import objective_of
from models.train.processes import (
    Lost,
    SaidByTheFirst,
    agreed,
    is_broken,
    is_first,
    join,
    processes,
    told_by_all,
)
from models.train.settings import RENAMED, Settings
from models.train.shards import INDEX

SETTINGS = "settings.json"
WRITTEN = (SETTINGS, LOG, INDEX, CONFIG, "adapter_model.safetensors", "README.md", "curve.png")
"""Files of a run that lie in its folder itself."""
FREE = frozenset(
    {"device", "logging_steps", "save_total_limit", "save_steps", "report_to", "out", "shard"}
)
"""Settings that may change between the parts of one run."""
STEP = ("gradient_accumulation_steps", "processes")
"""What makes up a step: batches in each process, and how many of these there are."""
TOLD = ".told"
"""A file that the process makes which tells the person why a run of several ended."""


class Diverged(Exception):
    """The loss is no number any more."""

    def __init__(self, step: int) -> None:
        super().__init__(f"step {step}")
        self.step = step


class NotSaved(Exception):
    """A checkpoint could not be written; what was written of it is gone."""


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    steps: int
    first_held_out: float | None
    """The held-out loss before the first step; with a LoRA that is the base's."""
    best_held_out: float | None
    """That of the adapter that was kept; None where nothing is held out."""
    why_ended: str
    """`done`, `patience` (no better held-out loss), or `stopped` (by the person)."""
    examples: int
    held_out: int
    """Examples that are held out."""
    rows: int
    """Rows that the examples became."""
    targets: int
    """Tokens that one pass learns."""
    too_long: int
    """Examples that were left out for their length."""
    seconds: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Begun:
    """Where a run begins, or goes on."""

    checkpoint: Path | None
    together: int
    """Batches of all processes that a step learns from."""


def prepare(settings: Settings, base: str, fresh: bool, weights: Path | None = None) -> Begun:
    """Make the folders, and find the checkpoint to go on from; of several processes one begins,
    and all check that they were given the same. `weights` is where the base lies.

    Raises `KnownError`.
    """
    agreed(lambda: join(settings))
    values = agreed(lambda: _as_kept(settings, base))
    free = FREE | {"processes"}
    check_alike({key: value for key, value in values.items() if key not in free}, weights)
    begun = agreed(lambda: _prepare(settings, values, fresh) if is_first() else None)
    begun = next(filter(None, told_by_all(begun)))
    agreed(lambda: _check_seen(settings.out, begun))
    return begun


def _prepare(settings: Settings, values: dict[str, Any], fresh: bool) -> Begun:
    folder, file = settings.out / FOLDER, settings.out / SETTINGS
    _check_inputs(settings)
    together = settings.gradient_accumulation_steps * processes()
    try:
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TOLD).unlink(missing_ok=True)
        checkpoint = last_whole(folder)
        if checkpoint is not None:
            before = _in_new_words(json.loads(file.read_text("utf-8")))
            _check_same(before, values, settings.out)
            together = _as_before(before, values, settings.out)
        replace_text(file, json.dumps(values, ensure_ascii=False, indent=1), settings.inputs)
    except (OSError, ValueError) as error:
        why = system_reason(error) if isinstance(error, OSError) else error
        raise KnownError(
            _(
                "{out}: this folder cannot hold a run ({why}); name another one as out",
                out=settings.out,
                why=why,
            )
        ) from error
    return Begun(checkpoint, together)


def _as_before(before: dict[str, Any], values: dict[str, Any], out: Path) -> int:
    """How many batches a step of the run learns from, however many processes share them now.

    `values` are to be kept for the next time. Raises `KnownError` where they ask for another step.
    """
    batches, count = (before[key] or values[key] for key in STEP)
    now = values[STEP[0]] * values[STEP[1]]
    if now == batches * count:
        return now
    if values[STEP[0]] != batches:
        raise KnownError(
            _(
                "{out}: holds a run with {before} batches to a step, but now they would be {now} "
                "({each} in each of {processes} processes); leave gradient_accumulation_steps as "
                "it was, {batches}, or begin anew with --fresh",
                out=out,
                before=batches * count,
                now=now,
                each=values[STEP[0]],
                processes=values[STEP[1]],
                batches=batches,
            )
        )
    values[STEP[1]] = count
    return int(batches * count)


def _check_seen(out: Path, begun: Begun) -> None:
    """Refuse an `out` that is another folder here than where the first process writes."""
    folder = begun.checkpoint or out
    if not folder.is_dir() or not (out / SETTINGS).is_file():
        raise KnownError(
            _(
                "{out}: this folder is not the one that the first process writes to; set out to "
                "one that all machines share",
                out=out,
            )
        )


def _check_inputs(settings: Settings) -> None:
    """Refuse an `out` whose files would take the place of what the run reads."""
    for folder in filter(None, (settings.start, Path(settings.base))):
        if folder.is_dir() and is_same(settings.out, folder):
            raise KnownError(
                _("{out}: this folder is read from; name another one as out", out=settings.out)
            )
    try:
        for name in WRITTEN:
            check_inputs(settings.out / name, settings.inputs)
    except OSError as error:
        why = system_reason(error)
        raise KnownError(_("{file}: {why}", file=error.filename, why=why)) from error


def _as_kept(settings: Settings, base: str) -> dict[str, Any]:
    """The settings as they are kept in the run's folder; what lies in files by its SHA-256."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(settings), default=str))
    files = {"examples": settings.examples, "pairs": settings.pairs}
    for key, paths in files.items():
        values[key] = {path.name: digest(path) for path in paths}
    start = settings.start and settings.start.name
    base = Path(base).name if Path(base).is_absolute() else base
    names = {"base": base, "start": start, "out": settings.out.name, "processes": processes()}
    return {**values, **names, "objective": objective_of(settings)}


def _in_new_words(before: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run, which an earlier version may have begun, under the keys of this one."""
    defaults = {f.name: f.default for f in fields(Settings) if f.default is not MISSING}
    values = {RENAMED.get(key, key): value for key, value in before.items()}
    objective = "dpo" if values.get("pairs") else "sft"
    return {**json.loads(json.dumps(defaults)), "objective": objective, **values}


def _check_same(before: dict[str, Any], now: dict[str, Any], out: Path) -> None:
    for key in sorted((before.keys() | now.keys()) - FREE.union(STEP)):
        if before.get(key) != now.get(key):
            raise KnownError(
                _(
                    "{out}: holds a run with {key} {earlier}, but now it is {now}; name another "
                    "folder as out, or begin anew with --fresh",
                    out=out,
                    key=key,
                    earlier=before.get(key),
                    now=now.get(key),
                )
            )


def ended(curve: Curve, trainer: Any, **counts: int) -> Result:
    """What a run came to; `counts` are the fields of `Result` about its data."""
    return Result(
        steps=trainer.state.global_step,
        first_held_out=curve.first_held_out,
        best_held_out=curve.best,
        why_ended=curve.why_ended,
        seconds=curve.seconds,
        points=tuple(curve.points),
        **counts,
    )


def run_to_the_end(trainer: Any, settings: Settings, checkpoint: Path | None) -> None:
    """Train to the end, and say in one line what stopped it if something did.

    Of several processes one raises the `KnownError` that tells it, the others `SaidByTheFirst`.
    """
    try:
        _run(trainer, settings, checkpoint)
    except KnownError as error:
        if processes() > 1 and not _tells(settings.out):
            raise SaidByTheFirst(*error.problems) from error
        raise
    _sync(settings.out)


def _tells(out: Path) -> bool:
    """Whether this process is the first to tell why the run ended."""
    try:
        (out / FOLDER / TOLD).touch(exist_ok=False)
    except FileExistsError:
        return False
    except OSError:
        return True  # better told twice than not at all
    return True


def _run(trainer: Any, settings: Settings, checkpoint: Path | None) -> None:
    try:
        trainer.begin()
        if checkpoint is None and trainer.held_out:
            trainer.evaluate()
        if trainer.curve.why_ended == "stopped":
            return
        with suppress(NoStepLeft):
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except Diverged as error:
        raise KnownError(
            _(
                "{out}: the loss is not a number at step {step}; {what_is_kept}; lower "
                "learning_rate and train into another folder",
                out=settings.out,
                step=error.step + 1,
                what_is_kept=_what_is_kept(settings.out, trainer),
            )
        ) from error
    except NotSaved as error:
        raise KnownError(
            _(
                "{out}: checkpoint not written ({error}); {what_is_kept}; make room and run the "
                "same command again",
                out=settings.out,
                error=error,
                what_is_kept=_what_is_kept(settings.out, trainer),
            )
        ) from error
    except torch.OutOfMemoryError as error:
        raise KnownError(
            _(
                "{out}: out of memory at step {step}; {what_is_kept}; lower batch_tokens, or set "
                "gradient_checkpointing: true",
                out=settings.out,
                step=trainer.state.global_step + 1,
                what_is_kept=_what_is_kept(settings.out, trainer),
            )
        ) from error
    except (Lost, RuntimeError) as error:
        if not isinstance(error, Lost) and not is_broken(error):
            raise
        raise KnownError(
            _(
                "{out}: another process of this run is gone at step {step}; {what_is_kept}; run "
                "the same command again",
                out=settings.out,
                step=trainer.state.global_step + 1,
                what_is_kept=_what_is_kept(settings.out, trainer),
            )
        ) from error


def _what_is_kept(out: Path, trainer: Any) -> str:
    """What of a run that ended badly can be used; without held-out rows no adapter is best yet."""
    adapter = trainer.held_out and any((out / name).is_file() for name in (CONFIG, "config.json"))
    checkpoint = any((out / FOLDER).glob(f"*/{WHOLE}"))
    if adapter and checkpoint:
        return _("the best adapter so far and the last checkpoint are kept")
    if adapter:
        return _("the best adapter so far is kept")
    if checkpoint:
        return _("the last checkpoint is kept")
    return _("nothing is kept yet")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
