"""The processes that train together: how many, which this one is, and what they agree on.

torchrun and `accelerate launch` tell each of them in its environment; without a launcher there is
one. Whatever one of them finds wrong is raised by all, so that none waits for another in vain.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from accelerate import PartialState

from base.errors import KnownError, first_line
from base.messages import _
from models.train.settings import Settings

NEEDED = ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")
"""What a launcher says beside how many there are."""
FSDP = "ACCELERATE_USE_FSDP"
BROKEN = ("gloo", "nccl", "connection reset", "connection closed", "broken pipe")
"""What the transport between processes says when the other end is gone, beside its own errors."""

T = TypeVar("T")


class SaidByTheFirst(KnownError):
    """What another process tells the person, so that it is told once."""


class Lost(Exception):
    """Another process of the run is gone, or cannot be reached."""


def processes() -> int:
    """How many train together. Raises `KnownError` where the launcher did not say all it must."""
    return _number("WORLD_SIZE", 1)


def rank() -> int:
    """Which of them this is, from 0."""
    return _number("RANK", 0)


def beside_each_other() -> int:
    """How many of them are on this machine."""
    return _number("LOCAL_WORLD_SIZE", processes()) or 1


def is_first() -> bool:
    """Whether this is the one that writes and speaks."""
    return rank() == 0


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or (name == "WORLD_SIZE" and text == "0"):
        raise KnownError(
            _(
                "{name} is {text}, expected a number; start the processes with torchrun",
                name=name,
                text=text,
            )
        )
    return int(text)


def on_gpu(settings: Settings) -> bool:
    return torch.cuda.is_available() and settings.device != "cpu"


def as_launched(settings: Settings) -> Settings:
    """The settings, with `shard` where `accelerate launch` was told to use FSDP."""
    if os.environ.get(FSDP, "").lower() in ("1", "true", "yes"):
        os.environ[FSDP] = "false"  # accelerate would wrap the model once more
        return replace(settings, shard=True)
    return settings


def join(settings: Settings) -> None:
    """Check what a launcher gave, and meet the other processes. Raises `KnownError`."""
    count = processes()
    if settings.processes not in (None, count):
        raise KnownError(_wrong_count(settings, count))
    if settings.shard and count == 1:
        raise KnownError(
            _(
                "shard: there is one process, and nobody to share the base with; start several "
                "with torchrun --nproc-per-node N --no-python paotuan train …, or set shard=false"
            )
        )
    if count == 1:
        return
    for name in NEEDED:
        if not os.environ.get(name):
            raise KnownError(
                _(
                    "{count} processes are asked for (WORLD_SIZE), but {name} is not set; start "
                    "them with torchrun",
                    count=count,
                    name=name,
                )
            )
    _check_gpus(settings)
    try:
        PartialState(cpu=not on_gpu(settings))
    except (RuntimeError, ValueError, OSError) as error:
        raise KnownError(
            _(
                "the {count} processes did not find each other at {address}:{port} ({error}); "
                "check the addresses that torchrun was given",
                count=count,
                address=os.environ["MASTER_ADDR"],
                port=os.environ["MASTER_PORT"],
                error=first_line(error),
            )
        ) from error


def _wrong_count(settings: Settings, count: int) -> str:
    return _(
        "processes: the recipe asks for {wanted}, but {count} were started; start them with "
        "torchrun --nproc-per-node {wanted} --no-python paotuan train …, or set "
        "processes={count}",
        wanted=settings.processes,
        count=count,
    )


def _check_gpus(settings: Settings) -> None:
    place, there = _number("LOCAL_RANK", 0), torch.cuda.device_count()
    if on_gpu(settings) and place >= there:
        raise KnownError(
            _(
                "process {rank}: this machine has {count} CUDA devices, fewer than the processes "
                "that were started on it; start at most {count} with --nproc-per-node",
                rank=rank(),
                count=there,
            )
        )


def agreed(step: Callable[[], T]) -> T:
    """What `step` gives, once no process has failed in it.

    Raises `KnownError` in all of them where one raised it: the first of them tells it, the others
    raise `SaidByTheFirst`.
    """
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return step()
    result: T | None = None
    mine: KnownError | None = None
    try:
        result = step()
    except KnownError as error:
        mine = error
    told = told_by_all(mine.problems if mine else None)
    failed = next((number for number, problems in enumerate(told) if problems), None)
    if failed is None:
        return result  # type: ignore[return-value]  # given where nothing was raised
    first, *others = told[failed]
    if not is_first():
        raise SaidByTheFirst(first, *others) from mine
    if mine is not None:
        raise mine
    raise KnownError(
        _("process {rank}: {problem}", rank=failed, problem=first),
        *others,
    )


def told_by_all(mine: Any) -> list[Any]:
    """What each process has to tell, in their order."""
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return [mine]
    told: list[Any] = [None] * dist.get_world_size()
    with watched():
        dist.all_gather_object(told, mine)
    return told


@contextmanager
def watched() -> Iterator[None]:
    """Raises `Lost` where another process is gone."""
    try:
        yield
    except RuntimeError as error:
        if is_broken(error):
            raise Lost(first_line(error)) from error
        raise


def is_broken(error: BaseException) -> bool:
    """Whether an error says that another process cannot be reached."""
    if processes() == 1 or isinstance(error, torch.OutOfMemoryError):
        return False
    said = str(error).lower()
    return isinstance(error, dist.DistError) or any(word in said for word in BROKEN)
