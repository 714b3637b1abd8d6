"""What a run refuses, and what stops one without losing what was good."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from base.errors import KnownError
from models.local import Local
from models.train.curve import Point
from models.train.run import train
from models.train.runs import prepare
from tests.train.made import examples, opened, run, settings, weights, written


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("llama", {}, "no example names rivals; make examples anew with: paotuan corpus examples"),
        ("v3", {}, "for a LoRA on a model with causal attention"),
        ("llama", {"method": "prefix"}, "for a LoRA on a model with causal attention"),
    ],
)
def test_contrast_is_refused_where_it_cannot_be(
    bases: dict[str, Path], tmp_path: Path, kind: str, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(KnownError, match=f"contrast: .*{said}"):
        run(bases[kind], settings(tmp_path, contrast=1.0, **changes))


def test_a_loss_that_is_no_number_stops_and_keeps_what_was_good(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    wanted = settings(tmp_path, max_grad_norm=0.0, save_steps=2, eval_steps=2)
    model, encoder = opened(bases["llama"])

    def spoil(point: Point) -> None:
        if point.step == 4 and point.held_out is not None:
            with torch.no_grad():
                for name, parameter in model.named_parameters():
                    if "lora_B" in name:
                        parameter.fill_(float("nan"))

    with pytest.raises(
        KnownError, match=r"step 5; the best.* and the last.*kept.*learning_rate"
    ) as error:
        train(wanted, model, encoder, "made-up", tell=spoil)
    assert "\n" not in str(error.value)
    backend = Local.open(bases["llama"], device="cpu", adapters={"a": str(wanted.out)})
    assert "a" in backend.adapters.names


def test_what_ends_before_anything_is_kept_says_so(bases: dict[str, Path], tmp_path: Path) -> None:
    file = written(tmp_path / "train.jsonl", examples(held_out=0))
    model, encoder = opened(bases["llama"])

    def spoil(point: Point) -> None:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "lora_B" in name:
                    parameter.fill_(float("nan"))

    wanted = settings(tmp_path, examples=(file,), max_grad_norm=0.0)
    with pytest.raises(KnownError, match=r"not a number at step 3; nothing is kept yet; lower"):
        train(wanted, model, encoder, "made-up", tell=spoil)


def test_a_full_disk_at_a_checkpoint_leaves_the_one_before(
    bases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = settings(tmp_path)
    saved = torch.save

    def full(value: Any, file: Any, *args: Any, **kwargs: Any) -> None:
        if "checkpoint-8" in str(file):
            Path(file).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        saved(value, file, *args, **kwargs)

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(KnownError, match=r"not written.*No space left.*make room"):
        run(bases["llama"], wanted)
    kept = [path.name for path in (wanted.out / "checkpoints").iterdir()]
    assert kept == ["checkpoint-4"]
    monkeypatch.undo()
    done = run(bases["llama"], wanted)
    assert done.steps == 12
    again = replace(wanted, out=tmp_path / "again")
    run(bases["llama"], again)
    assert weights(wanted.out) == weights(again.out)


def test_nothing_to_learn_from_is_told(bases: dict[str, Path], tmp_path: Path) -> None:
    file = written(tmp_path / "test.jsonl", examples(chapters=2, held_out=2))
    with pytest.raises(KnownError, match="none of the 16 examples can be learned from"):
        run(bases["llama"], settings(tmp_path, examples=(file,)))


def test_layers_that_the_base_has_not_are_told(bases: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"target_modules query_key_value"):
        run(bases["llama"], settings(tmp_path, target_modules=("query_key_value",)))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("tensorbord", "no tracker named tensorbord; did you mean tensorboard?"),
        ("swanlab", "swanlab is not installed; install it with: pip install swanlab"),
        ("comet_ml", "comet_ml is not installed; install it with: pip install comet-ml"),
    ],
)
def test_a_tracker_that_is_not_there_is_told_before_anything_is_written(
    bases: dict[str, Path], tmp_path: Path, name: str, problem: str
) -> None:
    with pytest.raises(KnownError, match=f"report_to: .*{re.escape(problem)}"):
        run(bases["llama"], settings(tmp_path, report_to=(name,)))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["log.jsonl", "settings.json", "README.md"])
def test_a_run_does_not_write_over_its_examples(tmp_path: Path, name: str) -> None:
    file = written(tmp_path / name, examples())
    before = file.read_bytes()
    wanted = settings(tmp_path, examples=(file,), out=tmp_path)
    with pytest.raises(KnownError, match="is being read; name another"):
        prepare(wanted, "made-up", False)
    assert file.read_bytes() == before


def test_a_run_does_not_write_over_the_adapter_that_it_begins_with(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    wanted = settings(tmp_path, start=tmp_path / "voice", out=tmp_path / "." / "voice")
    with pytest.raises(KnownError, match="is read from; name another one as out"):
        prepare(wanted, "made-up", False)
