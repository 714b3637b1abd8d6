"""The adapter that comes along: whole, small, told where it comes from, and used by its scene."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from models.backend import Prompt
from scenes.adapters import find_adapter
from scenes.recipe import read_recipe
from scenes.scene import load_scene

FOLDER = Path(__file__).resolve().parents[2] / "scenes" / "library" / "adapters" / "sanguo"


def test_the_scene_finds_it_for_llama_cpp_and_for_pytorch() -> None:
    scene = load_scene("sanguo")
    adapters = {role.name: role.adapter for role in scene.cast}
    assert adapters["曹操"] == adapters["关羽"] == "sanguo" and adapters["说书人"] is None
    for for_llama_cpp in (True, False):
        found = find_adapter("sanguo", for_llama_cpp)
        assert found is not None and found.is_relative_to(FOLDER)


def test_it_is_small_and_says_where_it_comes_from() -> None:
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "sanguo.gguf"} < files.keys()
    assert sum(files.values()) <= 20_000_000
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "Gemma Terms of Use" in card and "base_model: google/gemma-3-270m" in card
    recipe = read_recipe(FOLDER / "recipe.yaml")
    config = json.loads((FOLDER / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["lora_alpha"]) == (recipe.rank, recipe.alpha)


@pytest.mark.xdist_group("starter")
def test_the_starter_finds_a_line_of_the_novel_likelier_with_it() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra `starter`")
    from models.llamacpp import LlamaCpp
    from models.starter import path

    prompt = Prompt(
        "==== 三国演义 ====\n", "【忽一人自阶下出。】\n袁绍：谁敢去战华雄？\n", "关羽："
    )
    reply = ["小将愿往，斩华雄头献于帐下！\n"]
    options = {"path": path(), "context": 512, "adapters": {"sanguo": FOLDER / "sanguo.gguf"}}
    with closing(LlamaCpp.open(**options)) as backend:
        (plain,) = backend.score(prompt, reply)
        (tuned,) = backend.score(prompt, reply, "sanguo")
    assert tuned > plain + 2
