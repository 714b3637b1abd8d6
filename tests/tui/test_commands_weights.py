"""`paotuan models fit` and `convert`, as a person runs them."""

import json
from pathlib import Path

import pytest


def test_what_fits_is_said_line_by_line(run):
    shown = run("models", "fit", "chatglm3-6b", "--quantization", "int4", "--memory", "8G")
    assert shown.status == 0
    assert "KV cache of the prompt" in shown.out
    assert "fits into 8.00 GiB" in shown.err


def test_what_does_not_fit_says_what_would(run):
    shown = run("models", "fit", "chatglm-6b", "--memory", "8G")
    assert shown.status == 1
    assert "more than 8.00 GiB" in shown.err
    assert "int4" in shown.err


def test_the_arithmetic_as_json_adds_up(run):
    asked = ("--adapter", "prefix", "--train", "--quantization", "int4", "--memory", "8G", "--json")
    told = json.loads(run("models", "fit", "chatglm-6b", *asked).out)
    assert sum(told["items"].values()) == told["total"]
    assert told["fits"] is (told["total"] <= told["memory"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("chatglm9",), "known are chatglm-6b"),
        (("chatglm-6b", "--memory", "lots"), "expected a size such as 8G"),
        (("chatglm-6b", "--quantization", "int5"), "int5"),
        (("chatglm-6b", "--context", "999999"), "1 to 2048"),
        (("chatglm-6b", "--adapter", "lara"), "did you mean lora"),
    ],
)
def test_wrong_usage_is_one_line(run, arguments, told):
    shown = run("models", "fit", *arguments)
    assert shown.status == 2
    assert told in shown.err
    assert shown.err.count("\n") == 1


def test_a_checkpoint_is_converted_to_a_folder_that_any_program_opens(run, tmp_path: Path):
    transformers = pytest.importorskip("transformers", reason="needs the extra `local`")
    from tests.chatglm.tokenizer_made_up import make_playable

    made = make_playable(tmp_path / "official", 3, ["苏晚：你确定是这里？"] * 50)
    shown = run("models", "convert", made, tmp_path / "out")
    assert shown.status == 0, shown.err
    assert shown.out.strip() == str(tmp_path / "out")
    opened = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert type(opened).__name__ == "GlmForCausalLM"
    again = run("models", "convert", made, tmp_path / "out")
    assert again.status == 2
    assert "choose the name of a new folder" in again.err


def test_what_is_no_checkpoint_is_not_converted(run, tmp_path: Path):
    pytest.importorskip("torch", reason="needs the extra `local`")
    shown = run("models", "convert", tmp_path, tmp_path / "out")
    assert shown.status == 2
    assert "config.json" in shown.err
    assert not (tmp_path / "out").exists()


def test_a_model_of_llama_cpp_is_reckoned_by_its_file(run):
    told = json.loads(run("models", "fit", "qwen3-8b", "--memory", "8G", "--json").out)
    assert told["fits"] is True
    assert told["items"]["weights in the file"] / 1e9 == pytest.approx(5.03, rel=0.01)
    refused = run("models", "fit", "qwen3-8b", "--quantization", "int4")
    assert refused.status == 2
    assert "quantized already" in refused.err
