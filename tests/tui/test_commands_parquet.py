"""Examples and pairs in Parquet on the command line, and what is said of files that are none."""

import importlib.util
import json
from pathlib import Path

import pytest

from models.train.data import dumped, read_examples
from models.train.pairs import read_pairs
from models.train.parquet import is_parquet
from tests.train.made import examples, written, written_pairs

LOG = "".join(f"==== 第{n}章 ====\n林默：第{n}次，先看看。\n苏晚：门响{n}声！\n" for n in range(6))


def test_examples_are_written_as_a_table_by_name_or_when_asked(run, home: Path) -> None:
    log = home / "log.txt"
    log.write_text(LOG, "utf-8")
    files = {}
    for name, more in (("a.jsonl", ()), ("b.parquet", ()), ("c", ("--to", "parquet"))):
        files[name] = home / name
        made = run("corpus", "examples", "--model", "scripted", log, "-o", home / name, *more)
        assert made.status == 0, made.err
    assert [is_parquet(file) for file in files.values()] == [False, True, True]
    first, *others = map(read_examples, files.values())
    assert len(first) == 12 and all(other == first for other in others)


def test_examples_go_from_lines_to_a_table_and_back_byte_by_byte(run, home: Path) -> None:
    one = written(home / "one.jsonl", examples(chapters=3))
    two = written(home / "two.jsonl", examples(chapters=2, seed=1))
    table, back = home / "all.parquet", home / "back.jsonl"
    there = run("corpus", "convert", one, two, "-o", table)
    assert (there.status, there.err) == (0, "40 examples\n")
    again = run("corpus", "convert", table, "-o", back, "--json")
    assert json.loads(again.out) == {
        "kind": "examples",
        "rows": 40,
        "form": "jsonl",
        "out": str(back),
    }
    assert back.read_bytes() == one.read_bytes() + two.read_bytes()
    assert run("corpus", "convert", table).out == back.read_text("utf-8")


def test_pairs_go_from_lines_to_a_table_and_back(run, home: Path) -> None:
    lines = written_pairs(home / "picks.jsonl", 5)
    table, back = home / "picks.parquet", home / "back.jsonl"
    assert run("corpus", "convert", lines, "-o", table).err == "5 pairs\n"
    assert run("corpus", "convert", table, "-o", back).status == 0
    assert back.read_bytes() == lines.read_bytes()
    assert read_pairs(table) == read_pairs(lines)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "e.jsonl: empty, expected examples or pairs"),
        ('{"a": 1}\n', "e.jsonl:1: neither an example"),
        (dumped(examples()[0]) + '{"stable"', "e.jsonl:2: not JSON"),
        (dumped(examples()[0]) * 3 + '{"reply": 1}', "e.jsonl:4: stable is nothing"),
        (dumped(examples()[0]).replace("张飞", "\\ud83d"), "e.jsonl:1: holds half of a character"),
        ('{"prompt": "甲：", "chosen": "a", "rejected": "a"}', "chosen and rejected are the same"),
        ("\ufeff\ufeff", "e.jsonl:1: not JSON"),
    ],
)
def test_what_is_no_example_is_told_and_nothing_is_written(
    run, home: Path, content: str, told: str
) -> None:
    file, out = home / "e.jsonl", home / "out.parquet"
    file.write_text(content, "utf-8")
    shown = run("corpus", "convert", file, "-o", out)
    assert shown.status == 2
    assert shown.err.count("\n") == 1 and told in shown.err
    assert not out.exists()


def test_a_table_needs_a_file_and_what_writes_it(
    run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = written(home / "a.jsonl", examples(chapters=1))
    shown = run("corpus", "convert", lines, "--to", "parquet")
    assert shown.status == 2 and "-o FILE" in shown.err
    assert "parquet" in run("corpus", "convert", lines, "--to", "parket").err
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "tui.commands.training_files.find_spec",
        lambda name: None if name == "pyarrow" else found(name),
    )
    for typed in (
        ("corpus", "convert", lines, "-o", home / "a.parquet"),
        ("corpus", "examples", home / "log.txt", "-o", home / "a.parquet"),
    ):
        shown = run(*typed)
        assert shown.status == 2 and shown.err.count("\n") == 1
        assert "pip install '.[parquet]'" in shown.err


def test_a_table_is_no_recipe(run, home: Path) -> None:
    shown = run("train", home / "a.parquet")
    assert shown.status == 2 and "not a recipe but something to learn from" in shown.err
