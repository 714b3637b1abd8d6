"""Runs: what they write, that they can be cut off anywhere, and what stops them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from base.errors import KnownError
from models.backend import Delta, Prompt, Sampling
from models.local import Local
from models.local.loading import open_checkpoint
from models.train.curve import Point
from models.train.run import train
from models.train.runs import Result, common_arguments, prepare
from models.train.settings import RENAMED, Settings
from tests.train.made import SAID, STABLE, examples, opened, settings, written


def run(base: Path, wanted: Settings, **more: Any) -> Result:
    model, encoder = opened(base)
    return train(wanted, model, encoder, "made-up", **more)


def weights(folder: Path) -> bytes:
    return (folder / "adapter_model.safetensors").read_bytes()


def losses(folder: Path) -> list[tuple[int, float | None, float | None]]:
    points = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return [(point["step"], point["loss"], point["held_out"]) for point in points]


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


def test_a_run_killed_in_the_middle_goes_on_to_the_same_adapter(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    whole = settings(tmp_path, out=tmp_path / "whole", max_steps=16, lora_dropout=0.1)
    run(bases["llama"], whole)
    cut = replace(whole, out=tmp_path / "cut")
    script = (
        "import sys, torch; from pathlib import Path; torch.set_num_threads(1);"
        "from tests.train.made import opened, settings; from models.train.run import train;"
        "import time; base, folder = map(Path, sys.argv[1:]);"
        "model, encoder = opened(base);"
        "wanted = settings(folder, out=folder / 'cut', max_steps=16, lora_dropout=0.1);"
        "train(wanted, model, encoder, 'made-up', tell=lambda p: time.sleep(0.3 * (p.step > 9)))"
    )
    command = [sys.executable, "-c", script, str(bases["llama"]), str(tmp_path)]
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(command, cwd=root, stderr=subprocess.DEVNULL)
    log, waited = tmp_path / "cut" / "log.jsonl", time.monotonic()
    while not (log.exists() and '"step": 10' in log.read_text()):
        assert child.poll() is None and time.monotonic() - waited < 120
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert losses(tmp_path / "cut")[-1][0] < 16
    done = run(bases["llama"], cut)
    assert done.steps == 16
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_a_checkpoint_that_was_cut_off_is_not_gone_on_from(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    wanted = settings(tmp_path)
    run(bases["llama"], wanted)
    before = losses(wanted.out)
    newest = wanted.out / "checkpoints" / "checkpoint-12"
    (newest / "whole").unlink()
    (newest / "optimizer.pt").write_bytes(b"half")
    run(bases["llama"], wanted)
    assert losses(wanted.out) == before


def test_a_seed_gives_the_same_adapter_twice_and_another_another(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(bases["llama"], settings(tmp_path, out=tmp_path / name, seed=seed, lora_dropout=0.1))
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    assert weights(tmp_path / "a") != weights(tmp_path / "c")


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


@pytest.mark.parametrize("held_out", [2, 0])
def test_a_run_that_is_over_is_not_gone_on_with(
    bases: dict[str, Path], tmp_path: Path, held_out: int
) -> None:
    written(tmp_path / "examples.jsonl", examples(held_out=held_out))
    wanted = settings(tmp_path, max_steps=4)
    done = run(bases["llama"], wanted)
    adapter, curve = weights(wanted.out), losses(wanted.out)
    again = run(bases["llama"], wanted)
    assert (again.steps, again.best_held_out) == (4, done.best_held_out)
    assert (weights(wanted.out), losses(wanted.out)) == (adapter, curve)


def test_a_stop_is_kept_and_can_be_gone_on_from(bases: dict[str, Path], tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    seen: list[Point] = []
    done = run(bases["llama"], wanted, tell=seen.append, stop=lambda: len(seen) > 2)
    assert done.why_ended == "stopped" and done.steps < 12
    assert run(bases["llama"], wanted).steps == 12
    whole = replace(wanted, out=tmp_path / "whole")
    run(bases["llama"], whole)
    trained = [point for point in losses(wanted.out) if point[1] is not None and point[0] > 6]
    assert trained and set(trained) <= set(losses(whole.out))


def test_other_settings_do_not_go_on_with_a_run(bases: dict[str, Path], tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    run(bases["llama"], wanted)
    with pytest.raises(KnownError, match=r"holds a run with r 4, but now it is 8.*--fresh"):
        run(bases["llama"], replace(wanted, r=8))
    assert run(bases["llama"], replace(wanted, r=8), fresh=True).steps == 12


def test_nothing_to_learn_from_is_told(bases: dict[str, Path], tmp_path: Path) -> None:
    file = written(tmp_path / "test.jsonl", examples(chapters=2, held_out=2))
    with pytest.raises(KnownError, match="none of the 16 examples can be learned from"):
        run(bases["llama"], settings(tmp_path, examples=(file,)))


def test_layers_that_the_base_has_not_are_told(bases: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"target_modules query_key_value"):
        run(bases["llama"], settings(tmp_path, target_modules=("query_key_value",)))


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


def test_a_stop_during_a_look_keeps_the_step_and_the_look_is_made_up_for(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    """A look may take minutes, and whoever presses Ctrl-C then has not that long."""
    wanted = settings(tmp_path, max_steps=6, eval_steps=2, save_steps=6, logging_steps=2)
    whole, cut = (replace(wanted, out=tmp_path / name) for name in ("whole", "cut"))
    run(bases["llama"], whole)
    learned: list[Point] = []

    def at_the_second_look(point: Point) -> None:
        if point.step == 4 and point.loss is not None:
            learned.append(point)

    done = run(bases["llama"], cut, tell=at_the_second_look, stop=lambda: bool(learned))
    assert (done.why_ended, done.steps) == ("stopped", 4)
    assert losses(cut.out)[-1][2] is None
    assert (cut.out / "checkpoints" / "checkpoint-4" / "whole").is_file()
    assert run(bases["llama"], cut).steps == 6
    assert losses(cut.out) == losses(whole.out)
    assert weights(cut.out) == weights(whole.out)


def test_a_stop_during_the_first_look_ends_before_anything_is_learned(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    done = run(bases["llama"], settings(tmp_path), stop=lambda: True)
    assert (done.why_ended, done.steps, done.points) == ("stopped", 0, ())


def test_a_run_that_was_begun_with_the_keys_of_before_goes_on(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    wanted = settings(tmp_path)
    seen: list[Point] = []
    run(bases["llama"], wanted, tell=seen.append, stop=lambda: len(seen) > 2)
    file = wanted.out / "settings.json"
    kept = json.loads(file.read_text("utf-8"))
    earlier = {new: old for old, new in RENAMED.items()}
    unknown = {"objective", "report_to", "lr_scheduler_type", "bf16", "per_device_train_batch_size"}
    before = {earlier.get(key, key): kept[key] for key in kept.keys() - unknown}
    file.write_text(json.dumps(before), "utf-8")
    with pytest.raises(KnownError, match="holds a run with r 4, but now it is 8"):
        run(bases["llama"], replace(wanted, r=8))
    assert run(bases["llama"], wanted).steps == 12
    whole = replace(wanted, out=tmp_path / "whole")
    run(bases["llama"], whole)
    assert weights(wanted.out) == weights(whole.out)


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


def test_trackers_are_those_that_were_asked_for_and_none_by_default(tmp_path: Path) -> None:
    assert common_arguments(settings(tmp_path), 1)["report_to"] == "none"
    told = common_arguments(settings(tmp_path, report_to=("mlflow",)), 1)["report_to"]
    assert told == ["mlflow"]


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
