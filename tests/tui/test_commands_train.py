"""`paotuan train` as a person meets it: a recipe, a run, its card, and what is wrong."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.local import Local
from tests.local.tiny_models import make_llama
from tests.train.made import examples, written
from tui.commands.train_shown import ONE_PRESS, stoppable

ROOT = Path(__file__).resolve().parents[2]
RECIPE = """\
base: base
examples: table.jsonl
out: voice
r: 4
learning_rate: 1e-2
batch_tokens: 512
max_steps: 12
eval_steps: 4
save_steps: 4
logging_steps: 2
device: cpu
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("made") / "base")


@pytest.fixture
def recipe(base: Path, tmp_path: Path) -> Path:
    (tmp_path / "base").symlink_to(base)
    written(tmp_path / "table.jsonl", examples())
    file = tmp_path / "recipe.yaml"
    file.write_text(RECIPE, encoding="utf-8")
    return file


def paotuan(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        timeout=300,
    )


def test_a_recipe_gives_an_adapter_with_its_card_its_curve_and_its_picture(recipe: Path) -> None:
    done = paotuan("train", recipe, "max_steps=8")
    assert done.returncode == 0, done.stderr
    folder = recipe.parent / "voice"
    assert done.stdout.strip() == str(folder)
    assert "step 8/8" in done.stderr and "held-out loss" in done.stderr
    assert "Warning" not in done.stderr
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "base_model: base" in card and "r: 4" in card and "max_steps: 8" in card
    assert "perplexity" in card and "table.jsonl" in card and str(recipe.parent) not in card
    assert (folder / "curve.png").read_bytes().startswith(b"\x89PNG")
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    assert Path(config["base_model_name_or_path"]) == (recipe.parent / "base").resolve()
    backend = Local.open(recipe.parent / "base", device="cpu", adapters={"voice": str(folder)})
    assert backend.adapters.names == ("voice",)


def test_a_qlora_from_a_recipe_is_trained_without_a_gpu_too(recipe: Path) -> None:
    pytest.importorskip("bitsandbytes")
    done = paotuan("train", recipe, "method=qlora", "max_steps=8", "learning_rate=3e-2", "--json")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr and "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    assert told["steps"] == 8 and told["best_held_out"] < told["first_held_out"] - 0.03
    folder = recipe.parent / "voice"
    assert "method: qlora" in (folder / "README.md").read_text(encoding="utf-8")
    backend = Local.open(recipe.parent / "base", device="cpu", adapters={"voice": str(folder)})
    assert backend.adapters.names == ("voice",)


def training(recipe: Path) -> subprocess.Popen[str]:
    """A run of many steps that has learned two of them."""
    command = [
        sys.executable,
        "-m",
        "tui",
        "train",
        str(recipe),
        "max_steps=4000",
        "early_stopping_patience=0",
    ]
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    log, waited = recipe.parent / "voice" / "log.jsonl", time.monotonic()
    while not (log.exists() and '"step": 2, "steps": 4000, "loss": ' in log.read_text()):
        assert child.poll() is None and time.monotonic() - waited < 120
        time.sleep(0.05)
    return child


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_keeps_the_step_and_says_how_to_go_on(
    recipe: Path, number: signal.Signals
) -> None:
    child = training(recipe)
    child.send_signal(number)
    _, told = child.communicate(timeout=120)
    assert child.returncode == 128 + number, told
    last = told.strip().splitlines()[-1]
    (kept,) = re.findall(r"stopped at step \d+, saved in (.+); go on with: paotuan train", last)
    assert (Path(kept) / "whole").is_file() and "Traceback" not in told
    again = paotuan("train", recipe, "max_steps=4000", "early_stopping_patience=1", "eval_steps=1")
    assert again.returncode == 1 and "holds a run with early_stopping_patience 0" in again.stderr


def test_a_second_ctrl_c_ends_a_step_that_takes_long(recipe: Path) -> None:
    written(recipe.parent / "table.jsonl", examples(chapters=200, held_out=1))
    command = [
        sys.executable,
        "-m",
        "tui",
        "train",
        str(recipe),
        "gradient_accumulation_steps=200",
        "max_steps=2",
    ]
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    for sign in ("step 0/2", "once more to stop at once"):
        told = next((line for line in child.stderr if sign in line), "")
        assert told, f"it ended before it said: {sign}"
        child.send_signal(signal.SIGINT)
    _, rest = child.communicate(timeout=120)
    assert child.returncode == 130
    assert "Traceback" not in rest and "keeps" not in rest


def pressed_twice(number: signal.Signals, between: float = 0.0) -> list[int]:
    """What a run is asked for by two signals, unless the second ends it."""
    with stoppable(speaks=True) as asked:
        signal.raise_signal(number)
        time.sleep(between)
        signal.raise_signal(number)
    return asked


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_two_signals_at_a_time_end_a_run_of_one_process(number: signal.Signals) -> None:
    with pytest.raises(SystemExit) as ended:
        pressed_twice(number)
    assert ended.value.code == 128 + number


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_two_signals_at_a_time_are_one_where_a_launcher_passes_on_the_first(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert pressed_twice(number) == [number, number]
    with pytest.raises(SystemExit):
        pressed_twice(number, between=ONE_PRESS * 1.5)


def test_a_new_recipe_is_commented_and_reads_back(tmp_path: Path) -> None:
    from models.train.recipe import read_recipe

    new = paotuan("train", "--new")
    file = tmp_path / "new.yaml"
    file.write_text(new.stdout, encoding="utf-8")
    assert read_recipe(file).base == "starter"
    uncommented = [
        line.removeprefix("# ") for line in new.stdout.splitlines() if line.startswith("# r:")
    ]
    assert uncommented == ["r: 16"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RECIPE.replace("r: 4", "rang: 4"), "recipe.yaml:4: rang: unknown key; did you mean"),
        (
            RECIPE + "eval_step: 2\n",
            "recipe.yaml:12: eval_step: unknown key; did you mean eval_steps?",
        ),
        (RECIPE.replace("r: 4", "rank: 0"), "recipe.yaml:4: rank: found the number 0"),
        (RECIPE + "rank: 4\n", "recipe.yaml:12: rank: an earlier name of r, which is given too"),
        (RECIPE + "objective: dpo\n", "recipe.yaml:12: objective: dpo learns from pairs"),
        (RECIPE + "report_to: tensorbord\n", "did you mean tensorboard?"),
        (RECIPE.replace("r: 4", "r: viele"), "recipe.yaml:4: r: found text"),
        (RECIPE.replace("r: 4", "r: 0"), "recipe.yaml:4: r: found the number 0"),
        (RECIPE.replace("base: base\n", ""), "base: missing"),
        (RECIPE + "method: lorra\n", "did you mean lora?"),
        ("", "empty"),
        (RECIPE.replace("table.jsonl", "none.jsonl"), "none.jsonl"),
        (RECIPE.replace("base: base", "base: nowhere/at-all/x"), "nowhere/at-all/x"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_one_line(recipe: Path, text: str, told: str) -> None:
    recipe.write_text(text, encoding="utf-8")
    done = paotuan("train", recipe)
    assert done.returncode in (1, 2) and told in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2 and "Traceback" not in done.stderr


def test_a_recipe_of_before_reads_with_a_notice_for_each_key(tmp_path: Path) -> None:
    from models.train.recipe import read_recipe

    adapters = ROOT / "scenes" / "library" / "adapters" / "sanguo"
    notices: list[str] = []
    before = read_recipe(adapters / "recipe-1.yaml", ["keep=5", "eval_steps=7"], notices.append)
    assert (before.r, before.lora_alpha, before.warmup_ratio) == (8, 16, 0.05)
    assert (before.early_stopping_patience, before.save_total_limit) == (0, 5)
    assert before.eval_steps == 7
    assert any(
        line.endswith("recipe-1.yaml:17: rank: this key is called r now") for line in notices
    )
    assert "key=value:1: keep: this key is called save_total_limit now" in notices


def test_a_key_of_another_objective_is_told_to_have_no_effect(recipe: Path) -> None:
    from models.train.recipe import read_recipe

    notices: list[str] = []
    assert read_recipe(recipe, ["beta=0.2"], notices.append).beta == 0.2
    assert notices == ["beta has no effect on this objective"]


def test_a_change_that_is_none_is_told(recipe: Path) -> None:
    for change, told in (("r", "expected key=value"), ("sed=3", "did you mean seed?")):
        done = paotuan("train", recipe, change)
        assert done.returncode == 2 and told in done.stderr


def test_a_base_that_cannot_fit_is_refused_with_what_would(recipe: Path, base: Path) -> None:
    big = json.loads((base / "config.json").read_text())
    big |= {"hidden_size": 65536, "intermediate_size": 262144, "num_hidden_layers": 200}
    folder = recipe.parent / "big"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(big))
    done = paotuan("train", recipe, f"base={folder}")
    assert done.returncode == 2 and "more than" in done.stderr and "--anyway" in done.stderr
