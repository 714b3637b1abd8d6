"""What a step learns follows from its number, and its batches are dealt out evenly."""

from collections import Counter
from random import Random

import pytest
import torch

from models.train.order import Order, Share, size_of, spread
from models.train.rows import TrainingRow, batches_of

Batch = list[TrainingRow]


def batches(count: int | None = None) -> list[Batch]:
    chance = Random(1)
    lengths = [chance.randint(20, 2048) for _ in range(600)]
    rows = [TrainingRow([1] * length, [1.0] * length) for length in lengths]
    return batches_of(rows, 2048, 1, count)


def learned(order: Order[Batch], epoch: int, processes: int) -> list[list[tuple[int, int]]]:
    """The number of each batch that a step learns, and which it is, step by step."""
    turns = -(-order.together // processes)
    shares = [list(order.shares(epoch, rank, processes)) for rank in range(processes)]
    assert {len(one) for one in shares} == {turns * order.steps}
    places = {id(batch): place for place, batch in enumerate(order.batches)}
    return [
        sorted(
            (share.number, places[id(share.rows)])
            for one in shares
            for share in one[step * turns : (step + 1) * turns]
            if share.learned
        )
        for step in range(order.steps)
    ]


@pytest.mark.parametrize("processes", [2, 3, 4, 5])
def test_a_step_is_the_same_for_any_number_of_processes(processes: int) -> None:
    order = Order(batches()[:46], 4, seed=7)
    for epoch in range(2):
        alone = learned(order, epoch, 1)
        assert learned(order, epoch, processes) == alone
        assert Counter(place for step in alone for __, place in step) == Counter(range(46))
    assert learned(order, 0, 1) != learned(order, 1, 1)


def test_one_batch_to_a_step_comes_in_the_order_of_transformers() -> None:
    order = Order(batches()[:30], 1, seed=3)
    chance = torch.Generator().manual_seed(3 + 2)
    wanted = torch.randperm(30, generator=chance).tolist()
    assert [place for step in order.of_epoch(2) for place in step] == wanted


@pytest.mark.parametrize(("count", "least"), [(None, 0.95), (4, 0.85)])
@pytest.mark.parametrize(("processes", "accumulated"), [(2, 1), (4, 1), (4, 4)])
def test_processes_compute_as_many_tokens_at_a_time(
    count: int | None, least: float, processes: int, accumulated: int
) -> None:
    order = Order(batches(count), processes * accumulated, seed=1)
    shares = [list(order.shares(0, rank, processes)) for rank in range(processes)]
    turns = [[share for share in turn if share.learned] for turn in zip(*shares, strict=True)]
    whole: list[list[Share[Batch]]] = [turn for turn in turns if len(turn) == processes]
    assert len(whole) > len(turns) * 0.8
    sizes = [[size_of(share.rows) for share in turn] for turn in whole]
    assert all(turn[0].tokens == sum(of) for turn, of in zip(whole, sizes, strict=True))
    waited_for = sum(processes * max(of) for of in sizes)
    assert sum(map(sum, sizes)) / waited_for > least
    if accumulated > 1:
        loads = [sum(size_of(share.rows) for share in one if share.learned) for one in shares]
        assert min(loads) / max(loads) > 0.97


def test_a_step_with_fewer_batches_than_processes_leaves_some_idle() -> None:
    assert spread([30, 10, 20], 4, 2) == [[0, 2], [None, 1]]
    assert spread([5], 3, 3) == [[0, None, None]]
    assert spread([5, 6], 3, 1) == [[0], [1], [None]]
