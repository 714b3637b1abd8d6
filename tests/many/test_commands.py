"""What takes many inputs beside books: logs of other tables, models and examples to evaluate."""

import json
from pathlib import Path

import pytest

from tests.imports.table_logs import NAMED
from tests.train.made import examples, written
from tests.tui.conftest import Run, home, run

__all__ = ["home", "run"]


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "raw"
    folder.mkdir()
    paths = [folder / f"第{number}夜.txt" for number in "一二三"]
    for number, path in enumerate(paths):
        path.write_text(NAMED.replace("林默", f"林{'一二三'[number]}"), "utf-8")
    return paths


def test_logs_of_other_tables_go_into_a_folder_one_each(
    run: Run, logs: list[Path], tmp_path: Path
) -> None:
    logs[1].write_bytes(b"")
    folder = tmp_path / "logs"
    folder.mkdir()
    ran = run("log", "import", *logs, "-o", folder)
    assert ran.status == 1
    assert "第二夜.txt: empty" in ran.err
    assert "3 inputs, 1 failed; messages read 16, kept 10" in ran.err
    for path in (logs[0], logs[2]):
        alone = run("log", "import", path)
        assert (folder / f"{path.stem}.log.txt").read_text("utf-8") == alone.out
    together = run("log", "import", logs[0], logs[2], "-o", tmp_path / "one.txt", "--json")
    assert json.loads(together.out)["kept"] == 10


def test_each_model_is_evaluated_on_each_file(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "甲.jsonl", tmp_path / "乙.jsonl"]
    for path in files:
        written(path, examples())
    options = ("--split", "all", "--draws", 2, "--max-tokens", 4)
    on = [word for path in files for word in ("--on", path)]
    ran = run("eval", "scripted", "nobody", *on, *options, "-o", tmp_path / "figures")
    assert ran.status == 1
    assert "4 inputs, 2 failed" in ran.err and "nobody --on" in ran.err
    rows = [line for line in ran.out.splitlines() if line.startswith("scripted")]
    assert [str(path) in row for path, row in zip(files, rows, strict=True)] == [True, True]
    alone = tmp_path / "alone.json"
    one = run("eval", "scripted", "--on", files[1], *options, "-o", alone)
    assert one.status == 0, one.err
    assert alone.read_bytes() == (tmp_path / "figures" / "scripted-乙.json").read_bytes()
    told = run("eval", "scripted", *on, *options, "-o", tmp_path / "figures", "--json")
    figures = json.loads(told.out)["figures"]
    assert [one["on"] for one in figures] == [str(path) for path in files]


def test_a_report_is_of_one_evaluation(run: Run, tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", examples())
    words = ("--on", tmp_path / "a.jsonl", "-o", tmp_path / "f", "--report", tmp_path / "r.md")
    ran = run("eval", "scripted", "starter", *words)
    assert ran.status == 2 and "--report: for one input" in ran.err
