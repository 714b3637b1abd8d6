"""Watches a run: its curve, its best adapter, when to look at what is held out, and when to end."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import TrainerCallback

from base.writing import replace_text, told
from models.train.checkpoints import mark_whole, put_in_place
from models.train.processes import is_first
from models.train.settings import Settings

LOG = "log.jsonl"
STEP = "checkpoint-"


class Point(NamedTuple):
    """A moment of a run."""

    step: int
    steps: int
    """Optimizer steps in all."""
    loss: float | None
    """Of the steps since the last point; None where only the held-out loss was looked at."""
    held_out: float | None
    learning_rate: float | None
    tokens_per_second: float
    """Tokens of prompts and replies, padding included, while learning, in all processes."""
    seconds: float
    """Since this process began to train."""
    seconds_left: float | None = None
    """At the pace of this process, its looks at what is held out counted; None before either."""


Tell = Callable[[Point], None]


class NoStepLeft(Exception):
    """The run that is gone on from has come to its end already."""


class Curve(TrainerCallback):
    """Keeps the points of a run in `log.jsonl`; what a cut-off run wrote behind its last whole
    checkpoint is taken back, so that the curve is that of a run without a cut. Of several processes
    one writes."""

    def __init__(
        self, settings: Settings, checkpoint: Path | None, tell: Tell, stop: Callable[[], bool]
    ) -> None:
        self.settings, self.tell, self.stop = settings, tell, stop
        self.trainer: Any = None
        """Set by the trainer that it watches."""
        self.why_ended = "done"
        self.file = settings.out / LOG
        begun = int(checkpoint.name.removeprefix(STEP)) if checkpoint else -1
        self._begun = max(begun, 0)
        self.points = [point for point in self._read() if point.step <= begun]
        self._chief = is_first()
        if self._chief:
            # whole for the other processes, which read it now
            replace_text(self.file, "".join(map(_line, self.points)), settings.inputs)
        self._began = time.perf_counter()
        self._looking = 0.0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    @property
    def best(self) -> float | None:
        return min(self._looks, default=None)

    @property
    def first_held_out(self) -> float | None:
        return next((p.held_out for p in self.points if p.step == 0), None)

    @property
    def _looks(self) -> list[float]:
        return [point.held_out for point in self.points if point.held_out is not None]

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        last = state.global_step >= state.max_steps
        stopped = not last and self.asked_to_stop()
        due = last or state.global_step % self.settings.eval_steps == 0
        control.should_evaluate = bool(self.trainer.held_out) and due and not stopped
        control.should_save = control.should_save or last or stopped
        control.should_training_stop = control.should_training_stop or stopped

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look at what is held out where the stop of the run before came before its look.

        Raises `NoStepLeft` for a run that was over: transformers would take one step more.
        """
        step = state.global_step
        if step >= state.max_steps or self._patience_is_over():
            self.on_train_end(args, state, control)
            raise NoStepLeft
        if step and step % self.settings.eval_steps == 0 and not self._looked_at(step):
            self.trainer.evaluate()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if not logs or not ("loss" in logs or "eval_loss" in logs):
            return
        busy = max(self.seconds - self.trainer.seconds_looking, 1e-9)
        point = Point(
            state.global_step,
            state.max_steps or self.trainer.args.max_steps,
            logs.get("loss"),
            logs.get("eval_loss"),
            logs.get("learning_rate"),
            round(self.trainer.tokens_computed / busy, 1),
            round(self.seconds, 1),
            self._left(state.global_step),
        )
        better = point.held_out is not None and point.held_out < (self.best or float("inf"))
        self.points.append(point)
        if not self._chief:
            return
        if better:
            put_in_place(self.settings.out, self._write_adapter)
        with told(self.file), self.file.open("a", encoding="utf-8") as log:
            log.write(_line(point))
        self.tell(point)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._patience_is_over():
            control.should_training_stop = control.should_save = True

    def _patience_is_over(self) -> bool:
        looks, patience = self._looks, self.settings.early_stopping_patience
        over = bool(patience) and len(looks) > patience and min(looks[-patience:]) > min(looks)
        if over:
            self.why_ended = "patience"
        return over

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.trainer.accelerator.wait_for_everyone()
        if self._chief:
            mark_whole(Path(args.output_dir) / f"{STEP}{state.global_step}")

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._chief and not self.trainer.held_out:
            put_in_place(self.settings.out, self._write_adapter)

    def asked_to_stop(self) -> bool:
        """Whether any process was; all of them ask here equally often, and end together."""
        asked = self.stop()
        if self.trainer.accelerator.num_processes > 1:
            mine = torch.tensor(int(asked), device=self.trainer.accelerator.device)
            asked = bool(self.trainer.accelerator.reduce(mine, "sum"))
        if asked:
            self.why_ended = "stopped"
        return asked

    def _looked_at(self, step: int) -> bool:
        return any(p.step == step and p.held_out is not None for p in self.points)

    def _left(self, step: int) -> float | None:
        """Seconds to go, of steps and of looks each at their own pace.

        Before the first step that is reckoned from the first look: a token that is learned costs
        about three that are only read.
        """
        trainer, done = self.trainer, step - self._begun
        steps = trainer.args.max_steps
        looks = getattr(trainer, "looks", 0)
        a_look = trainer.seconds_looking / looks if looks else 0.0
        to_come = len(
            range(step // self.settings.eval_steps + 1, steps // self.settings.eval_steps + 1)
        )
        to_come = max(to_come, 1) if trainer.held_out and step < steps else 0
        if done > 0:
            a_step = max(self.seconds - trainer.seconds_looking, 0.0) / done
        elif looks and (of_look := getattr(trainer, "tokens_of_look", 0)):
            a_step = 3 * a_look / of_look * trainer.tokens_of_step
        else:
            return None
        return round(a_step * (steps - step) + a_look * to_come, 1)

    def _write_adapter(self, folder: Path) -> None:
        self.trainer.write(folder)
        (folder / "README.md").unlink(missing_ok=True)

    def _read(self) -> list[Point]:
        if not self.file.is_file():
            return []
        points = []
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                points.append(Point(**json.loads(line)))
            except (ValueError, TypeError):
                break  # torn by a cut; later lines belong behind it
        return points


def _line(point: Point) -> str:
    return json.dumps(point._asdict()) + "\n"
