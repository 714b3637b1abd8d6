"""What commands say of what is wrong, without a word of another language in it."""

import json
from pathlib import Path

import pytest

ALIASES = ("corpus", "quotes", "n.txt", "--aliases")
TEMPLATES = ("corpus", "questions", "甲", "-o", "q.txt", "--teacher", "scripted", "--templates")


@pytest.fixture
def files(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    monkeypatch.chdir(home)
    (home / "b.txt").write_bytes(bytes(range(256)) * 40)
    (home / "n.txt").write_text("林默笑道：“走。”\n林默道：“好。”\n", "utf-8")
    (home / "bad.yaml").write_text("a: 1\n  b: [1\n", "utf-8")
    (home / "key.yaml").write_text("templatse: []\n", "utf-8")
    (home / "null.jsonl").write_text('{"a": 1}\nno\n', "utf-8")
    return home


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("log", "check", "b.txt"), "b.txt：不是文本文件，这里要跑团记录"),
        (("corpus", "quotes", "b.txt"), "b.txt：不是文本文件，这里要小说"),
        ((*ALIASES, "bad.yaml"), "bad.yaml:2：YAML 不对"),
        ((*TEMPLATES, "key.yaml"), "key.yaml:1：templatse：没有这个键；是不是 templates？"),
        ((*TEMPLATES, "bad.yaml"), "bad.yaml:2：YAML 不对"),
        (("eval", "model", "scripted", "--on", "none.jsonl"), "没有这个文件"),
        (("characters", "export", "suwan", "--to", "s.yaml", "--spec", "v2"), "v2 的角色卡"),
        (("characters", "show", "nobody"), "没有叫 nobody 的人物"),
        (("settings", "theme", "nope"), "没有“nope”这个主题"),
        (("settings", "keys.table.nope", "x"), "没有“table.nope”这个键；是不是 table.stop？"),
        (("sessions", "import", "n.txt"), "这里应有一个值"),
        (
            ("corpus", "examples", "n.txt", "-o", "x", "--for", "谁", "--model", "scripted"),
            "n.txt：没有叫 谁 的角色",
        ),
    ],
)
def test_a_mistake_is_told_in_chinese_and_is_bad_input(files, run, words, told):
    done = run(*words)
    assert done.status == 2 and told in done.err


def test_a_model_is_listed_and_shown_in_chinese(files, run):
    assert run("models", "list").out.startswith("名字")
    shown = run("models", "show", "qwen3-4b").out
    assert "语言" in shown and "zh、en" in shown and "这里已关掉它的思考" in shown
    assert json.loads(run("models", "show", "qwen3-4b", "--json").out)["terms"] == "free"


def test_a_new_recipe_explains_its_keys_in_chinese(files, run):
    recipe = run("train", "--new").out
    assert "# LoRA 的秩。\n# r: 16" in recipe and "Rank" not in recipe


def test_learned_aliases_are_said_to_be_written(files, run):
    done = run("corpus", "quotes", "n.txt", "-o", "log.txt", "--learn-aliases", "names.yaml")
    assert "names.yaml" in done.err and "--learn-aliases" not in done.err


def test_a_required_option_is_not_broken_off_in_its_help(files, run):
    done = run("characters", "export", "--help")
    assert "[必填]" in done.out and done.out.count("[") == done.out.count("]")
    assert "必填。 [必填]" not in run("draw", "--help").out
