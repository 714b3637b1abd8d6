"""One training run, from data to an adapter in PEFT layout; it goes on where it was stopped.

This is the frame that all objectives share; what an objective adds is its `Task`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import set_seed

from models.encode import Encoder
from models.train.arguments import common_arguments
from models.train.curve import Curve, Tell
from models.train.looks import RunPlan
from models.train.objectives import RunFrame, Task, task_of
from models.train.processes import agreed, as_launched, join
from models.train.runs import Result, ended, prepare, run_to_the_end
from models.train.settings import Settings
from models.train.shard import check_method, is_sharded, shard_base
from models.train.trackers import check_trackers


def train(
    settings: Settings,
    model: Any,
    encoder: Encoder,
    base: str,
    tell: Tell = lambda point: None,
    stop: Callable[[], bool] = lambda: False,
    fresh: bool = False,
    begins: Callable[[RunPlan], None] = lambda plan: None,
) -> Result:
    """Train an adapter on `model` and write it to `settings.out`, the best by held-out loss.

    A run that was cut off goes on from its last whole checkpoint unless `fresh`; the same settings
    then give the same losses as without the cut. `base` is the name that the adapter keeps of what
    it was trained on; `stop` is asked after each step; `begins` is told what will be computed,
    before anything is. Raises `KnownError`.
    """
    settings = as_launched(settings)
    agreed(lambda: join(settings))
    task = agreed(lambda: _checked(settings, model, encoder))
    begun = prepare(settings, base, fresh, Path(model.name_or_path))
    if settings.shard and not is_sharded(model):
        agreed(lambda: shard_base(model, settings))
    set_seed(settings.seed)
    curve = agreed(lambda: Curve(settings, begun.checkpoint, tell, stop))
    width = model.config.get_text_config().hidden_size
    arguments = agreed(lambda: common_arguments(settings, task.batches, width, begun.together))
    begins(task.plan(arguments["max_steps"], begun.together))
    frame = RunFrame(model, base, arguments, curve, begun.together)
    trainer = agreed(lambda: task.trainer(frame))
    trainer.watched_by(curve)
    run_to_the_end(trainer, settings, begun.checkpoint)
    return ended(curve, trainer, **task.counts)


def _checked(settings: Settings, model: Any, encoder: Encoder) -> Task:
    check_trackers(settings.report_to)
    if settings.shard:
        check_method(settings.method)
    task = task_of(settings)(settings, encoder)
    task.check(model)
    return task
