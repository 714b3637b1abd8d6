"""Which batches a step learns from, and which process computes each of them.

What a step learns follows from its number alone: from the seed and from how many batches make a
step, never from how many processes share them. So a run may go on with another number of them. Of a
step's batches each process gets as many, of like sizes at a time, and about as many tokens in all.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Generic, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

WINDOW = 8
"""Steps' worth of batches among which those of like sizes are put into one step."""

Batch = TypeVar("Batch", bound=Sequence[Any])


@dataclass(frozen=True)
class Share(Generic[Batch]):
    """A batch that one process computes."""

    rows: Batch
    number: int
    """Which of all batches of the run it is, from 0: what is drawn while it is learned follows
    from that."""
    learned: bool
    """False for one that keeps a process busy while others learn."""
    tokens: int
    """Tokens that all processes compute with this one, padding included."""


def size_of(batch: Sequence[Any]) -> int:
    """Tokens of a batch, padding included."""
    return len(batch) * max(map(len, batch))


class Order(Generic[Batch]):
    """The steps of a run over batches, `together` of them to a step."""

    def __init__(self, batches: Sequence[Batch], together: int, seed: int) -> None:
        self.batches, self.together, self.seed = batches, together, seed
        self.sizes = list(map(size_of, batches))
        self.steps = math.ceil(len(batches) / together)
        """Steps of an epoch."""

    def of_epoch(self, epoch: int) -> list[list[int]]:
        """The batches of each step; the last step may have fewer.

        They are shuffled anew for each epoch, as transformers does it; where several make a step,
        those of like sizes come together.
        """
        chance = torch.Generator().manual_seed(self.seed + epoch)
        shuffled = torch.randperm(len(self.batches), generator=chance).tolist()
        if self.together > 1:
            shuffled = self._alike(shuffled, Random(f"{self.seed} {epoch}"))
        return [shuffled[i : i + self.together] for i in range(0, len(shuffled), self.together)]

    def _alike(self, shuffled: list[int], chance: Random) -> list[int]:
        ordered: list[int] = []
        width = WINDOW * self.together
        for start in range(0, len(shuffled), width):
            window = sorted(shuffled[start : start + width], key=self.sizes.__getitem__)
            rest = len(window) % self.together  # taken from anywhere, and left to the end
            last = [window.pop(chance.randrange(len(window))) for _ in range(rest)]
            steps = [window[i : i + self.together] for i in range(0, len(window), self.together)]
            chance.shuffle(steps)
            ordered += [one for step in steps for one in step] + last
        return ordered

    def shares(self, epoch: int, rank: int, processes: int) -> Iterator[Share[Batch]]:
        """What a process computes in an epoch, as many batches in each step."""
        for at, step in enumerate(self.of_epoch(epoch)):
            first = (epoch * self.steps + at) * self.together
            batches = [self.batches[one] for one in step]
            yield from shares_of(batches, first, self.together, rank, processes)


def shares_of(
    step: Sequence[Batch], first: int, together: int, rank: int, processes: int
) -> Iterator[Share[Batch]]:
    """What a process computes of a step's batches, which are numbered from `first` on."""
    sizes = list(map(size_of, step))
    idle = min(range(len(step)), key=sizes.__getitem__)
    for turn in spread(sizes, together, processes):
        tokens = sum(sizes[one] for one in turn if one is not None)
        mine = turn[rank]
        place = idle if mine is None else mine
        yield Share(step[place], first + place, mine is not None, tokens)


def spread(sizes: Sequence[int], together: int, processes: int) -> list[list[int | None]]:
    """For each turn of a step, which of its batches each process computes; None is nothing.

    All processes compute at once, so the batches of a turn are of like sizes; the larger ones of a
    turn go to those that have had least. One process takes all in their order.
    """
    if processes == 1:
        return [[one] if one < len(sizes) else [None] for one in range(together)]
    turns: list[list[int | None]] = []
    largest = sorted(range(len(sizes)), key=lambda i: (-sizes[i], i))
    count = math.ceil(together / processes)
    order = [*largest, *[None] * (count * processes - len(largest))]
    loads = [0] * processes
    for start in range(0, count * processes, processes):
        turn: list[int | None] = [None] * processes
        least = sorted(range(processes), key=lambda r: (loads[r], r))
        for rank, one in zip(least, order[start : start + processes], strict=True):
            turn[rank] = one
            loads[rank] += sizes[one] if one is not None else 0
        turns.append(turn)
    return turns


class _Numbers(Sampler):
    """The shares of the epoch that a run is in, as its step tells."""

    def __init__(
        self, order: Order[Any], rank: int, processes: int, step: Callable[[], int]
    ) -> None:
        self.order, self.rank, self.processes, self.step = order, rank, processes, step

    def __iter__(self) -> Iterator[Share[Any]]:
        epoch = self.step() // self.order.steps
        return self.order.shares(epoch, self.rank, self.processes)

    def __len__(self) -> int:
        return self.order.steps * math.ceil(self.order.together / self.processes)


class _Given(Dataset):
    """Gives a share for a share; its length is that of what is learned."""

    def __init__(self, order: Order[Any]) -> None:
        self.order = order

    def __getitem__(self, share: Share[Any]) -> Share[Any]:
        return share

    def __len__(self) -> int:
        return len(self.order.batches)


def loader(
    order: Order[Any],
    rank: int,
    processes: int,
    step: Callable[[], int],
    collate: Callable[[list[Share[Any]]], Any],
    pin: bool,
) -> DataLoader[Any]:
    """The shares of a process, an epoch each time it is gone through; `step` tells where the run
    is."""
    numbers = _Numbers(order, rank, processes, step)
    return DataLoader(
        _Given(order), batch_size=1, sampler=numbers, collate_fn=collate, pin_memory=pin
    )
