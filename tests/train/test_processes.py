"""Several processes that train together, as a launcher starts one for each GPU; here on a CPU."""

import json
import multiprocessing
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from accelerate.state import AcceleratorState

from base.errors import KnownError
from models.train.run import train
from models.train.settings import Settings
from tests.train.made import opened, settings


def curve(out: Path) -> list[tuple[Any, ...]]:
    points = map(json.loads, (out / "log.jsonl").read_text("utf-8").splitlines())
    return [(point["step"], point["loss"], point["held_out"]) for point in points]


def one_of(rank: int, port: int, base: Path, given: Settings) -> None:
    """What a launcher lets one of two processes do."""
    places = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in places.items()})
    os.environ.update({"MASTER_ADDR": "127.0.0.1", "ACCELERATE_USE_CPU": "1"})
    AcceleratorState._reset_state(reset_partial_state=True)
    train(given, *opened(base), "made-up")


def together(base: Path, given: Settings) -> list[tuple[Any, ...]]:
    """The curve of two processes."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    start = multiprocessing.get_context("fork").Process
    running = [start(target=one_of, args=(rank, port, base, given)) for rank in range(2)]
    for one in running:
        one.start()
    for one in running:
        one.join(240)
    assert [one.exitcode for one in running] == [0, 0]
    return curve(given.out)


def test_two_processes_learn_what_one_learns_in_steps_of_two_batches(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    given = settings(tmp_path, max_steps=6, eval_steps=3, save_steps=3, logging_steps=1)
    two = together(bases["llama"], given)
    alone = replace(given, gradient_accumulation_steps=2, out=tmp_path / "alone")
    train(alone, *opened(bases["llama"]), "made-up")
    one = curve(alone.out)
    assert [point[0] for point in two] == [point[0] for point in one] == [0, 1, 2, 3, 3, 4, 5, 6, 6]
    for ours, theirs in zip(two, one, strict=True):
        assert ours[1:] == pytest.approx(theirs[1:], abs=1e-4)
    (given.out / "checkpoints" / "checkpoint-6" / "whole").unlink()
    again = together(bases["llama"], given)
    assert [point[0] for point in again] == [point[0] for point in two]
    assert again[-1][2] == pytest.approx(two[-1][2], abs=1e-4)


def test_a_base_in_parts_is_refused(
    bases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(KnownError, match="launch without FSDP"):
        train(settings(tmp_path), *opened(bases["llama"]), "made-up")
