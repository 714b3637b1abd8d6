"""Adapters that scenes name: which role has which, and where they are found."""

from pathlib import Path

import pytest

from scenes.adapters import adapter_names, find_adapter
from scenes.scene_loader import load_scene

SCENE = """
title: 试
play_as: 甲
model: {adapter: sanguo}
cast:
  甲:
  乙: {adapter: own}
  丙: {character: bing}
  丁:
    adapter:
"""


def test_a_role_has_its_own_adapter_before_the_scene_s(tmp_path: Path) -> None:
    (tmp_path / "bing.yaml").write_text("name: 丙\nadapter: bing-lora\n", encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENE.replace("bing}", "bing.yaml}"), encoding="utf-8")
    scene = load_scene(tmp_path / "s.yaml")
    assert [role.adapter for role in scene.cast] == ["sanguo", "own", "bing-lora", None]


def test_an_adapter_is_found_here_then_among_the_person_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    theirs = tmp_path / "data" / "paotuan" / "adapters"
    for folder in (Path("adapters/both"), theirs / "both", theirs / "one"):
        folder.mkdir(parents=True)
    (theirs / "one.gguf").touch()
    assert find_adapter("both", for_llama_cpp=True) == Path("adapters/both")
    assert find_adapter("one", for_llama_cpp=True) == theirs / "one.gguf"
    assert find_adapter("one", for_llama_cpp=False) == theirs / "one"
    assert {"both", "one"} <= set(adapter_names())
    assert find_adapter("../data/paotuan/adapters/one", for_llama_cpp=True) is None
    assert find_adapter("none", for_llama_cpp=True) is None
