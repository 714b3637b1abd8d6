"""Supervised fine-tuning on more examples than memory holds: they are read while they are learned.

What differs from `models.train.sft` is where the batches come from, that an epoch is reckoned from
its first block, and that of what is held out a sample is kept.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch.utils.data import DataLoader

from base.errors import KnownError, first_line
from base.messages import _
from models.encode import Encoder
from models.train.looks import MOST, RunPlan
from models.train.objectives import RunFrame
from models.train.processes import is_first, processes, rank
from models.train.rows import TrainingRow, TrainingRows, rows_of
from models.train.runs import NotSaved
from models.train.settings import Settings
from models.train.sft import SupervisedTask, nothing_to_learn
from models.train.shards import index_of, keep_index
from models.train.stream import BatchStream, BlockCounts, BlockOrder, ShareStream, StreamState
from models.train.trainer import RowTrainer

STATE = "stream.json"
"""In a checkpoint: where the stream stood."""
FEW = 4096
"""So many held-out examples are all kept; of more, a sample of shards."""


class StreamTrainer(RowTrainer):
    """Trains on a stream, and keeps with each checkpoint where it stood."""

    blocks: BlockOrder
    together: int
    stream: BatchStream | None = None
    _begin = StreamState()

    def train(self, resume_from_checkpoint: Any = None, **options: Any) -> Any:
        """Train, from where the stream stood. Raises `KnownError` for a checkpoint without it."""
        if resume_from_checkpoint:
            self._begin = _state_of(Path(resume_from_checkpoint) / STATE)
        return super().train(resume_from_checkpoint=resume_from_checkpoint, **options)

    def get_train_dataloader(self) -> Any:
        """This process' share of each step."""
        self.stream = BatchStream(self.blocks, self._begin)
        return DataLoader(
            ShareStream(self.stream, self.together, rank(), processes()),
            batch_size=1,
            collate_fn=self.collated,
            pin_memory=self.args.dataloader_pin_memory,
            generator=torch.Generator(),  # or it would draw once from that of the dropout
        )

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        if self.stream is None or not self.is_world_process_zero():
            return
        checkpoint = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
        try:
            (checkpoint / STATE).write_text(json.dumps(self.stream.state.as_json()), "utf-8")
        except OSError as error:
            raise NotSaved(first_line(error)) from error


class StreamedTask(SupervisedTask):
    """An index of examples in place of the examples, and a block of rows at a time."""

    made_by = StreamTrainer

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self.settings, self.encoder = settings, encoder
        self.index = index_of(settings.examples, settings.out)
        self.examples = self.index.total("train") + self.index.total("test")
        self.order = BlockOrder(self.index, encoder, settings)
        first = self.order.look()
        rows = [row for batch in first.batches for row in batch]
        if not rows:
            too_long = self.index.total("train")
            raise KnownError(nothing_to_learn(settings, self.examples, too_long))
        self._first = BlockCounts.of(first)
        longest = max(rows, key=len)
        contested = next((row for row in rows if row.branches), longest)
        self.learned = TrainingRows([longest, contested])
        self.held_out, self._looked_over = self._sample_held_out()
        self._trainer: StreamTrainer | None = None

    @property
    def batches(self) -> int:
        """Batches of an epoch, as many as its first block has an example."""
        return max(1, math.ceil(self._epochs_of_first() * self._first.batches))

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows and targets are those of an epoch, reckoned; what is too long was met so far."""
        stream = self._trainer.stream if self._trainer else None
        return {
            "examples": self.examples,
            "held_out": self.index.total("test"),
            "rows": round(self._epochs_of_first() * self._first.rows),
            "targets": round(self._epochs_of_first() * self._first.targets),
            "too_long": (stream.too_long if stream else 0) + self.held_out.too_long,
        }

    def plan(self, steps: int, together: int) -> RunPlan:
        """What a run of so many steps computes, and from how many examples that is reckoned."""
        plan = super().plan(steps, together)
        looked_over = max(1, self._looked_over)
        held_out = self.index.total("test") * len(self.held_out.rows) / looked_over
        known = self.settings.max_steps is not None or self._first.whole
        return replace(
            plan,
            held_out_rows=round(held_out),
            streamed=self.index.total("train"),
            reckoned_from=0 if known else self._first.examples,
        )

    def trainer(self, run: RunFrame) -> StreamTrainer:
        if is_first():
            keep_index(self.index, self.settings.out)
        # The stream begins where it stood by itself; nothing is to be read once more and skipped
        arguments = {**run.arguments, "ignore_data_skip": True}
        made: Any = super().trainer(replace(run, arguments=arguments))
        made.blocks, made.together = self.order, run.together
        self._trainer = made
        return self._trainer

    @cached_property
    def _batches(self) -> list[list[TrainingRow]]:
        """None, since the trainer takes them from its stream."""
        return []

    def _tokens_of_step(self, together: int) -> float:
        return self._first.tokens / self._first.batches * together

    def _epochs_of_first(self) -> float:
        """How many times the first block makes an epoch."""
        return self.index.total("train") / self._first.examples

    def _sample_held_out(self) -> tuple[TrainingRows, int]:
        """Rows of what is held out, enough for every look, and of how many examples they are."""
        shards = [i for i, shard in enumerate(self.index.shards) if shard.test]
        wanted = MOST if self.settings.eval_limit is None else self.settings.eval_limit
        if wanted and self.index.total("test") > FEW:
            Random(0).shuffle(shards)
        else:
            wanted = 0
        found, examples = TrainingRows(), 0
        for piece in chain.from_iterable(map(self.index.pieces, shards)):
            held_out = [one for one in piece if one.split == "test"]
            made = rows_of(held_out, self.encoder, self.settings.max_length)
            found.rows += made.rows
            found.too_long += made.too_long
            examples += len(held_out)
            if wanted and len(found.rows) >= wanted:
                break
        return found, examples


def _state_of(file: Path) -> StreamState:
    try:
        return StreamState.of_json(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KnownError(
            _(
                "{file}: does not say where the stream stood; begin anew with --fresh",
                file=file,
            )
        ) from error
