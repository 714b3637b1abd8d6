"""What a run can learn: the table of objectives, and what each must give to the common frame.

A new one, such as `kto`, is a row here, its name in `models.train.settings.ObjectiveName`, and a
module with a class of the shape of `Task`. Nothing heavy is imported before a run needs it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from models.encode import Encoder
from models.train.looks import RunPlan
from models.train.parquet import is_parquet
from models.train.settings import ObjectiveName, Settings

if TYPE_CHECKING:
    from models.train.curve import Curve

LARGE = 1 << 30
"""Bytes of examples that are still held in memory as a whole."""
PACKED = 30
"""How many bytes of lines a byte of a Parquet table stands for."""


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
    streamed: str = ""
    """Where the one is that reads its data while it learns."""


OBJECTIVES: dict[ObjectiveName, Objective] = {
    "sft": Objective(
        title="supervised fine-tuning",
        data="examples",
        keys=frozenset({"contrast", "eval_limit", "stream", "shuffle_buffer"}),
        task="models.train.sft:SupervisedTask",
        streamed="models.train.streamed:StreamedTask",
    ),
    "dpo": Objective(
        title="direct preference optimization",
        data="pairs",
        keys=frozenset({"beta"}),
        task="models.train.dpo:PreferenceTask",
    ),
}


@dataclass(frozen=True)
class RunFrame:
    """What the common frame of a run has for the trainer of its objective."""

    model: Any
    """The base, without an adapter."""
    base: str
    """The name that the adapter keeps of it."""
    arguments: Mapping[str, Any]
    """Those of transformers' `TrainingArguments`."""
    curve: "Curve"
    together: int
    """Batches of all processes that a step learns from."""


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

    def trainer(self, run: RunFrame) -> Any:
        """A `models.train.trainer.KeepsAdapter` with a new adapter on the base."""
        ...


def objective_of(settings: Settings) -> ObjectiveName:
    """The objective that is named, or else the one that the data is for."""
    if settings.objective is not None:
        return settings.objective
    return next(name for name, one in OBJECTIVES.items() if getattr(settings, one.data))


def is_streamed(settings: Settings) -> bool:
    """Whether the data is read while it is learned from: as is said, or by its files' size."""
    if not OBJECTIVES[objective_of(settings)].streamed:
        return False
    return large(settings.inputs) if settings.stream is None else settings.stream


def large(files: Iterable[Path]) -> bool:
    """Whether files of examples are better not held in memory as a whole."""
    sizes = ((path.stat().st_size, is_parquet(path)) for path in files if path.is_file())
    return sum(size * (PACKED if packed else 1) for size, packed in sizes) > LARGE


def task_of(settings: Settings) -> type[Task]:
    """The class that knows the data and the loss of the settings' objective."""
    objective = OBJECTIVES[objective_of(settings)]
    where = objective.streamed if is_streamed(settings) else objective.task
    module, __, name = where.partition(":")
    task: type[Task] = getattr(import_module(module), name)
    return task
