"""Runs of several processes, as a launcher starts one for each GPU; here on a CPU."""

import json
import multiprocessing
import os
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from accelerate.state import AcceleratorState

from models.train.base import open_base
from models.train.run import train
from models.train.settings import Settings

Work = Callable[[Settings], object]


def curve(out: Path) -> list[tuple[Any, ...]]:
    points = map(json.loads, (out / "log.jsonl").read_text("utf-8").splitlines())
    return [(point["step"], point["loss"], point["held_out"]) for point in points]


def learn(given: Settings) -> object:
    """A run on the base that the settings name."""
    model, encoder = open_base(given.base, mapped=given.shard)
    return train(given, model, encoder, "made-up")


def one_of(rank: int, port: int, count: int, work: Work, given: Settings, said: Any) -> None:
    """What a launcher lets one of several processes do."""
    places = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in places.items()})
    os.environ.update({"MASTER_ADDR": "127.0.0.1", "ACCELERATE_USE_CPU": "1"})
    AcceleratorState._reset_state(reset_partial_state=True)
    torch.set_num_threads(1)
    try:
        said.put((rank, None, work(given)))
    except Exception as error:
        said.put((rank, f"{type(error).__name__}: {error}", None))
        traceback.print_exc()
    if dist.is_initialized():
        dist.destroy_process_group()


def launched(count: int, work: Work, *given: Settings) -> dict[int, tuple[str | None, Any]]:
    """What each process came to: an error's kind and text, or what `work` gave; the settings may
    differ between them."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as torchrun does
    context = multiprocessing.get_context("forkserver")  # a fork of this one could not go back
    context.set_forkserver_preload(["tests.train.launched"])
    said = context.SimpleQueue()
    running = [
        context.Process(
            target=one_of, args=(rank, port, count, work, given[rank % len(given)], said)
        )
        for rank in range(count)
    ]
    for one in running:
        one.start()
    for one in running:
        one.join(120)
    told = {}
    while not said.empty():
        rank, error, result = said.get()
        told[rank] = (error, result)
    return told


def together(count: int, given: Settings) -> list[tuple[Any, ...]]:
    """The curve of a run of so many processes."""
    told = launched(count, learn, given)
    assert [told[rank][0] for rank in range(count)] == [None] * count
    return curve(given.out)
