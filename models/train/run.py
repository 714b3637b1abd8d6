"""One training run, from examples to an adapter in PEFT layout; it goes on where it was stopped."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from transformers import TrainingArguments, set_seed

from base.errors import KnownError
from base.messages import _
from models.encode import Encoder
from models.train.adapter import new_adapter
from models.train.curve import Curve, Tell
from models.train.data import Example, read_examples
from models.train.rows import TrainingRow, TrainingRows, batches_of, rows_of
from models.train.runs import Result, common_arguments, ended, pad_of, prepare, run_to_the_end
from models.train.settings import Settings
from models.train.trainer import RowTrainer, take_head


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
    it was trained on; `stop` is asked after each step. Raises `KnownError`.
    """
    examples = [one for path in settings.examples for one in read_examples(path)]
    learned, held = _split(examples, settings, encoder)
    checkpoint = prepare(settings, base, fresh)
    set_seed(settings.seed)
    if settings.contrast:
        _check_contrast(settings, model, encoder, learned.rows)
    batches = batches_of(learned.rows, settings.batch_tokens, settings.seed)
    head = take_head(model)
    curve = Curve(settings, checkpoint, tell, stop)
    trainer = RowTrainer(
        new_adapter(model, settings, base, max(learned.rows, key=len).ids),
        head,
        TrainingArguments(**common_arguments(settings, len(batches))),
        batches,
        _held_out(held.rows, settings),
        pad=pad_of(encoder),
        left=encoder.markup != "plain",
        callbacks=[curve],
        contrast=settings.contrast,
    )
    trainer.watched_by(curve)
    run_to_the_end(trainer, settings, checkpoint)
    return ended(
        curve,
        trainer,
        examples=len(examples),
        held_out=sum(row.examples for row in held.rows),
        rows=len(learned.rows),
        targets=learned.targets,
        too_long=learned.too_long + held.too_long,
    )


def _split(
    examples: Sequence[Example], settings: Settings, encoder: Encoder
) -> tuple[TrainingRows, TrainingRows]:
    def rows(split: str, chance: Random | None = None) -> TrainingRows:
        wanted: Iterable[Example] = (one for one in examples if one.split == split)
        return rows_of(wanted, encoder, settings.max_length, chance)

    learned = rows("train", Random(settings.seed) if settings.contrast else None)
    if not learned.rows:
        raise KnownError(
            _(
                "{map}: {examples} examples, none to learn from with at most {max_length} "
                "tokens ({too_long} are longer); make shorter ones with corpus examples "
                "--context, or raise max_length",
                map=", ".join(map(str, settings.examples)),
                examples=len(examples),
                max_length=settings.max_length,
                too_long=learned.too_long,
            )
        )
    return learned, rows("test")


def _check_contrast(
    settings: Settings, model: Any, encoder: Encoder, rows: Sequence[TrainingRow]
) -> None:
    """Raise `KnownError` for a base that cannot look at branches as at rows, or where none is."""
    if settings.method == "prefix" or encoder.markup != "plain":
        raise KnownError(
            _(
                "contrast: for a LoRA on a model with causal attention and without markup "
                "of its own; leave contrast out"
            )
        )
    config = model.config.get_text_config()
    slides = "sliding_attention" in (getattr(config, "layer_types", None) or ())
    if slides and settings.max_length > config.sliding_window:
        raise KnownError(
            _(
                "max_length {max_length}: contrast needs rows within the sliding window of "
                "the base; set at most {sliding_window}",
                max_length=settings.max_length,
                sliding_window=config.sliding_window,
            )
        )
    if not any(row.branches for row in rows):
        raise KnownError(
            _("contrast: no example names rivals; make examples anew with: paotuan corpus examples")
        )


def _held_out(rows: Sequence[TrainingRow], settings: Settings) -> list[list[TrainingRow]]:
    """Batches of the held-out rows that are looked at, spread over all of them."""
    most = settings.eval_limit or len(rows)
    looked_at = [rows[i * len(rows) // most] for i in range(most)] if len(rows) > most else rows
    return batches_of(looked_at, settings.batch_tokens, 0) if looked_at else []
