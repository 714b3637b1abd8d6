"""transformers' Trainer with our rows, our loss, and an exact held-out loss."""

import math
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainingArguments,
)

from base.errors import KnownError, first_line
from base.messages import _
from models.local.scoring import SHAPED, Passed
from models.train.curve import Curve
from models.train.full import write_model
from models.train.loss import batch_loss
from models.train.rows import TrainingRow, collate
from models.train.runs import Diverged, NotSaved


def take_head(model: Any) -> torch.nn.Module:
    """Take the output layer off a base and return it.

    Raises `KnownError` for a model that does more to its logits than the layer does.
    """
    config = model.config.get_text_config()
    for key in SHAPED:
        if getattr(config, key, None) not in (None, 1, 1.0):
            raise KnownError(
                _(
                    "{base}: a {model} with {key}, which training does not support; use "
                    "another base",
                    base=model.name_or_path,
                    model=type(model).__name__,
                    key=key,
                )
            )
    head: torch.nn.Module = model.get_output_embeddings()
    model.set_output_embeddings(Passed())
    return head


class LookCut(Exception):
    """Somebody asked to stop during a look at what is held out."""


class KeepsAdapter(Trainer):
    """Writes the adapter alone, and of a checkpoint all or nothing; `curve` tells when to stop.

    A look at what is held out is cut short when the person asks to stop, since it may take minutes.
    """

    curve: Curve
    seconds_looking: float
    looks: int = 0
    """Looks at what is held out in this process, which took `seconds_looking`."""

    def write(self, folder: Path) -> None:
        """Write what is trained as it will be used."""
        self.model.save_pretrained(
            folder, selected_adapters=["default"], save_embedding_layers=False
        )

    def watched_by(self, curve: Curve) -> None:
        self.curve, curve.trainer = curve, self

    def evaluate(self, *given: Any, **options: Any) -> dict[str, float]:
        self._counted = time.perf_counter()
        self.looks += 1
        try:
            return self.look(*given, **options)
        except LookCut:
            self.control.should_save = self.control.should_training_stop = True
            return {}
        finally:
            self.count_look()

    def count_look(self) -> None:
        """Count the time of a look, as far as it has come."""
        now = time.perf_counter()
        self.seconds_looking += now - self._counted
        self._counted = now

    def look(self, *given: Any, **options: Any) -> dict[str, float]:
        """The losses of what is held out, told to the callbacks. Raises `LookCut`."""
        raise NotImplementedError

    def go_on(self) -> None:
        """To be called between two pieces of a look. Raises `LookCut`."""
        if self.curve.asked_to_stop():
            raise LookCut

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.model.save_pretrained(
            output_dir,
            state_dict=state_dict,
            selected_adapters=["default"],
            save_embedding_layers=False,
        )

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        try:
            super()._save_checkpoint(model, trial)
        except (OSError, RuntimeError, SafetensorError) as error:
            name = f"checkpoint-{self.state.global_step}"
            shutil.rmtree(Path(self.args.output_dir) / name, ignore_errors=True)
            raise NotSaved(first_line(error)) from error


class RowTrainer(KeepsAdapter):
    """Trains on batches of rows; a dataset's item is a whole batch.

    The loss of an optimizer step is the weighted mean over all tokens it learned from.
    """

    def __init__(
        self,
        model: Any,
        head: torch.nn.Module,
        arguments: TrainingArguments,
        train: Sequence[Sequence[TrainingRow]],
        held_out: Sequence[Sequence[TrainingRow]],
        pad: int,
        left: bool,
        callbacks: list[TrainerCallback],
        contrast: float = 0.0,
        tokenizer: Any = None,
    ) -> None:
        """`tokenizer` goes with a model that is trained as a whole; `None` trains an adapter."""
        self.head, self.held_out, self.contrast = head, held_out, contrast
        self.tokenizer = tokenizer
        self.vocab = model.config.get_text_config().vocab_size
        self.tokens_computed = 0
        self.seconds_looking = 0.0

        def unwrapped(batches: list[Sequence[TrainingRow]]) -> dict[str, torch.Tensor]:
            return collate(batches[0], pad, left)

        super().__init__(
            model=model,
            args=arguments,
            train_dataset=list(train),
            data_collator=unwrapped,
            callbacks=callbacks,
        )
        self.remove_callback(PrinterCallback)
        self.model_accepts_loss_kwargs = True  # so that it counts a whole step's labels

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The weighted loss of a batch, over all tokens that its optimizer step learns from."""
        summed = self.summed_loss(model, inputs)
        learned = int((inputs["labels"] != -100).sum())
        if not torch.isfinite(summed):
            raise Diverged(self.state.global_step)
        self.tokens_computed += inputs["input_ids"].numel()
        if num_items_in_batch is None:
            return summed / max(learned, 1)
        # the processes' gradients are averaged, their tokens are counted together
        return summed * self.accelerator.num_processes / num_items_in_batch

    def write(self, folder: Path) -> None:
        """Write the adapter, or the whole model with its output layer and its tokenizer."""
        if self.tokenizer is None:
            super().write(folder)
            return
        write_model(self.model, self.head, self.tokenizer, folder)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        if self.tokenizer is None:
            super()._save(output_dir, state_dict)
        else:
            self.model.save_pretrained(output_dir)

    def summed_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        """The sum of a batch's weighted negative log-likelihoods, and of what its contests add."""
        return batch_loss(model, inputs, self.head, self.vocab, self.contrast)

    def look(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """The mean loss of the held-out rows, each token weighing one, as `eval_loss`."""
        total, count = 0.0, 0
        self.model.eval()
        try:
            with torch.no_grad(), self.compute_loss_context_manager():
                for rows in self.held_out:
                    self.go_on()
                    inputs = self._prepare_inputs(self.data_collator([rows]))
                    inputs["weights"] = (inputs["labels"] != -100).float()
                    total += float(self.summed_loss(self.model, inputs))
                    count += int((inputs["labels"] != -100).sum())
        finally:
            self.model.train()
        metrics = {"eval_loss": total / count if count else math.nan}
        self.count_look()  # told with the loss
        self.log(metrics)
        control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        self.control: TrainerControl = control
        return metrics
