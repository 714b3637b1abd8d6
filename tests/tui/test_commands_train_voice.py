"""`paotuan train --for NAME FILE…`: from questions and answers to an adapter in one command."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("peft", reason="needs the extra `train`")

from models.train.data import read_examples
from tests.local.tiny_models import make_llama
from tui.commands.train_voice import VoiceOptions, recipe_of
from tui.eval_target import find_target

SIGNS = "山水风花雪月琴棋书画诗酒茶云雨松竹梅兰菊"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("made") / "base")


@pytest.fixture
def answers(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    records = [{"Instruction": f"说说{s}？", "output": f"{s * 3}，我都爱。"} for s in SIGNS]
    (home / "answers.json").write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    return home / "answers.json"


def train(run: Any, *words: object) -> Any:
    quick = ("max_steps=2", "device=cpu", "r=2", "batch_tokens=256")
    return run("train", *words, *quick)


def test_one_command_goes_from_answers_to_an_adapter_that_knows_its_base(
    run: Any, answers: Path, base: Path
) -> None:
    done = train(run, "--base", base, "--for", "李白", answers)
    assert done.status == 0, done.err
    folder = Path("adapters/李白")
    assert done.out.strip().endswith(str(folder))
    config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    assert Path(config["base_model_name_or_path"]) == base.resolve()
    assert str(base) not in (folder / "README.md").read_text("utf-8")
    read = read_examples(Path("adapters/李白.jsonl"))
    assert {one.speaker for one in read} == {"李白"}
    assert {one.split for one in read} == {"train", "test"}
    recipe = Path("adapters/李白.yaml").read_text("utf-8")
    assert "examples: 李白.jsonl" in recipe and "r: 2" in recipe and "max_train_tokens" in recipe
    first = next(line for line in done.err.splitlines() if line.startswith("step 0/2"))
    assert first.endswith("left")
    assert "held out: " in done.err and "held-out loss" in done.err
    assert find_target(str(folder), None, None).adapter == folder


def test_a_recipe_that_says_something_else_is_never_written_over(
    run: Any, answers: Path, base: Path
) -> None:
    recipe = Path("adapters/李白.yaml")
    recipe.parent.mkdir()
    recipe.write_text("base: mine\n", "utf-8")
    done = train(run, "--base", base, "--for", "李白", answers)
    assert done.status == 2
    assert recipe.read_text("utf-8") == "base: mine\n"
    assert "-o" in done.err and not Path("adapters/李白.jsonl").exists()


def test_what_is_no_recipe_is_said_to_be_learned_from(run: Any, answers: Path) -> None:
    done = run("train", answers)
    assert done.status == 2
    assert "--for" in done.err and done.err.count("\n") <= 2


def test_nothing_to_learn_from_is_refused(run: Any, home: Path) -> None:
    done = run("train", "--for", "李白")
    assert done.status == 2
    assert "nothing to learn from" in done.err


def test_a_whole_model_is_trained_and_opened_again(run: Any, answers: Path, base: Path) -> None:
    done = train(run, "--base", base, "--for", "李白", answers, "method=full", "-o", "whole")
    assert done.status == 0, done.err
    assert (Path("whole") / "model.safetensors").is_file()
    from models.local import Local

    backend = Local.open("whole", device="cpu")
    assert backend.count("说说山？") > 0


@pytest.mark.parametrize("weight", ["", ":0.5"])
def test_examples_are_never_written_over_what_they_are_made_of(
    run: Any, answers: Path, base: Path, weight: str
) -> None:
    Path("adapters").mkdir()
    before = answers.read_bytes()
    for name in ("李白.jsonl", "李白.yaml"):
        file = Path("adapters") / name
        file.write_bytes(before)
        done = train(run, "--base", base, "--for", "李白", f"{file}{weight}")
        assert done.status == 2, done.err
        assert file.read_bytes() == before
        file.unlink()


def made_by(answers: Path, *changes: str) -> dict[str, Any]:
    """The recipe that is written, without carrying it out."""
    recipe = recipe_of(VoiceOptions(None, ["李白"], (), (), None, None), [str(answers)], changes)
    return dict(yaml.safe_load(recipe.read_text("utf-8")))


def test_a_voice_of_the_starter_goes_on_from_its_own_adapter_and_keeps_its_form(
    answers: Path,
) -> None:
    done = made_by(answers)
    assert done["start"] == "table" and done["examples"] == ["李白.jsonl", "李白.kept.jsonl"]
    learned = read_examples(Path("adapters/李白.jsonl"))
    kept = read_examples(Path("adapters/李白.kept.jsonl"))
    assert 0 < len(kept) <= len(learned) / 3 + 1
    assert {one.split for one in kept} == {"train"} and "李白" not in {one.speaker for one in kept}
    assert any(one.reply.startswith("\\me ") for one in kept)
    assert any("\\emoji" in one.reply for one in kept)


@pytest.mark.parametrize("change", ["r=2", "method=prefix", "target_modules=[q_proj]"])
def test_a_voice_of_another_shape_begins_anew(answers: Path, change: str) -> None:
    done = made_by(answers, change)
    assert "start" not in done and done["examples"] == "李白.jsonl"
    assert not Path("adapters/李白.kept.jsonl").exists()
