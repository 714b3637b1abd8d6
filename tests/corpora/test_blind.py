"""Blind sheets: nothing of a line tells its condition, and scores find their way back."""

import json
from pathlib import Path

import pytest

from scenes.scene_loader import load_scene
from tests.corpora.blind import read_scores, results, sheet

FOLDER = Path(__file__).parent / "blind" / "contexts"
TABLES = Path(__file__).resolve().parents[2] / "corpus" / "tables"


def hands(count: int) -> list[dict[str, object]]:
    return [
        {
            "condition": one,
            "context": f"c{at}",
            "speaker": "甲",
            "lines": [f"甲：{one}{at}{i}" for i in "12345"],
        }
        for one in ("plain", "table")
        for at in range(count)
    ]


def test_a_sheet_shuffles_what_is_drawn_and_says_nothing_of_its_condition() -> None:
    rows, key = sheet(hands(8), seed=1)
    assert len(rows) == len(key) == 80
    assert all(set(row) == {"id", "context", "speaker", "line", "score"} for row in rows)
    firsts = {key[f"{number:02}-01"]["condition"] for number in range(1, 9)}
    assert firsts == {"plain", "table"}
    assert sheet(hands(8), seed=1) == (rows, key) and sheet(hands(8), seed=2)[0] != rows


def test_scores_are_joined_to_the_key(tmp_path: Path) -> None:
    rows, key = sheet(hands(8), seed=1)
    better = {"plain": "1", "table": "2"}
    lines = ["\t".join(rows[0])]
    for row in rows:
        row["score"] = better[key[row["id"]]["condition"]]
        lines.append("\t".join(row.values()))
    path = tmp_path / "sheet.tsv"
    path.write_text("\n".join(lines), "utf-8")
    head, means, lines_good, hands_good = results(read_scores(path, json.loads(json.dumps(key))))
    assert head == ("8 contexts", "plain", "table", "table − plain")
    assert means[1:] == ("1.00 (1.00 to 1.00)", "2.00 (2.00 to 2.00)", "1.00 (1.00 to 1.00)")
    assert lines_good[1].startswith("0.00") and hands_good[2].startswith("1.00")


def test_a_line_without_a_score_is_told(tmp_path: Path) -> None:
    rows, key = sheet(hands(1), seed=1)
    path = tmp_path / "sheet.tsv"
    path.write_text("\n".join(["\t".join(rows[0]), "\t".join(rows[0].values())]), "utf-8")
    with pytest.raises(ValueError, match=r"expected 0, 1, 2 or 3"):
        read_scores(path, key)


def test_the_contexts_are_scenes_of_our_own_with_somebody_to_speak() -> None:
    corpus = {name for path in TABLES.glob("*.yaml") for name in _names(path)}
    lines = (FOLDER / "speakers.tsv").read_text("utf-8").splitlines()
    assert len(lines) == len(list(FOLDER.glob("*.yaml"))) == 24
    ours = set[str]()
    for line in lines:
        name, speaker = line.split("\t")
        scene = load_scene(FOLDER / f"{name}.yaml")
        ours |= {role.name for role in scene.cast}
        assert scene.role(speaker).name == speaker
    shared = ours & corpus
    assert shared <= {"曹操", "许褚", "孙悟空", "猪八戒", "林黛玉", "紫鹃", "武松"}, shared


def _names(path: Path) -> list[str]:
    lines = path.read_text("utf-8").split("\ncast:\n")[1].splitlines()
    return [line.strip().rstrip(":") for line in lines if line[:2] == "  " and line[2:3] != " "]
