"""Runs: what they learn, and what they write."""

import json
import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from models.backend import Delta, Prompt, Sampling
from models.local import Local
from models.local.loading import open_checkpoint
from models.train.arguments import common_arguments
from models.train.run import train
from tests.train.made import SAID, STABLE, examples, losses, opened, run, settings, weights, written


@pytest.mark.parametrize("kind", ["v1", "v3", "llama"])
def test_a_lora_learns_what_is_held_out_and_plays(
    bases: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    done = run(bases[kind], settings(tmp_path, max_steps=24, learning_rate=3e-2))
    assert done.first_held_out is not None and done.best_held_out is not None
    assert done.best_held_out < done.first_held_out - 0.1
    backend = Local.open(bases[kind], device="cpu", adapters={"made": str(tmp_path / "out")})
    prompt = Prompt(STABLE, "", "关羽：")
    drawn = {}
    for adapter in (None, "made"):
        sampling = Sampling(n=5, seed=1, max_tokens=12)
        with closing(backend.generate(prompt, sampling, adapter)) as deltas:
            drawn[adapter] = "".join(delta.text for delta in deltas if isinstance(delta, Delta))
    assert drawn["made"] != drawn[None]


def test_an_adapter_is_one_that_peft_itself_loads(bases: dict[str, Path], tmp_path: Path) -> None:
    done = run(bases["llama"], settings(tmp_path))
    base = open_checkpoint(bases["llama"], device="cpu").model
    tuned = PeftModel.from_pretrained(base, str(tmp_path / "out"))
    from models.train.rows import rows_of

    _, encoder = opened(bases["llama"])
    held = [one for one in examples() if one.split == "test"]
    total, count = 0.0, 0
    for row in rows_of(held, encoder, 512).rows:
        labels = [i if w else -100 for i, w in zip(row.ids, row.weights, strict=True)]
        found = tuned(input_ids=torch.tensor([row.ids]), labels=torch.tensor([labels])).loss
        learned = sum(1 for w in row.weights if w)
        total, count = total + float(found) * learned, count + learned
    assert total / count == pytest.approx(done.best_held_out, rel=1e-4)


@pytest.mark.parametrize("kind", ["v3", "llama"])
def test_a_prefix_learns_and_is_read_back(
    bases: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    wanted = settings(tmp_path, method="prefix", learning_rate=0.3, max_steps=40)
    done = run(bases[kind], wanted)
    assert done.first_held_out is not None and done.best_held_out is not None
    assert done.best_held_out < done.first_held_out - 0.03
    backend = Local.open(bases[kind], device="cpu", adapters={"made": str(tmp_path / "out")})
    assert "made" in backend.adapters.names


def told_apart(base: Path, adapter: Path) -> float:
    """How often lines are likeliest under their own cue, of all four who speak."""
    cues = [f"{who}：" for who, _ in SAID]
    with closing(Local.open(base, device="cpu", adapters={"made": str(adapter)})) as backend:
        right = 0
        for one in (held := [one for one in examples() if one.split == "test"]):
            pairs = [(replace(one.prompt, cue=cue), one.reply) for cue in cues]
            found = backend.score_pairs(pairs, "made")
            right += cues[found.index(max(found))] == one.prompt.cue
    return right / len(held)


def test_with_contrast_an_adapter_knows_sooner_who_speaks(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    base = shutil.copytree(bases["llama"], tmp_path / "base")
    model, _ = opened(bases["llama"])
    for parameter in model.parameters():
        parameter.data *= 5 if parameter.dim() > 1 else 1  # a model that can be taught in seconds
    model.save_pretrained(base)
    cues = tuple(f"{who}：" for who, _ in SAID)
    file = written(tmp_path / "rivals.jsonl", [replace(one, rivals=cues) for one in examples()])
    wanted = settings(tmp_path, examples=(file,), out=tmp_path / "plain")
    run(base, wanted)
    run(base, replace(wanted, out=tmp_path / "told", contrast=2.0))
    plain, told = (told_apart(base, tmp_path / name) for name in ("plain", "told"))
    assert told > 0.9 and told > plain


def test_a_seed_gives_the_same_adapter_twice_and_another_another(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(bases["llama"], settings(tmp_path, out=tmp_path / name, seed=seed, lora_dropout=0.1))
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    assert weights(tmp_path / "a") != weights(tmp_path / "c")


def test_a_run_ends_early_when_the_held_out_loss_gets_no_better(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    wanted = settings(
        tmp_path, learning_rate=0.5, max_steps=200, eval_steps=2, early_stopping_patience=3
    )
    done = run(bases["llama"], wanted)
    assert done.why_ended == "patience" and done.steps < 200
    again = run(bases["llama"], wanted)
    assert (again.why_ended, again.steps, again.points) == ("patience", done.steps, done.points)


def test_without_held_out_lines_the_last_adapter_is_kept(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    file = written(tmp_path / "train.jsonl", examples(held_out=0))
    done = run(bases["llama"], settings(tmp_path, examples=(file,), max_steps=6))
    assert done.best_held_out is None and weights(tmp_path / "out")


def test_checkpoints_are_rotated_and_the_adapter_stands_alone(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    wanted = settings(tmp_path, save_total_limit=2, save_steps=2)
    run(bases["llama"], wanted)
    assert len(list((wanted.out / "checkpoints").iterdir())) == 2
    shutil.rmtree(wanted.out / "checkpoints")
    config = json.loads((wanted.out / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "made-up"
    assert os.path.getsize(wanted.out / "adapter_model.safetensors") < 200_000


@pytest.mark.parametrize("kind", ["llama", "v1"])
def test_gradient_checkpointing_gives_the_same_losses(
    bases: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    plain, again = (
        settings(tmp_path, out=tmp_path / str(on), max_steps=4, gradient_checkpointing=on)
        for on in (False, True)
    )
    passes: list[int] = []
    for wanted in (plain, again):
        model, encoder = opened(bases[kind])
        blocks = model.transformer.layers if kind == "v1" else model.model.layers
        count = [0]
        blocks[0].mlp.register_forward_pre_hook(
            lambda *_, count=count: count.__setitem__(0, count[0] + 1)
        )
        train(wanted, model, encoder, "made-up")
        passes.append(count[0])
    assert passes[1] > passes[0]  # activations were computed once more
    for one, two in zip(losses(plain.out), losses(again.out), strict=True):
        assert one[0] == two[0]
        assert one[1:] == pytest.approx(two[1:], rel=1e-5)


def test_batches_have_as_many_rows_as_asked(bases: dict[str, Path], tmp_path: Path) -> None:
    one, two = (
        settings(
            tmp_path, out=tmp_path / str(count), max_steps=None, per_device_train_batch_size=count
        )
        for count in (1, 2)
    )
    assert run(bases["v1"], one).steps == 48  # ChatGLM-6B has a row for each example
    assert run(bases["v1"], two).steps == 24


def test_the_learning_rate_follows_its_schedule(bases: dict[str, Path], tmp_path: Path) -> None:
    wanted = settings(
        tmp_path, lr_scheduler_type="constant_with_warmup", warmup_ratio=0.5, logging_steps=1
    )
    done = run(bases["llama"], wanted)
    rates = [point.learning_rate for point in done.points if point.loss is not None]
    assert rates[:6] == sorted(rates[:6]) and rates[0] < rates[5]  # type: ignore[operator,type-var]
    assert set(rates[6:]) == {1e-2}


@pytest.mark.parametrize(
    ("instructions", "width", "told"),
    [
        ({"avx512_bf16": True}, 640, True),
        ({"amx_bf16": True}, 256, True),
        ({"avx512_bf16": True}, 64, False),
        ({"avx512_bf16": False}, 640, False),
        ({}, 640, False),
    ],
)
def test_a_wide_model_is_computed_in_bfloat16_where_the_processor_can(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    instructions: dict[str, bool],
    width: int,
    told: bool,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: instructions)
    assert common_arguments(settings(tmp_path), 1, width)["bf16"] is told
    for said in (True, False):
        assert common_arguments(settings(tmp_path, bf16=said), 1, width)["bf16"] is said


def test_trackers_are_those_that_were_asked_for_and_none_by_default(tmp_path: Path) -> None:
    assert common_arguments(settings(tmp_path), 1, 64)["report_to"] == "none"
    told = common_arguments(settings(tmp_path, report_to=("mlflow",)), 1, 64)["report_to"]
    assert told == ["mlflow"]
