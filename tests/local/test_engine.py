"""The optional parts of the engine: each can be left out, and what is drawn stays the same."""

from contextlib import closing
from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import Prompt, Sampling
from models.local import Local
from models.local.engine import OPTIONAL, SWITCH, chosen_parts


def drawn(backend: Local) -> list[str]:
    texts = ["", "", ""]
    sampling = Sampling(n=3, seed=5, max_tokens=12)
    with closing(backend.generate(Prompt("", "林默：门没有锁。\n", "林默："), sampling)) as deltas:
        for delta in deltas:
            if hasattr(delta, "text"):
                texts[delta.candidate] += delta.text
    return texts


@pytest.mark.parametrize("part", OPTIONAL)
def test_without_a_part_the_same_is_drawn(folders: dict[str, Path], part: str) -> None:
    whole = Local.open(folders["v3"], device="cpu")
    without = Local.open(folders["v3"], device="cpu", without=[part])
    assert drawn(without) == drawn(whole)
    assert whole._drawer.steps_fast and without._drawer.steps_fast == (part != "fast_step")


def test_the_environment_leaves_parts_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_parts() == set(OPTIONAL)
    monkeypatch.setenv(SWITCH, " fast_step, ")
    assert chosen_parts() == frozenset()


def test_a_part_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "faststep")
    with pytest.raises(KnownError, match=r"no optional part faststep; .* fast_step"):
        chosen_parts()
