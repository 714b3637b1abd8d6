"""Supervised fine-tuning: the replies of examples are learned, and with contrast who says them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any

from transformers import TrainingArguments

from base.errors import KnownError
from base.messages import _, _n, series
from models.encode import Encoder
from models.train.adapter import new_adapter
from models.train.attention import attend_in_blocks
from models.train.data import Example, Split, read_examples
from models.train.looks import RunPlan, looks_of, rows_of_look
from models.train.objectives import RunFrame
from models.train.rows import TrainingRow, TrainingRows, batches_of, rows_of
from models.train.settings import Settings
from models.train.trainer import RowTrainer, take_head


class SupervisedTask:
    """Examples as rows and batches, and the trainer that learns their replies."""

    made_by: type[RowTrainer] = RowTrainer

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self.settings, self.encoder = settings, encoder
        examples = [one for path in settings.examples for one in read_examples(path)]
        self.examples = len(examples)
        chance = Random(settings.seed) if settings.contrast else None
        self.learned = self._rows(examples, "train", chance)
        if not self.learned.rows:
            raise KnownError(nothing_to_learn(settings, len(examples), self.learned.too_long))
        self.held_out = self._rows(examples, "test")

    def _rows(
        self, examples: Sequence[Example], split: Split, chance: Random | None = None
    ) -> TrainingRows:
        wanted = (one for one in examples if one.split == split)
        return rows_of(wanted, self.encoder, self.settings.max_length, chance)

    @cached_property
    def _batches(self) -> list[list[TrainingRow]]:
        return self._batched(self.learned.rows, self.settings.seed)

    @property
    def batches(self) -> int:
        return len(self._batches)

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "examples": self.examples,
            "held_out": sum(row.examples for row in self.held_out.rows),
            "rows": len(self.learned.rows),
            "targets": self.learned.targets,
            "too_long": self.learned.too_long + self.held_out.too_long,
        }

    def check(self, model: Any) -> None:
        """Raise `KnownError` for a base that cannot look at branches as at rows, or without any,
        and for one that cannot be written whole."""
        if self.settings.method == "full":
            self._check_full()
        if not self.settings.contrast:
            return
        if self.settings.method == "prefix" or self.encoder.markup != "plain":
            raise KnownError(
                _(
                    "contrast: for a LoRA on a model with causal attention and without markup of "
                    "its own; leave contrast out"
                )
            )
        config = model.config.get_text_config()
        slides = "sliding_attention" in (getattr(config, "layer_types", None) or ())
        if slides and self.settings.max_length > config.sliding_window:
            raise KnownError(
                _(
                    "max_length {max_length}: with contrast every row must lie within the base's "
                    "sliding window; set at most {sliding_window}",
                    max_length=self.settings.max_length,
                    sliding_window=config.sliding_window,
                )
            )
        if not any(row.branches for row in self.learned.rows):
            raise KnownError(
                _(
                    "contrast: no example names rivals; make examples anew with: "
                    "paotuan corpus examples"
                )
            )

    def trainer(self, run: RunFrame) -> RowTrainer:
        head = take_head(run.model)
        attend_in_blocks(run.model)
        longest = max(self.learned.rows, key=len)
        looked_at = self._looked_at(run.arguments["max_steps"], run.together)
        trainer = self.made_by(
            new_adapter(run.model, self.settings, run.base, longest.ids),
            head,
            TrainingArguments(**run.arguments),
            self._batches,
            looked_at,
            pad=pad_of(self.encoder),
            left=self.encoder.markup != "plain",
            callbacks=[run.curve],
            together=run.together,
            contrast=self.settings.contrast,
            tokenizer=self.encoder.tokenizer if self.settings.method == "full" else None,
        )
        trainer.tokens_of_step = self._tokens_of_step(run.together)
        trainer.tokens_of_look = sum(len(row) for batch in looked_at for row in batch)
        return trainer

    def plan(self, steps: int, together: int) -> RunPlan:
        """What a run of so many steps computes, with so many batches to a step."""
        looked_at = [row for batch in self._looked_at(steps, together) for row in batch]
        return RunPlan(
            steps,
            round(steps * self._tokens_of_step(together)),
            len(looked_at),
            len(self.held_out.rows),
            sum(map(len, looked_at)),
            looks_of(steps, self.settings.eval_steps) if looked_at else 0,
        )

    def _tokens_of_step(self, together: int) -> float:
        """Tokens that an optimizer step computes, on average."""
        return sum(map(len, self.learned.rows)) / len(self._batches) * together

    def _looked_at(self, steps: int, together: int) -> list[list[TrainingRow]]:
        """Batches of the held-out rows that are looked at, spread over all of them."""
        settings, rows = self.settings, self.held_out.rows
        if settings.eval_limit is None:
            tokens = self._tokens_of_step(together)
            most = rows_of_look(rows, steps, tokens, settings.eval_steps)
        else:
            most = settings.eval_limit or len(rows)
        spread = [rows[i * len(rows) // most] for i in range(most)] if len(rows) > most else rows
        return self._batched(spread, 0) if spread else []

    def _check_full(self) -> None:
        if self.encoder.markup != "plain" or self.settings.start is not None:
            raise KnownError(
                _(
                    "method full: for a model without markup of its own, and begun anew; use lora "
                    "for ChatGLM, and leave start out"
                )
            )

    def _batched(self, rows: Sequence[TrainingRow], seed: int) -> list[list[TrainingRow]]:
        settings = self.settings
        return batches_of(rows, settings.batch_tokens, seed, settings.per_device_train_batch_size)


def nothing_to_learn(settings: Settings, examples: int, too_long: int) -> str:
    """What is said where none of so many examples can be learned from."""
    return _n(
        "{files}: its one example cannot be learned from with at most {max_length} tokens (longer: "
        "{too_long}); make shorter ones with corpus examples --context, or raise max_length",
        "{files}: none of the {n} examples can be learned from with at most {max_length} tokens "
        "(longer: {too_long}); make shorter ones with corpus examples --context, or raise "
        "max_length",
        examples,
        files=series(map(str, settings.examples)),
        max_length=settings.max_length,
        too_long=too_long,
    )


def pad_of(encoder: Encoder) -> int:
    """The id that rows are filled up with; nothing looks at it."""
    tokenizer = encoder.tokenizer
    pad = tokenizer.pad_token_id
    return int(pad if pad is not None else tokenizer.eos_token_id or 0)
