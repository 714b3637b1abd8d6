"""Preference training (DPO, Rafailov et al. 2023) by trl, on ids that play would have had."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from datasets import Dataset
from transformers import PrinterCallback
from trl import DPOConfig, DPOTrainer

from base.errors import KnownError
from base.messages import _, _n, series
from models.encode import Encoder
from models.train.adapter import new_adapter
from models.train.curve import Curve
from models.train.looks import RunPlan, looks_of
from models.train.pairs import PreferencePair, read_pairs
from models.train.runs import Diverged
from models.train.settings import Settings
from models.train.trainer import KeepsAdapter

HELD_OUT = 10
"""Every so many-th prompt is held out."""

PairIds = dict[str, list[int]]
"""`prompt_ids`, `chosen_ids` and `rejected_ids`, as trl's collator takes them."""


class PairTrainer(KeepsAdapter, DPOTrainer):
    """trl's trainer on pairs that are ids already: our prompts are cut into segments, which its own
    tokenizing would join."""

    def __init__(self, *args: Any, held_out: Sequence[PairIds], **options: Any) -> None:
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
        self.learned, self.held_out, self.too_long = _split(pairs, encoder, settings.max_length)
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

    @property
    def _pairs_at_once(self) -> int:
        tokens = sum(map(_tokens, self.learned))
        fitting = max(1, self.settings.batch_tokens * len(self.learned) // tokens)
        return self.settings.per_device_train_batch_size or fitting

    @property
    def batches(self) -> int:
        return -(-len(self.learned) // self._pairs_at_once)

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "examples": self.pairs,
            "held_out": len(self.held_out),
            "rows": len(self.learned),
            "targets": sum(len(r["chosen_ids"]) + len(r["rejected_ids"]) for r in self.learned),
            "too_long": self.too_long,
        }

    def check(self, model: Any) -> None:
        """Any base with causal attention will do."""

    def plan(self, steps: int) -> RunPlan:
        """What a run of so many steps computes; all pairs that are held out are looked at."""
        tokens = sum(map(_tokens, self.learned)) / self.batches
        accumulated = self.settings.gradient_accumulation_steps
        return RunPlan(
            steps,
            round(steps * tokens * accumulated),
            len(self.held_out),
            len(self.held_out),
            sum(map(_tokens, self.held_out)),
            looks_of(steps, self.settings.eval_steps) if self.held_out else 0,
        )

    def trainer(
        self, model: Any, base: str, arguments: Mapping[str, Any], curve: Curve
    ) -> PairTrainer:
        count = self._pairs_at_once
        at_once = {"per_device_train_batch_size": count, "per_device_eval_batch_size": count}
        return PairTrainer(
            model=new_adapter(model, self.settings, base),
            args=DPOConfig(**{**arguments, **at_once}, beta=self.settings.beta, max_length=None),
            train_dataset=Dataset.from_list(self.learned),
            eval_dataset=Dataset.from_list(self.held_out) if self.held_out else None,
            processing_class=_padded(self.encoder),
            callbacks=[curve],
            held_out=self.held_out,
        )


def _split(
    pairs: Sequence[PreferencePair], encoder: Encoder, longest: int
) -> tuple[list[PairIds], list[PairIds], int]:
    """Pairs to learn from and pairs held out, prompt by prompt, and how many were too long."""
    prompts = list(dict.fromkeys(pair.prompt for pair in pairs))
    prompts_held_out = set(prompts[HELD_OUT - 1 :: HELD_OUT])
    learned, held_out, too_long = list[PairIds](), list[PairIds](), 0
    for pair in pairs:
        ids = _ids(pair, encoder)
        if _tokens(ids) > 2 * longest:
            too_long += 1
        else:
            (held_out if pair.prompt in prompts_held_out else learned).append(ids)
    return learned, held_out, too_long


def _ids(pair: PreferencePair, encoder: Encoder) -> PairIds:
    prompt = encoder.encode(pair.prompt)
    of_pair = {"prompt_ids": prompt}
    for key, reply in (("chosen_ids", pair.chosen), ("rejected_ids", pair.rejected)):
        ids, __ = encoder.encode_pair(pair.prompt, reply)
        of_pair[key] = ids[len(prompt) : -1]  # a whole line ends with its newline
    return of_pair


def _tokens(ids: PairIds) -> int:
    """Tokens that both sequences of a pair come to."""
    return 2 * len(ids["prompt_ids"]) + len(ids["chosen_ids"]) + len(ids["rejected_ids"])


def _padded(encoder: Encoder) -> Any:
    """The tokenizer, which trl asks for how to pad."""
    tokenizer = encoder.tokenizer
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
