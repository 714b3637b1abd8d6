"""transformers' Trainer with our rows, our loss, and an exact held-out loss."""

import math
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from accelerate.utils import convert_to_fp32
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
from models.train.order import Order, Share, loader, size_of
from models.train.processes import processes, rank, told_by_all
from models.train.rows import collate
from models.train.runs import Diverged, NotSaved
from models.train.shard import is_sharded


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


SPREAD = 1_000_003
"""So far apart are seeds of batches, that two runs with other seeds draw nothing alike."""


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

    def begin(self) -> None:
        """What is to be done before anything is looked at or learned: all processes get the first
        one's adapter."""
        if processes() > 1:
            with torch.no_grad():
                for one in self.model.parameters():
                    if one.requires_grad:
                        dist.broadcast(one.data, src=0)

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
        cause: Exception | None = None
        try:
            super()._save_checkpoint(model, trial)
        except (OSError, RuntimeError, SafetensorError) as error:
            name = f"checkpoint-{self.state.global_step}"
            shutil.rmtree(Path(self.args.output_dir) / name, ignore_errors=True)
            cause = error
        why = next(filter(None, told_by_all(first_line(cause) if cause else None)), None)
        if why is not None:  # raised in all processes, so that none waits for another
            raise NotSaved(why) from cause

    def _save_rng_state(self, output_dir: str) -> None:
        """Nothing: what is drawn in a step follows from its number."""

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """Nothing, as nothing is saved."""


class RowTrainer(KeepsAdapter):
    """Trains on batches of rows, each process on its share of a step's.

    The loss of an optimizer step is the weighted mean over all tokens that all processes learned
    from in it. Their gradients are added up once a step, so that two processes learn just what one
    learns from both their batches.
    """

    def __init__(
        self,
        model: Any,
        head: torch.nn.Module,
        arguments: TrainingArguments,
        train: Sequence[Sequence[Any]],
        held_out: Sequence[Sequence[Any]],
        pad: int,
        left: bool,
        callbacks: list[TrainerCallback],
        together: int,
        contrast: float = 0.0,
        tokenizer: Any = None,
    ) -> None:
        """`together` batches of all processes are a step. `tokenizer` goes with a model that is
        trained as a whole; `None` trains an adapter."""
        self.head, self.held_out, self.contrast = head, held_out, contrast
        self.tokenizer = tokenizer
        self.vocab = model.config.get_text_config().vocab_size
        self.tokens_computed = 0
        self.seconds_looking = 0.0
        self.order: Order[Sequence[Any]] = Order(train, together, arguments.data_seed or 0)
        self.collate: Callable[[Sequence[Any]], dict[str, torch.Tensor]] = lambda rows: collate(
            rows, pad, left
        )
        self._spoiled = 0.0
        super().__init__(
            model=model, args=arguments, train_dataset=list(train), callbacks=callbacks
        )
        self.remove_callback(PrinterCallback)
        self.model_accepts_loss_kwargs = True  # so that it counts a whole step's labels

    def create_accelerator_and_postprocess(self) -> None:
        super().create_accelerator_and_postprocess()
        prepare = self.accelerator.prepare_model

        def unwrapped(model: Any, **given: Any) -> Any:
            # without DDP: gradients are added up once a step, in `_add_up`
            return prepare(model, device_placement=False, evaluation_mode=True)

        self.accelerator.prepare_model = unwrapped

    def _move_model_to_device(self, model: Any, device: torch.device) -> None:
        """Nothing: each part of a base lies where it is to be computed."""
        if not is_sharded(model):
            super()._move_model_to_device(model, device)

    def get_train_dataloader(self) -> Any:
        """This process' share of each step."""
        return loader(
            self.order,
            rank(),
            processes(),
            lambda: self.state.global_step,
            self.collated,
            self.args.dataloader_pin_memory,
        )

    def collated(self, shares: list[Share[Any]]) -> dict[str, torch.Tensor]:
        """The tensors of a share, and what is to be known of it."""
        (share,) = shares
        batch = self.collate(share.rows)
        if not share.learned:
            batch["labels"] = torch.full_like(batch["labels"], -100)
        told = {"number": share.number, "learned": share.learned, "tokens": share.tokens}
        return batch | {name: torch.tensor(value) for name, value in told.items()}

    def training_step(self, model: Any, inputs: dict[str, Any], *given: Any, **more: Any) -> Any:
        """The loss of a batch, whose gradient is added to that of its step; with the last batch of
        a step the gradients of all processes are added up. Raises `Diverged`."""
        torch.manual_seed(self.args.seed * SPREAD + int(inputs["number"]))
        self.tokens_computed += int(inputs["tokens"])
        loss = super().training_step(model, inputs, *given, **more)
        if self.accelerator.sync_gradients:
            self._add_up()
        return loss * processes()  # transformers takes the mean of all processes' losses

    def _add_up(self) -> None:
        """Add up the gradients of all processes, and tell all of them of a loss that is none."""
        learned = [one for one in self.model.parameters() if one.requires_grad]
        spoiled = self._spoiled
        if processes() > 1:
            for one in learned:
                if one.grad is None:
                    one.grad = torch.zeros_like(one)
            flag = learned[0].grad.new_tensor([spoiled])
            together = torch.cat([*(one.grad.flatten() for one in learned), flag])
            dist.all_reduce(together)
            spoiled, start = float(together[-1]), 0
            for one in learned:
                one.grad.copy_(together[start : start + one.numel()].view_as(one))
                start += one.numel()
        self._spoiled = 0.0
        if spoiled:
            raise Diverged(self.state.global_step)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The weighted loss of a batch, over all tokens that its optimizer step learns from."""
        summed = self.summed_loss(model, inputs) * inputs["learned"]
        if not torch.isfinite(summed):
            self._spoiled = 1.0  # told to all processes at the end of the step
        return summed / torch.as_tensor(num_items_in_batch, device=summed.device).clamp(min=1)

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

    def computed(self, **given: Any) -> Any:
        """What the model makes of a batch, as precisely as in a step: transformers' own context for
        a loss leaves bfloat16 to what prepares the model, which is done when steps begin."""
        with self.accelerator.autocast():
            return convert_to_fp32(self.model(**given))

    def look(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """The mean loss of the held-out rows, each token weighing one, as `eval_loss`; the
        processes share the rows."""
        told = torch.zeros(2, dtype=torch.float64, device=self.accelerator.device)
        self.model.eval()
        try:
            with torch.no_grad():
                for rows, counts in self.mine_of(self.held_out):
                    self.go_on()
                    inputs = self._prepare_inputs(self.collate(rows))
                    inputs["weights"] = (inputs["labels"] != -100).float()
                    loss = float(self.summed_loss(self.computed, inputs))
                    if counts:
                        told += told.new_tensor([loss, int((inputs["labels"] != -100).sum())])
        finally:
            self.model.train()
        if processes() > 1:
            dist.all_reduce(told)
        total, count = told.tolist()
        metrics = {"eval_loss": total / count if count else math.nan}
        self.count_look()  # told with the loss
        self.log(metrics)
        control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        self.control: TrainerControl = control
        return metrics

    def mine_of(self, batches: Sequence[Sequence[Any]]) -> list[tuple[Sequence[Any], bool]]:
        """This process' part of batches that all compute, as many for each, those of like sizes at
        a time; False stands beside one that is computed only since others compute theirs."""
        if processes() == 1 or not batches:
            return [(batch, True) for batch in batches]
        ordered = sorted(batches, key=size_of)
        count = math.ceil(len(ordered) / processes())
        places = range(rank(), count * processes(), processes())
        return [(ordered[min(i, len(ordered) - 1)], i < len(ordered)) for i in places]
