"""Preference training (DPO, Rafailov et al. 2023) by trl, on ids that play would have had."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from datasets import Dataset
from transformers import PrinterCallback, set_seed
from trl import DPOConfig, DPOTrainer

from base.errors import KnownError
from base.messages import _
from models.encode import Encoder
from models.train.adapter import new_adapter
from models.train.curve import Curve, Tell
from models.train.pairs import PreferencePair, read_pairs
from models.train.runs import Diverged, Result, common_arguments, ended, prepare, run_to_the_end
from models.train.settings import Settings
from models.train.trainer import KeepsAdapter

HELD_OUT = 10
"""Every so many-th prompt is held out."""

TrainingRow = dict[str, list[int]]
"""`prompt_ids`, `chosen_ids` and `rejected_ids`, as trl's collator takes them."""


class PairTrainer(KeepsAdapter, DPOTrainer):
    """trl's trainer on pairs that are ids already: our prompts are cut into segments, which its own
    tokenizing would join."""

    def __init__(self, *args: Any, held_out: Sequence[TrainingRow], **options: Any) -> None:
        self.held_out = held_out
        self.tokens_computed = 0
        self.seconds_looking = 0.0
        super().__init__(*args, **options)
        self.remove_callback(PrinterCallback)

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset

    def look(self, *given: Any, **options: Any) -> dict[str, float]:
        return DPOTrainer.evaluate(self, *given, **options)

    def prediction_step(self, *given: Any, **options: Any) -> Any:
        self.go_on()
        return super().prediction_step(*given, **options)

    def training_step(self, model: Any, inputs: Any, *args: Any, **options: Any) -> Any:
        self.tokens_computed += inputs["input_ids"].numel()
        loss = super().training_step(model, inputs, *args, **options)
        if not torch.isfinite(loss):
            raise Diverged(self.state.global_step)
        return loss


def train_preferences(
    settings: Settings,
    model: Any,
    encoder: Encoder,
    base: str,
    tell: Tell = lambda point: None,
    stop: Callable[[], bool] = lambda: False,
    fresh: bool = False,
) -> Result:
    """Train an adapter on pairs; what it began as, `start` or the bare base, is the reference.

    As `models.train.run.train` otherwise; the losses are those of DPO. Raises `KnownError`.
    """
    if settings.method == "prefix" or encoder.markup == "glm1":
        raise KnownError(
            _(
                "pairs: preference training is for a LoRA on a model with causal "
                "attention; set method: lora, or leave pairs out"
            )
        )
    pairs = [pair for path in settings.pairs for pair in read_pairs(path)]
    checkpoint = prepare(settings, base, fresh)
    learned, held, too_long = _split(pairs, encoder, settings.max_length)
    if not learned:
        raise KnownError(
            _(
                "{map}: {pairs} pairs, none to learn from with at most {max_length} "
                "tokens; play on, or raise max_length",
                map=", ".join(map(str, settings.pairs)),
                pairs=len(pairs),
                max_length=settings.max_length,
            )
        )
    count = max(1, settings.batch_tokens * len(learned) // sum(map(_tokens, learned)))
    set_seed(settings.seed)
    common = common_arguments(settings, -(-len(learned) // count))
    curve = Curve(settings, checkpoint, tell, stop)
    trainer = PairTrainer(
        model=new_adapter(model, settings, base),
        args=DPOConfig(
            **common | {"per_device_train_batch_size": count, "per_device_eval_batch_size": count},
            beta=settings.beta,
            max_length=None,
        ),
        train_dataset=Dataset.from_list(learned),
        eval_dataset=Dataset.from_list(held) if held else None,
        processing_class=_padded(encoder),
        callbacks=[curve],
        held_out=held,
    )
    trainer.watched_by(curve)
    run_to_the_end(trainer, settings, checkpoint)
    return ended(
        curve,
        trainer,
        examples=len(pairs),
        held_out=len(held),
        rows=len(learned),
        targets=sum(len(one["chosen_ids"]) + len(one["rejected_ids"]) for one in learned),
        too_long=too_long,
    )


def _split(
    pairs: Sequence[PreferencePair], encoder: Encoder, longest: int
) -> tuple[list[TrainingRow], list[TrainingRow], int]:
    """Rows to learn from and rows held out, prompt by prompt, and how many were too long."""
    prompts = list(dict.fromkeys(pair.prompt for pair in pairs))
    held_out = set(prompts[HELD_OUT - 1 :: HELD_OUT])
    learned, held, too_long = list[TrainingRow](), list[TrainingRow](), 0
    for pair in pairs:
        row = _row(pair, encoder)
        if _tokens(row) > 2 * longest:
            too_long += 1
        else:
            (held if pair.prompt in held_out else learned).append(row)
    return learned, held, too_long


def _row(pair: PreferencePair, encoder: Encoder) -> TrainingRow:
    prompt = encoder.encode(pair.prompt)
    row = {"prompt_ids": prompt}
    for key, reply in (("chosen_ids", pair.chosen), ("rejected_ids", pair.rejected)):
        ids, __ = encoder.encode_pair(pair.prompt, reply)
        row[key] = ids[len(prompt) : -1]  # a whole line ends with its newline
    return row


def _tokens(row: TrainingRow) -> int:
    """Tokens that both sequences of a pair come to."""
    return 2 * len(row["prompt_ids"]) + len(row["chosen_ids"]) + len(row["rejected_ids"])


def _padded(encoder: Encoder) -> Any:
    """The tokenizer, which trl asks for how to pad."""
    tokenizer = encoder.tokenizer
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
