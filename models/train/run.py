"""One training run, from data to an adapter in PEFT layout; it goes on where it was stopped.

This is the frame that all objectives share; what an objective adds is its `Task`.
"""

from collections.abc import Callable
from typing import Any

from transformers import set_seed

from models.encode import Encoder
from models.train.curve import Curve, Tell
from models.train.looks import RunPlan
from models.train.objectives import task_of
from models.train.runs import Result, common_arguments, ended, prepare, run_to_the_end
from models.train.settings import Settings
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
    check_trackers(settings.report_to)
    task = task_of(settings)(settings, encoder)
    task.check(model)
    checkpoint = prepare(settings, base, fresh)
    set_seed(settings.seed)
    curve = Curve(settings, checkpoint, tell, stop)
    arguments = common_arguments(settings, task.batches, model.config.get_text_config().hidden_size)
    begins(task.plan(arguments["max_steps"]))
    trainer = task.trainer(model, base, arguments, curve)
    trainer.watched_by(curve)
    run_to_the_end(trainer, settings, checkpoint)
    return ended(curve, trainer, **task.counts)
