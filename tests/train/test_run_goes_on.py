"""Runs that are cut off anywhere, or stopped, and go on to the same adapter."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import KnownError
from models.train.curve import Point
from models.train.settings import RENAMED
from tests.train.made import examples, losses, run, settings, weights, written


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
