"""The corpus `tables`: scenes and logs read as they should, and nothing is wrong in them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpora.tables import OF_ONE, Table, counts, faults, read_tables, runs_of, shared

FOLDER = Path(__file__).resolve().parents[2] / "corpus" / "tables"
SCENE = """\
title: 借梯子
language: zh
play_as: 阿满
dice: coc7
cast:
  阿满:
    profile: 修灯的
    voice:
      - 阿满：梯子明天一定还你
  老计:
    profile: 看门的
opening: |
  阿满：借梯子。
  老计：不借。
"""
LOG = """\
==== 借梯子 ====
阿满：借梯子。
老计：不借。
【阿满 说服 1d100=30/50 成功】
老计：……拿去。 \\emoji 白眼
"""
ELSEWHERE = LOG.replace("借梯子", "还梯子").replace("……拿去", "从墙根底下拖出一架竹梯子")


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return read_tables(FOLDER)


def made(folder: Path, name: str, scene: str = SCENE, log: str = LOG) -> None:
    (folder / f"{name}.yaml").write_text(scene, "utf-8")
    (folder / f"{name}.log.txt").write_text(log, "utf-8")


def test_the_corpus_has_no_fault(tables: list[Table]) -> None:
    assert len(tables) >= 100
    assert faults(tables) == []


def test_numbers_follow_each_other(tables: list[Table]) -> None:
    numbers = [table.number for table in tables]
    assert len(set(numbers)) == len(numbers)
    logs = {path.name.removesuffix(".log.txt") for path in FOLDER.glob("*.log.txt")}
    assert logs == {table.scene.name for table in tables}


def test_counts_tell_of_all(tables: list[Table]) -> None:
    told = "\n".join(counts(tables))
    assert f"scenes: {len(tables)} " in told
    assert f"lines: {sum(len(table.lines) for table in tables)}," in told


def test_a_scene_without_fault(tmp_path: Path) -> None:
    made(tmp_path, "001-ladder")
    assert faults(read_tables(tmp_path)) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("【阿满 说服 1d100=60/50 成功】", "is failure"),
        ("【阿满 说服 1d100=0/50 成功】", "cannot come to 0"),
        ("【阿满 说服 1d100=30 vs 50，成功】", "not a roll"),
        ("老计：\\me 说“不借”", "quotes"),
        ("老马：我也要借", "not in the cast"),
        ("老计：好 \\emoji 得意", "not an emotion"),
        ("这是什么", "unrecognised"),
        (f"老计：{'长' * 161}", "too long"),
        ("阿满：梯子明天一定还你。", "a voice line again"),
        ("老计：你上回借的还没还\n老计：你上回借的还没还！", "said twice"),
        ("老计:不借就是不借", "the log is not written canonically"),
    ],
)
def test_a_fault_of_one_scene_is_found(tmp_path: Path, line: str, fault: str) -> None:
    made(tmp_path, "001-ladder", log=f"{LOG}{line}\n")
    found = [what for __, what in faults(read_tables(tmp_path))]
    assert found and all(what.startswith(fault) for what in found)


def test_what_differs_from_the_scene_is_found(tmp_path: Path) -> None:
    made(tmp_path, "001-ladder", SCENE.replace("  老计：不借。", "  老计：借。"))
    made(
        tmp_path,
        "002-idle",
        SCENE.replace("阿满", "阿丙").replace("老计", "老丁"),
        "==== 别的 ====\n",
    )
    found = {(where, what) for where, what in faults(read_tables(tmp_path))}
    assert ((1,), "the opening is not that of the YAML") in found
    assert ((2,), "the log does not begin with the title") in found
    assert ((2,), "says nothing: 阿丙") in found
    assert ((2,), "`dice` in the scene, but no roll") in found


def test_what_two_scenes_share_is_found(tmp_path: Path) -> None:
    made(tmp_path, "001-ladder", log=ELSEWHERE.replace("竹", "木") + LOG.partition("\n")[2])
    made(tmp_path, "002-again", log=ELSEWHERE)
    found = [what for where, what in faults(read_tables(tmp_path)) if where == (1, 2)]
    assert "name again: 阿满" in found
    assert any(what == "run again: 从墙根底下拖出一" for what in found)


def test_rolls_are_no_shared_run(tmp_path: Path) -> None:
    made(tmp_path, "001-ladder")
    made(tmp_path, "002-again")
    assert list(shared(read_tables(tmp_path), runs_of)) == []


def test_each_kind_of_fault_is_a_function(tmp_path: Path) -> None:
    made(tmp_path, "001-ladder")
    table = replace(read_tables(tmp_path)[0], text="")
    assert any(list(of(table)) for of in OF_ONE)


def test_the_datasheet_has_the_counts_of_today() -> None:
    root = FOLDER.resolve().parents[1]
    told = dict(line.split(": ", 1) for line in counts(read_tables(FOLDER)) if ": " in line)
    for page in (root / "docs" / "tables.md", root / "docs" / "zh" / "tables.md"):
        text = page.read_text("utf-8")
        wanted = [*re.findall(r"\d+", told["scenes"]), *re.findall(r"^\d+", told["lines"])]
        wanted += [*re.findall(r"\d+", told["roles"]), *re.findall(r"\d+\.\d%", told["kinds"])]
        wanted += re.findall(r"\S+ \d+\.\d%", told["labels"])
        assert [one for one in wanted if one not in text] == []
