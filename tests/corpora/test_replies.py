"""The replies beside the scenes of the corpus `tables` are what they say they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpora.replies import (
    SUFFIX,
    counts,
    faults_of,
    read_context,
    read_replies,
)
from tests.corpora.tables import Table, read_tables
from tests.corpora.test_tables import FOLDER, made

GOOD = ["那梯子我扛走了。 \\emoji 微笑", "\\me 把手揣进袖子里", "（他今天怎么这么好说话。）"]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    made(tmp_path, "001-ladder")
    return read_tables(tmp_path)[0]


def found(table: Table, **changed: Any) -> list[str]:
    data = {"line": 5, "speaker": "老计", "good": GOOD, "bad": [], **changed}
    return list(faults_of(table, [read_context(data)]))


def test_the_corpus_has_no_fault() -> None:
    tables = {table.scene.name: table for table in read_tables(FOLDER)}
    paths = sorted(FOLDER.glob(f"*{SUFFIX}"))
    held_out = (FOLDER / "held-out.txt").read_text("utf-8").split()
    names = [path.name.removesuffix(SUFFIX) for path in paths]
    assert names and not set(names) & set(held_out) and set(names) <= set(tables)
    read = {name: read_replies(path) for name, path in zip(names, paths, strict=True)}
    wrong = [(name, what) for name in names for what in faults_of(tables[name], read[name])]
    assert wrong == []


def test_replies_without_fault_are_counted(table: Table, tmp_path: Path) -> None:
    bad = [
        {"reply": "不借。", "why": "repeats"},
        {"reply": "阿满：好。老计：", "why": "out-of-form"},
    ]
    data = {"line": 5, "speaker": "老计", "good": GOOD, "bad": bad}
    path = tmp_path / f"{table.scene.name}{SUFFIX}"
    path.write_text(json.dumps(data, ensure_ascii=False) + "\n", "utf-8")
    contexts = read_replies(path)
    assert list(faults_of(table, contexts)) == []
    told = "\n".join(counts([(table, contexts)]))
    assert "contexts with good replies: 1, replies 3" in told
    assert "contexts with bad replies: 1, 2" in told
    assert "repeats 50.0%" in told and "action 33.3%" in told


def test_a_narrator_has_replies(table: Table) -> None:
    good = ["【梯子倒了。】", "【起风了。】", "【天黑下来。】"]
    assert found(table, line=4, speaker="", good=good) == []
    assert found(table, line=4, speaker="", good=["梯子倒了。", *good[1:]])


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"line": 6}, "line 6: not in the log"),
        ({"line": 2, "speaker": "阿满"}, "line 2: not in the log, or nothing before it"),
        ({"speaker": "阿满"}, "line 5: is by 老计"),
        ({"good": []}, "line 5: no replies"),
        ({"good": GOOD[:2]}, "line 5: 2 good replies"),
        ({"good": [*GOOD[:2], "好\n阿满：好"]}, "line 5: not one line of its speaker"),
        ({"good": [*GOOD[:2], "好 \\emoji 得意"]}, "line 5: not an emotion"),
        ({"good": [*GOOD[:2], "\\me 说“拿去”"]}, "line 5: quotes in an action"),
        ({"good": [*GOOD[:2], "……拿去！"]}, "line 5: said in the log"),
        ({"good": [*GOOD[:2], GOOD[0]]}, "line 5: said in the log or before"),
        ({"bad": [{"reply": "好", "why": "dull"}]}, "line 5: not a reason"),
        ({"bad": [{"reply": " ", "why": "stub"}]}, "line 5: not one line"),
        ({"bad": [{"reply": "好\n阿满：好", "why": "loop"}]}, "line 5: not one line"),
        ({"bad": [{"reply": "好", "why": "repeats"}]}, "line 5: repeats nothing"),
        ({"bad": [{"reply": "\\me 走", "why": "quotes-in-action"}]}, "line 5: no quotes"),
        ({"bad": [{"reply": GOOD[0], "why": "flat"}]}, "line 5: good and bad"),
        ({"bad": [{"reply": "拿去", "why": "flat"}]}, "line 5: is the line itself"),
    ],
)
def test_a_fault_is_found(table: Table, changed: dict[str, Any], fault: str) -> None:
    wrong = found(table, **changed)
    assert wrong and wrong[0].startswith(fault), wrong


def test_lines_rise(table: Table) -> None:
    data = {"line": 5, "speaker": "老计", "good": GOOD}
    assert list(faults_of(table, [read_context(data)] * 2)) == ["lines do not rise"]
