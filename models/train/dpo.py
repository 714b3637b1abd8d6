"""Preference training (DPO, Rafailov et al. 2023): what was picked becomes likelier than what not.

The output layer is evaluated at the replies alone, and what the reference thinks of them is
computed once, before anything is learned.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch
from torch.nn import functional as F
from transformers import TrainingArguments

from base.errors import KnownError
from base.messages import _, _n, series
from models.encode import Encoder
from models.train.adapter import new_adapter
from models.train.looks import RunPlan, looks_of
from models.train.loss import Head, target_nll
from models.train.objectives import RunFrame
from models.train.pairs import PreferencePair, read_pairs
from models.train.preference_rows import PreferenceRow, collate_preferences, preference_rows
from models.train.processes import told_by_all
from models.train.rows import batches_of
from models.train.settings import Settings
from models.train.sft import pad_of
from models.train.trainer import RowTrainer, take_head

HELD_OUT = 10
"""Every so many-th prompt is held out."""


def reply_logprobs(
    model: Any, batch: Mapping[str, torch.Tensor], head: Head, vocab: int
) -> torch.Tensor:
    """The log-probabilities [replies] of a batch of `collate_preferences`, in float32."""
    mask: Any = batch["attention_mask"]
    if "sliding_mask" in batch:
        mask = {"full_attention": mask, "sliding_attention": batch["sliding_mask"]}
    shaped = {"position_ids": batch["position_ids"]} if "position_ids" in batch else {}
    # The output layer was taken off, so that what is called logits is [batch, seq, width]
    hidden = model(input_ids=batch["input_ids"], attention_mask=mask, **shaped).logits
    replies = batch["replies"]
    nll = target_nll(hidden, batch["input_ids"], replies != 0, head, vocab)  # [targets]
    numbers = replies[:, 1:][replies[:, 1:] != 0] - 1
    return -nll.new_zeros(len(batch["reference"])).index_add(0, numbers, nll)


class PreferenceTrainer(RowTrainer):
    """Trains on batches of `PreferenceRow`; the loss of a step is the mean over its pairs."""

    def __init__(
        self, *given: Any, beta: float, window: int | None, pad: int, left: bool, **options: Any
    ) -> None:
        self.beta = beta
        super().__init__(*given, **{"pad": pad, "left": left, **options})
        self.collate = lambda rows: collate_preferences(rows, pad, left, window)

    def summed_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        """The sum over the pairs of a batch."""
        gained = reply_logprobs(model, inputs, self.head, self.vocab) - inputs["reference"]
        chosen, rejected = inputs["contests"].T
        loss: torch.Tensor = -F.logsigmoid(self.beta * (gained[chosen] - gained[rejected])).sum()
        return loss

    def begin(self) -> None:
        super().begin()
        self.remember_reference([*self.order.batches, *self.held_out])

    def remember_reference(self, batches: Sequence[Sequence[PreferenceRow]]) -> None:
        """Compute what the model thinks of each reply as it is now, as precisely as a step does.

        The processes share the work.
        """
        every = [row for rows in batches for row in rows]
        numbers = {id(row): number for number, row in enumerate(every)}
        found: dict[int, list[float]] = {}
        self.model.eval()
        with torch.no_grad():
            for rows, counts in self.mine_of(batches):
                inputs = self._prepare_inputs(self.collate(rows))
                told = reply_logprobs(self.computed, inputs, self.head, self.vocab).tolist()
                for row in rows if counts else ():
                    found[numbers[id(row)]] = told[: len(row.replies)]
                    told = told[len(row.replies) :]
        self.model.train()
        for part in told_by_all(found):
            for number, reference in part.items():
                every[number].reference = reference


class PreferenceTask:
    """Pairs as ids, and the trainer that learns to prefer what was picked.

    What the adapter began as, `start` or the bare base, is the reference.
    """

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self.settings, self.encoder = settings, encoder
        if settings.method in ("prefix", "full") or encoder.markup == "glm1":
            raise KnownError(
                _(
                    "pairs: preference training is for a LoRA on a model with causal attention; "
                    "set method: lora, or leave pairs out"
                )
            )
        pairs = [pair for path in settings.pairs for pair in read_pairs(path)]
        self.pairs = len(pairs)
        learned, held_out = _split(pairs)
        bounds = encoder, settings.max_length, settings.batch_tokens
        self.learned, too_long = preference_rows(learned, *bounds)
        self.held_out, also_too_long = preference_rows(held_out, *bounds)
        self.too_long = too_long + also_too_long
        if not self.learned:
            raise KnownError(
                _n(
                    "{files}: its one pair cannot be learned from with at most {max_length} "
                    "tokens; play on, or raise max_length",
                    "{files}: none of the {n} pairs can be learned from with at most {max_length} "
                    "tokens; play on, or raise max_length",
                    len(pairs),
                    files=series(map(str, settings.pairs)),
                    max_length=settings.max_length,
                )
            )

    @cached_property
    def _batches(self) -> list[list[PreferenceRow]]:
        return self._batched(self.learned, self.settings.seed)

    def _batched(self, rows: Sequence[PreferenceRow], seed: int) -> list[list[PreferenceRow]]:
        settings = self.settings
        return batches_of(rows, settings.batch_tokens, seed, settings.per_device_train_batch_size)

    @property
    def batches(self) -> int:
        return len(self._batches)

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "examples": self.pairs,
            "held_out": sum(len(row.pairs) for row in self.held_out),
            "rows": sum(len(row.pairs) for row in self.learned),
            "targets": sum(len(reply) for row in self.learned for reply in row.replies),
            "too_long": self.too_long,
        }

    def check(self, model: Any) -> None:
        """Any base with causal attention will do."""

    def plan(self, steps: int, together: int) -> RunPlan:
        """What a run of so many steps computes, with so many batches to a step; all rows that are
        held out are looked at."""
        tokens = sum(map(len, self.learned)) / self.batches
        return RunPlan(
            steps,
            round(steps * tokens * together),
            len(self.held_out),
            len(self.held_out),
            sum(map(len, self.held_out)),
            looks_of(steps, self.settings.eval_steps) if self.held_out else 0,
        )

    def trainer(self, run: RunFrame) -> PreferenceTrainer:
        head = take_head(run.model)
        config = run.model.config.get_text_config()
        slides = "sliding_attention" in (getattr(config, "layer_types", None) or ())
        held_out = self._batched(self.held_out, 0) if self.held_out else []
        return PreferenceTrainer(
            new_adapter(run.model, self.settings, run.base),
            head,
            TrainingArguments(**run.arguments),
            self._batches,
            held_out,
            pad=pad_of(self.encoder),
            left=self.encoder.markup != "plain",
            callbacks=[run.curve],
            together=run.together,
            beta=self.settings.beta,
            window=config.sliding_window if slides else None,
        )


def _split(
    pairs: Sequence[PreferencePair],
) -> tuple[list[PreferencePair], list[PreferencePair]]:
    """Pairs to learn from and pairs held out, prompt by prompt."""
    prompts = list(dict.fromkeys(pair.prompt for pair in pairs))
    held_out = set(prompts[HELD_OUT - 1 :: HELD_OUT])
    return (
        [pair for pair in pairs if pair.prompt not in held_out],
        [pair for pair in pairs if pair.prompt in held_out],
    )
