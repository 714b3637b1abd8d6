"""Cards at the table: named by a scene, with the player's name in their texts."""

from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.log import parse
from scenes.scene_loader import load_scene
from tests.characters.card_files import png_of, raw, v2, v3

CAST = "title: 夜\nplay_as: 旅人\ncast:\n  旅人:\n  林晚星: {character: %s}\n"


def scene(folder: Path, text: str) -> Path:
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    return folder / "s.yaml"


@pytest.mark.parametrize("name", ["a.png", "a.json"])
def test_a_card_beside_a_scene_plays_in_it(tmp_path, name):
    (tmp_path / name).write_bytes(png_of(ccv3=v3()) if name == "a.png" else raw(v3()))
    found = load_scene(scene(tmp_path, CAST % name))
    role = found.role("晚星")
    assert role.name == "林晚星"
    assert "旅人在学院的夜晚" in role.profile
    assert role.voice.startswith("来客：你好\n林晚星：\\me 合上书本")
    assert role.talkativeness == 0.7
    assert found.opening == "林晚星：\\me 抬头看旅人\n林晚星：谁？"
    assert [one.kind for one in parse(found.opening)] == ["action", "speech"]
    assert not found.warnings


def test_what_the_scene_says_comes_before_the_card(tmp_path):
    (tmp_path / "a.json").write_bytes(raw(v2()))
    text = "title: 夜\ncast:\n  林晚星: {character: a.json, talkativeness: 0.5, profile: 别人}\n"
    found = load_scene(scene(tmp_path, text + "opening: 【开始】\n"))
    assert (found.opening, found.cast[0].talkativeness, found.cast[0].profile) == (
        "【开始】",
        0.5,
        "别人",
    )
    assert "来客：你好" in found.cast[0].voice


def test_a_card_of_the_characters_folder_is_found_by_name_and_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "characters").mkdir()
    (tmp_path / "characters/ann.png").write_bytes(png_of(chara=v2()))
    for reference in ("ann", "ann.png"):
        assert load_scene(scene(tmp_path, CAST % reference)).role("林晚星").voice


def test_chance_in_a_card_is_the_same_each_time_a_scene_is_read(tmp_path):
    (tmp_path / "a.json").write_bytes(
        raw(v2(description="{{random:1,2,3,4,5,6,7,8,9}}{{roll:99}}"))
    )
    path = scene(tmp_path, CAST % "a.json")
    first = load_scene(path).role("林晚星").profile
    assert "{{" not in first
    assert load_scene(path).role("林晚星").profile == first


def test_a_bad_card_is_a_mistake_of_the_scene_with_its_line(tmp_path):
    (tmp_path / "a.json").write_text("<!doctype html>")
    with pytest.raises(KnownError, match=r"s\.yaml:5: cast\.林晚星\.character: .*a web page"):
        load_scene(scene(tmp_path, CAST % "a.json"))
