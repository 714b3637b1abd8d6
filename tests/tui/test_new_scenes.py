"""New scenes of a kind: an adventure played by numbers, an assistant that knows its notes."""

from pathlib import Path

import pytest

from scenes.scene_loader import load_scene
from scenes.table.play import Play
from scenes.table.session_list import find_session

NOTES = "# 备用钥匙\n备用钥匙在门口第三个花盆底下。\n# 猫\n猫叫豆包，每天早上七点喂半碗粮。\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "家里"
    folder.mkdir()
    (folder / "家.md").write_text(NOTES, "utf-8")
    return folder


def lines() -> list[str]:
    play = Play.resume(find_session(None))
    play.close()
    return [turn.entry.line for turn in play.session.path if turn.by != "opening"]


@pytest.mark.parametrize(("language", "player"), [("zh", "旅人"), ("en", "Traveller")])
def test_a_new_adventure_is_played_by_numbers(run, tmp_path, language, player):
    path = tmp_path / "a.yaml"
    assert run("scenes", "new", "--adventure", "--language", language, "-o", path).status == 0
    assert run("scenes", "check", path).status == 0
    scene = load_scene(str(path))
    assert scene.language == language
    assert next(role for role in scene.cast if role.narrator).offers == 3
    run("play", path, "--model", "scripted", stdin="1\n")
    first = lines()[0]
    assert first.startswith(f"{player}：\\me ")
    assert not any(sign in first for sign in "123")
    run("play", path, "--model", "scripted", stdin="2\n")
    assert "1d100=" in lines()[1]
    assert "检定" not in lines()[0]


def test_the_language_is_that_of_the_title(run):
    assert "play_as: 旅人" in run("scenes", "new", "山中", "--adventure", "-o", "-").out
    assert "play_as: Traveller" in run("scenes", "new", "Hills", "--adventure", "-o", "-").out
    assert "title: An adventure" in run("scenes", "new", "--adventure", "-o", "-").out


def test_an_assistant_answers_from_its_notes_and_else_says_that_it_does_not_know(
    run, notes, tmp_path
):
    path = tmp_path / "b.yaml"
    made = run("scenes", "new", "--assistant", notes, "-o", path)
    assert made.out.strip() == str(path)
    assert "b.kb" in made.err
    assert load_scene(str(path)).title == "家里"
    asked = ("备用钥匙在哪里？", "今天天气怎么样？", "会写诗吗？", "备用钥匙在哪里？")
    run("play", path, "--model", "scripted", stdin="".join(f"{one}\n1\n" for one in asked))
    answers = [line for line in lines() if line.startswith("助手：")]
    unknown = "助手：不知道，笔记里没有。"
    assert [answer == unknown for answer in answers] == [False, True, True, False]


def test_an_assistant_in_english(run, tmp_path):
    notes = tmp_path / "house.md"
    notes.write_text("# The spare key\nIt is under the third flower pot by the door.\n", "utf-8")
    path = tmp_path / "c.yaml"
    run("scenes", "new", "House", "--assistant", notes, "-o", path)
    run("play", path, "--model", "scripted", stdin="Who won the war?\n1\nThe spare key?\n1\n")
    said = [line for line in lines() if line.startswith("Assistant：")]
    assert said[0] == "Assistant：I don't know; the notes have nothing about it."
    assert said[1] != said[0]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--adventure", "--assistant", "x"),
        ("题", "--language", "zh"),
        ("--adventure", "--language", "fr"),
        ("--assistant", "no-such-folder"),
        ("--assistant", ".", "-o", "-"),
        ("\x1b", "--adventure"),
    ],
)
def test_what_does_not_go_together_is_refused_and_nothing_is_written(run, tmp_path, arguments):
    before = sorted(tmp_path.rglob("*"))
    shown = run("scenes", "new", *arguments)
    assert shown.status == 2
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert [one for one in tmp_path.rglob("*") if one.suffix in (".yaml", ".kb")] == [
        one for one in before if one.suffix in (".yaml", ".kb")
    ]


def test_notes_without_text_make_no_assistant(run, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    shown = run("scenes", "new", "--assistant", empty, "-o", tmp_path / "d.yaml")
    assert shown.status == 2
    assert not list(tmp_path.glob("d.*"))


def test_a_scene_that_is_there_is_not_written_over(run, notes, tmp_path):
    path = tmp_path / "e.yaml"
    path.with_suffix(".kb").write_bytes(b"mine")
    assert run("scenes", "new", "--assistant", notes, "-o", path).status == 2
    assert path.with_suffix(".kb").read_bytes() == b"mine"
    assert not path.exists()
