"""Preference training: what was picked becomes likelier than what was not, from where it began."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from base.errors import KnownError
from models.backend import Prompt
from models.local import Local
from models.train.pairs import read_pairs
from models.train.run import train
from models.train.runs import Result
from models.train.settings import Settings
from tests.train.made import STABLE, opened, settings, written_pairs


def run(base: Path, wanted: Settings, **more: Any) -> Result:
    model, encoder = opened(base)
    return train(wanted, model, encoder, "made-up", **more)


def wanted_of(folder: Path, **changes: Any) -> Settings:
    pairs = written_pairs(folder / "pairs.jsonl")
    values: dict[str, Any] = {
        "examples": (),
        "pairs": (pairs,),
        "max_steps": 8,
        "lora_dropout": 0.0,
    }
    return settings(folder, **values | changes)


def margin(base: Path, adapter: Path | None) -> float:
    """How much likelier the picked line is than the other one."""
    adapters = {"a": str(adapter)} if adapter else {}
    backend = Local.open(base, device="cpu", adapters=adapters)
    prompt = Prompt(STABLE, "张飞：燕人张翼德在此！\n【第九十九合。】\n", "关羽：")
    replies = ["某去便来。\n", "燕人张翼德在此！\n"]
    chosen, rejected = backend.score(prompt, replies, "a" if adapter else None)
    return chosen - rejected


@pytest.mark.parametrize("kind", ["llama", "v3"])
def test_what_was_picked_becomes_likelier(
    bases: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    done = run(bases[kind], wanted_of(tmp_path))
    assert done.first_held_out is not None and done.best_held_out is not None
    assert done.best_held_out < done.first_held_out
    assert done.held_out > 0
    assert margin(bases[kind], tmp_path / "out") > margin(bases[kind], None) + 0.5


def test_in_bfloat16_nothing_is_gained_before_the_first_step(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    done = run(bases["llama"], wanted_of(tmp_path, bf16=True))
    assert done.first_held_out == pytest.approx(math.log(2), abs=1e-6)
    assert done.best_held_out is not None and done.best_held_out < done.first_held_out


def test_in_bfloat16_the_reference_and_the_looks_are_computed_as_a_step_is(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    model, encoder = opened(bases["llama"])
    layer = model.get_decoder().layers[0].mlp.down_proj
    dtypes = list[tuple[bool, torch.dtype]]()
    layer.register_forward_hook(
        lambda module, given, told: dtypes.append((torch.is_grad_enabled(), told.dtype))
    )
    train(wanted_of(tmp_path, bf16=True, max_steps=2), model, encoder, "made-up")
    assert {learns for learns, __ in dtypes} == {True, False}
    assert {dtype for __, dtype in dtypes} == {torch.bfloat16}


def test_an_adapter_is_gone_on_from(bases: dict[str, Path], tmp_path: Path) -> None:
    model, encoder = opened(bases["llama"])
    before = settings(tmp_path, out=tmp_path / "before")
    train(before, model, encoder, "made-up")
    after = wanted_of(tmp_path, start=tmp_path / "before")
    run(bases["llama"], after)
    started = margin(bases["llama"], tmp_path / "before")
    assert margin(bases["llama"], tmp_path / "out") > started + 0.3
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == [
        "checkpoints"
    ]


def test_a_stopped_run_comes_to_the_same_adapter(bases: dict[str, Path], tmp_path: Path) -> None:
    whole = wanted_of(tmp_path, out=tmp_path / "whole")
    run(bases["llama"], whole)
    cut = replace(whole, out=tmp_path / "cut")
    seen: list[int] = []
    run(bases["llama"], cut, tell=lambda p: seen.append(p.step), stop=lambda: 4 in seen)
    done = run(bases["llama"], cut)
    assert done.steps == 8
    saved = [(folder / "adapter_model.safetensors").read_bytes() for folder in (whole.out, cut.out)]
    assert saved[0] == saved[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"chosen": ""}, "chosen is empty"),
        ({"rejected": "某去便来。"}, "the same"),
        ({"prompt": 3}, "prompt is the number 3"),
        ({"rejected": None}, "rejected is nothing"),
    ],
)
def test_a_line_that_is_no_pair_is_told(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    file = written_pairs(tmp_path / "pairs.jsonl", 2)
    bad = json.loads(file.read_text(encoding="utf-8").splitlines()[0]) | change
    file.write_text("\n" + json.dumps(bad), encoding="utf-8")
    with pytest.raises(KnownError, match=told) as error:
        read_pairs(file)
    assert "pairs.jsonl:2" in str(error.value)


def test_pairs_for_a_prefix_or_a_bidirectional_model_are_refused(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    for kind, method in (("llama", "prefix"), ("v1", "lora")):
        with pytest.raises(KnownError, match="causal attention"):
            run(bases[kind], wanted_of(tmp_path, method=method))


def test_an_adapter_of_another_base_is_not_gone_on_from(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    model, encoder = opened(bases["v3"])
    train(settings(tmp_path, out=tmp_path / "before", max_steps=2), model, encoder, "made-up")
    with pytest.raises(KnownError, match="made-up"):
        run(bases["llama"], wanted_of(tmp_path, start=tmp_path / "before"))
