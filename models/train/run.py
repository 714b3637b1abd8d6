"""One training run, from settings to an adapter in PEFT layout; it goes on where it was stopped."""

import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments, set_seed
from transformers.utils import logging as library_logging

from models.encode import Encoder
from models.errors import ModelError
from models.train.adapter import new_adapter
from models.train.checkpoints import FOLDER, last_whole
from models.train.curve import Curve, Point, Tell
from models.train.data import Example, read_examples
from models.train.rows import Row, Rows, batches_of, rows_of
from models.train.settings import Settings
from models.train.trainer import Diverged, NotSaved, RowTrainer, take_head

SETTINGS = "settings.json"
FREE = frozenset({"device", "log_every", "keep", "save_every", "out"})
"""Settings that may change between the parts of one run."""


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


def train(
    settings: Settings,
    model: Any,
    encoder: Encoder,
    base: str,
    tell: Tell = lambda point: None,
    stop: Callable[[], bool] = lambda: False,
    fresh: bool = False,
) -> Result:
    """Train an adapter on `model` and write it to `settings.out`, the best by held-out loss.

    A run that was cut off goes on from its last whole checkpoint unless `fresh`; the same settings
    then give the same losses as without the cut. `base` is the name that the adapter keeps of what
    it was trained on; `stop` is asked after each step. Raises `ModelError`.
    """
    examples = [one for path in settings.examples for one in read_examples(path)]
    learned, held = _split(examples, settings, encoder)
    checkpoint = _prepare(settings, base, fresh)
    set_seed(settings.seed)
    batches = batches_of(learned.rows, settings.batch_tokens, settings.seed)
    head = take_head(model)
    curve = Curve(settings, checkpoint, tell, stop)
    trainer = RowTrainer(
        new_adapter(model, settings, base),
        head,
        _arguments(settings, len(batches)),
        batches,
        _held_out(held.rows, settings),
        pad=_pad(encoder),
        left=encoder.markup != "plain",
        callbacks=[curve],
    )
    curve.trainer = trainer
    _run(trainer, settings, checkpoint)
    return Result(
        steps=trainer.state.global_step,
        first_held_out=curve.first_held_out,
        best_held_out=curve.best,
        why_ended=curve.why_ended,
        examples=len(examples),
        held_out=sum(row.examples for row in held.rows),
        rows=len(learned.rows),
        targets=learned.targets,
        too_long=learned.too_long + held.too_long,
        seconds=curve.seconds,
        points=tuple(curve.points),
    )


def _split(examples: Sequence[Example], settings: Settings, encoder: Encoder) -> tuple[Rows, Rows]:
    def rows(split: str) -> Rows:
        wanted: Iterable[Example] = (one for one in examples if one.split == split)
        return rows_of(wanted, encoder, settings.max_length)

    learned = rows("train")
    if not learned.rows:
        raise ModelError(
            f"{', '.join(map(str, settings.examples))}: {len(examples)} examples, none to learn "
            f"from with at most {settings.max_length} tokens ({learned.too_long} are longer); "
            "make shorter ones with corpus examples --context, or raise max_length"
        )
    return learned, rows("test")


def _held_out(rows: Sequence[Row], settings: Settings) -> list[list[Row]]:
    """Batches of the held-out rows that are looked at, spread over all of them."""
    most = settings.eval_limit or len(rows)
    looked_at = [rows[i * len(rows) // most] for i in range(most)] if len(rows) > most else rows
    return batches_of(looked_at, settings.batch_tokens, 0) if looked_at else []


def _prepare(settings: Settings, base: str, fresh: bool) -> Path | None:
    """Make the folders, and find the checkpoint to go on from."""
    folder, file = settings.out / FOLDER, settings.out / SETTINGS
    told = _told(settings, base)
    try:
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint = last_whole(folder)
        if checkpoint is not None:
            _check_same(json.loads(file.read_text(encoding="utf-8")), told, settings.out)
        file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(
            f"{settings.out}: not usable for a run ({reason}); name another folder as out"
        ) from error
    return checkpoint


def _told(settings: Settings, base: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(asdict(settings), default=str))
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in settings.examples]
    names = [path.name for path in settings.examples]
    return {**told, "base": base, "examples": names, "sha256": digests, "out": settings.out.name}


def _check_same(before: dict[str, Any], now: dict[str, Any], out: Path) -> None:
    for key in sorted(before.keys() | now.keys()):
        if key not in FREE and before.get(key) != now.get(key):
            raise ModelError(
                f"{out}: holds a run with {key} {before.get(key)}, now it is {now.get(key)}; "
                "name another folder as out, or begin anew with --fresh"
            )


def _arguments(settings: Settings, batches: int) -> TrainingArguments:
    steps = settings.max_steps or max(
        1, math.ceil(math.ceil(batches / settings.accumulate) * settings.epochs)
    )
    on_gpu = torch.cuda.is_available() and settings.device != "cpu"
    return TrainingArguments(
        output_dir=str(settings.out / FOLDER),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=settings.accumulate,
        max_steps=steps,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=round(settings.warmup * steps),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        logging_steps=settings.log_every,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=settings.save_every,
        save_total_limit=settings.keep,
        seed=settings.seed,
        data_seed=settings.seed,
        use_cpu=not on_gpu,
        bf16=on_gpu and torch.cuda.is_bf16_supported(),
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=on_gpu,
    )


def _pad(encoder: Encoder) -> int:
    tokenizer = encoder.tokenizer
    pad = tokenizer.pad_token_id
    return int(pad if pad is not None else tokenizer.eos_token_id or 0)


def _run(trainer: RowTrainer, settings: Settings, checkpoint: Path | None) -> None:
    """Train to the end, and say in one line what stopped it if something did."""
    library_logging.set_verbosity_error()
    again = "the best adapter so far and the last checkpoint are kept"
    try:
        if checkpoint is None and trainer.held_out:
            trainer.evaluate()
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except Diverged as error:
        raise ModelError(
            f"{settings.out}: the loss is no number at step {error.step + 1}; {again}; "
            "lower learning_rate and train into another folder"
        ) from error
    except NotSaved as error:
        raise ModelError(
            f"{settings.out}: checkpoint not written ({error}); {again}; "
            "make room and run the same command again"
        ) from error
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{settings.out}: out of memory at step {trainer.state.global_step + 1}; {again}; "
            "lower batch_tokens, or set checkpointing: true"
        ) from error
    _sync(settings.out)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
