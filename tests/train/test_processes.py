"""Several processes that train together, each on its share of a step, the base shared or not."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import (
    AutoTokenizer,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from base.errors import KnownError
from models.train.base import open_base
from models.train.processes import rank
from models.train.run import train
from models.train.settings import Settings
from tests.train.launched import curve, launched, learn, together
from tests.train.made import examples, settings, written, written_pairs

SIZES: dict[str, Any] = {
    "vocab_size": 400,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
}


@pytest.fixture(scope="module")
def more_bases(bases: dict[str, Path]) -> dict[str, Path]:
    """Those of all tests, a Gemma with windows, and a Qwen whose output layer is its embedding."""
    torch.manual_seed(2)
    made: dict[str, Any] = {
        "gemma3": Gemma3ForCausalLM(
            Gemma3TextConfig(num_hidden_layers=6, sliding_window=64, **SIZES)
        ),
        "qwen3": Qwen3ForCausalLM(
            Qwen3Config(num_hidden_layers=2, tie_word_embeddings=True, **SIZES)
        ),
    }
    tokenizer = AutoTokenizer.from_pretrained(bases["llama"])
    found = dict(bases)
    for name, model in made.items():
        found[name] = bases["llama"].parent / name
        model.to(torch.bfloat16).save_pretrained(found[name])
        tokenizer.save_pretrained(found[name])
    return found


def given_of(folder: Path, base: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "base": str(base),
        "max_steps": 6,
        "eval_steps": 3,
        "save_steps": 3,
        "logging_steps": 1,
        "batch_tokens": 256,
    }
    return settings(folder, **values | changes)


def alone(given: Settings) -> list[tuple[Any, ...]]:
    """The curve of one process."""
    quantization: Any = "int4" if given.method == "qlora" else None
    model, encoder = open_base(given.base, None, quantization, "cpu")
    train(given, model, encoder, "made-up")
    return curve(given.out)


def assert_alike(ours: Path, theirs: Path) -> None:
    """The same steps, losses within 1e-4, and adapters within a tenth of what a step moves them:
    AdamW makes much of the last digits of a gradient that is nearly nothing."""
    for mine, other in zip(curve(ours), curve(theirs), strict=True):
        assert mine[0] == other[0]
        assert mine[1:] == pytest.approx(other[1:], abs=1e-4)
    mine, other = (load_file(out / "adapter_model.safetensors") for out in (ours, theirs))
    assert mine.keys() == other.keys()
    for name, tensor in mine.items():
        assert torch.allclose(tensor, other[name], atol=1e-3), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("llama", {"lora_dropout": 0.2}),
        ("llama", {"lora_dropout": 0.2, "shard": True}),
        ("llama", {"method": "qlora", "shard": True}),
        ("llama", {"pairs": True, "shard": True}),
        ("gemma3", {"shard": True, "gradient_checkpointing": True}),
        ("gemma3", {"pairs": True, "shard": True}),
        ("qwen3", {"shard": True, "method": "prefix", "learning_rate": 0.3}),
        ("v1", {"shard": True}),
        ("v1", {"shard": True, "method": "prefix", "learning_rate": 0.3}),
        ("v3", {"shard": True, "gradient_checkpointing": True}),
        ("v3", {"method": "prefix", "learning_rate": 0.3}),
        ("v3", {"pairs": True, "shard": True}),
    ],
)
def test_two_processes_learn_what_one_learns_in_steps_of_twice_as_many_batches(
    more_bases: dict[str, Path], tmp_path: Path, kind: str, changes: dict[str, Any]
) -> None:
    if changes.get("pairs"):
        pairs = (written_pairs(tmp_path / "pairs.jsonl"),)
        changes = changes | {"examples": (), "pairs": pairs}
    given = given_of(tmp_path, more_bases[kind], **changes)
    together(2, given)
    out = tmp_path / "alone"
    alone(replace(given, gradient_accumulation_steps=2, shard=False, out=out))
    assert_alike(given.out, out)


def stops_at(given: Settings, step: int) -> object:
    seen: list[int] = []
    model, encoder = open_base(given.base, mapped=given.shard)
    return train(
        given,
        model,
        encoder,
        "made-up",
        tell=lambda point: seen.append(point.step),
        stop=lambda: step in seen,
    ).why_ended


def stops_at_two(given: Settings) -> object:
    return stops_at(given, 2)


def stops_at_four(given: Settings) -> object:
    return stops_at(given, 4)


@pytest.mark.slow
def test_a_run_goes_on_with_any_number_of_processes(bases: dict[str, Path], tmp_path: Path) -> None:
    given = given_of(tmp_path, bases["llama"], gradient_accumulation_steps=2, lora_dropout=0.1)
    whole = replace(given, gradient_accumulation_steps=4, out=tmp_path / "whole")
    alone(whole)
    told = launched(2, stops_at_two, replace(given, shard=True))
    assert told[0] == (None, "stopped") and curve(given.out)[-1][0] == 3
    told = launched(3, stops_at_four, given)  # four batches to a step, as it was begun
    assert told[2] == (None, "stopped") and curve(given.out)[-1][0] == 5
    alone(given)
    assert_alike(given.out, whole.out)


def dies(given: Settings) -> object:
    """The second process is killed at the end of its fourth step."""
    steps: list[int] = []
    model, encoder = open_base(given.base, mapped=given.shard)

    def stop() -> bool:
        steps.append(1)
        if rank() == 1 and len(steps) > 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    return train(given, model, encoder, "made-up", stop=stop)


@pytest.mark.slow
@pytest.mark.parametrize("shard", [False, True])
def test_a_killed_process_ends_the_run_with_one_line_and_it_goes_on(
    bases: dict[str, Path], tmp_path: Path, shard: bool
) -> None:
    given = given_of(tmp_path, bases["llama"], shard=shard, save_steps=1, eval_steps=6)
    told = launched(3, dies, given)
    assert sorted(told) == [0, 2]
    said = sorted(error or "" for error, __ in told.values())
    assert [one.split(":")[0] for one in said] == ["KnownError", "SaidByTheFirst"]
    assert "another process of this run is gone at step" in said[0]
    assert "the last checkpoint are kept; run the same command again" in said[0]
    together(3, given)
    whole = replace(given, out=tmp_path / "whole", shard=False, gradient_accumulation_steps=3)
    alone(whole)
    assert_alike(given.out, whole.out)


def test_what_one_process_finds_wrong_is_told_by_the_first_alone(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    given = given_of(tmp_path, bases["llama"])
    (tmp_path / "other").mkdir()
    other = written(tmp_path / "other" / "examples.jsonl", examples(seed=3))
    there = tmp_path / "there"
    there.mkdir()
    cases = {
        "examples: examples.jsonl is another file for process 1": {"examples": (other,)},
        "r is 8 in process 1 and 4 in the first one": {"r": 8},
        "process 1: .*is not the one that the first process writes to": {"out": there / "out"},
        "process 1: .*cannot be read": {"examples": (tmp_path / "none.jsonl",)},
        "base: config.json is another file": {"base": str(bases["v3"])},
    }
    for said, changes in cases.items():
        told = launched(2, learn, given, replace(given, **changes))
        with pytest.raises(KnownError, match=said):
            raise KnownError((told[0][0] or "").removeprefix("KnownError: "))
        assert (told[1][0] or "").startswith("SaidByTheFirst")
        assert not (given.out / "adapter_config.json").exists()


@pytest.mark.parametrize(
    ("changes", "environment", "said"),
    [
        ({"shard": True}, {}, "nobody to share the base with"),
        ({}, {"ACCELERATE_USE_FSDP": "true"}, "nobody to share the base with"),
        ({"processes": 4}, {}, "asks for 4, but 1 were started; .*--nproc-per-node 4"),
        ({}, {"WORLD_SIZE": "2"}, r"2 processes are asked for \(WORLD_SIZE\), but RANK"),
        ({}, {"WORLD_SIZE": "two"}, "WORLD_SIZE is two, expected a number"),
    ],
)
def test_a_launch_that_cannot_be_is_refused_and_nothing_is_lost(
    bases: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    environment: dict[str, str],
    said: str,
) -> None:
    given = given_of(tmp_path, bases["llama"], max_steps=2)
    alone(given)
    before = {file: file.read_bytes() for file in given.out.rglob("*") if file.is_file()}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(KnownError, match=said):
        learn(replace(given, **changes))
    assert {file: file.read_bytes() for file in given.out.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("method", ["lora-int8", "full"])
def test_what_cannot_be_shared_is_said(bases: dict[str, Path], tmp_path: Path, method: str) -> None:
    told = launched(2, learn, given_of(tmp_path, bases["llama"], shard=True, method=method))
    assert "KnownError: shard: " in (told[0][0] or "")


def test_another_step_than_the_run_was_begun_with_is_refused(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    given = given_of(tmp_path, bases["llama"], gradient_accumulation_steps=2, max_steps=2)
    alone(given)
    told = launched(2, learn, replace(given, gradient_accumulation_steps=3))
    assert "holds a run with 2 batches to a step, but now they would be 6" in (told[0][0] or "")
    assert together(2, replace(given, gradient_accumulation_steps=1)) == curve(given.out)
