"""What a run can learn: the table of objectives, and what each must give to the common frame.

A new one, such as `kto`, is a row here, its name in `models.train.settings.ObjectiveName`, and a
module with a class of the shape of `Task`. Nothing heavy is imported before a run needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from models.encode import Encoder
from models.train.looks import RunPlan
from models.train.settings import ObjectiveName, Settings


@dataclass(frozen=True)
class Objective:
    """A row of the table."""

    title: str
    """What a person calls it."""
    data: str
    """The key of a recipe that names its files."""
    keys: frozenset[str]
    """Keys that are its alone; those of another objective have no effect."""
    task: str
    """Where its `Task` is, as module:class."""


OBJECTIVES: dict[ObjectiveName, Objective] = {
    "sft": Objective(
        title="supervised fine-tuning",
        data="examples",
        keys=frozenset({"contrast", "eval_limit"}),
        task="models.train.sft:SupervisedTask",
    ),
    "dpo": Objective(
        title="direct preference optimization",
        data="pairs",
        keys=frozenset({"beta"}),
        task="models.train.dpo:PreferenceTask",
    ),
}


class Task(Protocol):
    """What an objective gives to `models.train.run.train`, which does all else.

    It is made from the settings and the base's encoder, and then has read its data. Raises
    `KnownError` for data that cannot be used.
    """

    def __init__(self, settings: Settings, encoder: Encoder) -> None: ...

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """The fields of `Result` about the data."""
        ...

    def check(self, model: Any) -> None:
        """Raise `KnownError` for a base that this objective cannot be learned on."""
        ...

    def plan(self, steps: int, together: int) -> RunPlan:
        """What a run of so many steps computes, with so many batches to a step."""
        ...

    def trainer(
        self, model: Any, base: str, arguments: Mapping[str, Any], curve: Any, together: int
    ) -> Any:
        """A `models.train.trainer.KeepsAdapter` with a new adapter on `model`, for as many
        batches to a step."""
        ...


def objective_of(settings: Settings) -> ObjectiveName:
    """The objective that is named, or else the one that the data is for."""
    if settings.objective is not None:
        return settings.objective
    return next(name for name, one in OBJECTIVES.items() if getattr(settings, one.data))


def task_of(settings: Settings) -> type[Task]:
    """The class that knows the data and the loss of the settings' objective."""
    module, __, name = OBJECTIVES[objective_of(settings)].task.partition(":")
    task: type[Task] = getattr(import_module(module), name)
    return task
